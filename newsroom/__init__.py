"""Newsroom: the project, its wiring, its toolbox and the look of the site."""
