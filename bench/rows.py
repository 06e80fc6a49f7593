"""What is measured, and what the speed of it is to be (issue 7)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table. `target` is a share of the floor's requests a second, or of the file's
    behind nginx; for the desk a time in milliseconds."""

    name: str
    page: str
    server: str
    target: float
    known: bool = False
    connections: int | None = None

    @property
    def is_time(self) -> bool:
        return self.target > 10


KEPT, MADE, NGINX = "kept", "made", "nginx"
ROWS = (
    Row("story, kept", "story", KEPT, 1.8),
    Row("front, kept", "front", KEPT, 1.8),
    Row("section, kept", "section", KEPT, 1.8),
    Row("story, 304", "story", KEPT, 2.0, known=True),
    Row("story by nginx", "story", NGINX, 0.9),
    Row("front by nginx", "front", NGINX, 0.9),
    Row("section by nginx", "section", NGINX, 0.9),
    Row("story, 50 comments", "story", MADE, 0.12),
    Row("front", "front", MADE, 0.15),
    Row("section", "section", MADE, 0.15),
    Row("search, common word", "search", MADE, 0.10),
    Row("feed", "feed", MADE, 0.25),
    Row("API list", "api", MADE, 0.25),
    Row("desk: stories", "desk stories", MADE, 150, connections=1),
    Row("desk: queue", "desk queue", MADE, 150, connections=1),
    # The last: it writes, and a page that shows more is another page.
    Row("comment accepted", "post", MADE, 0.05),
)
# Of PostgreSQL with Redis more is wanted.
ACCEPTED_BY_POSTGRESQL = 0.10
