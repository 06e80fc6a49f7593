"""What stands in a text besides its words: headings, links, pictures, tables, embeds."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Part:
    """One of them, by its place among its like: `address` of a link, a picture, an embed."""

    place: int
    text: str = ""
    address: str = ""
    level: int = 0


@dataclass
class Outline:
    headings: list[Part] = field(default_factory=list)
    links: list[Part] = field(default_factory=list)
    pictures: list[Part] = field(default_factory=list)
    # Of a table `level` is the number of its heading cells.
    tables: list[Part] = field(default_factory=list)
    embeds: list[Part] = field(default_factory=list)


def outline(markup: str) -> Outline:
    """Return the outline of clean markup."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found = Outline()
        self.open: list[Part] = []
        self.in_embed = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("h2", "h3", "h4"):
            self._begin(self.found.headings, level=int(tag[1]))
        elif tag == "a":
            home = self.found.embeds if self.in_embed else self.found.links
            self._begin(home, address=given.get("href", ""))
        elif tag == "img":
            part = self._add(self.found.pictures, address=given.get("src", ""))
            part.text = given.get("alt", "").strip()
            self._say(part.text)
        elif tag == "table":
            self._add(self.found.tables)
        elif tag == "th" and self.found.tables:
            self.found.tables[-1].level += 1
        elif tag == "figure":
            self.in_embed = "data-embed" in given

    def handle_endtag(self, tag: str) -> None:
        if tag in ("h2", "h3", "h4", "a") and self.open:
            self.open.pop()
        elif tag == "figure":
            self.in_embed = False

    def handle_data(self, data: str) -> None:
        self._say(data)

    def _say(self, words: str) -> None:
        for part in self.open:
            part.text += words

    def _add(self, home: list[Part], **facts) -> Part:
        home.append(Part(len(home), **facts))
        return home[-1]

    def _begin(self, home: list[Part], **facts) -> None:
        self.open.append(self._add(home, **facts))
