"""Readers' comments: posted, screened, moderated and kept private. May import `articles`."""
