"""A text with its markup in words, for comparing: what is bold, what leads where, which picture."""

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from newsroom.lib.rtl import isolate

# As the buttons of the editor are called; a tag that no button makes is called by its own name.
BLOCKS = {
    "h2": gettext_lazy("Heading"),
    "h3": gettext_lazy("Smaller heading"),
    "h4": gettext_lazy("Smallest heading"),
    "ul": gettext_lazy("List"),
    "ol": gettext_lazy("Numbered list"),
    "blockquote": gettext_lazy("Quotation"),
    "figcaption": gettext_lazy("Caption"),
    "pre": "pre",
}
INLINE = {
    "strong": gettext_lazy("Bold"),
    "em": gettext_lazy("Italic"),
    "u": gettext_lazy("Underline"),
    "a": gettext_lazy("Link"),
    **{name: name for name in ("s", "sub", "sup", "code")},
}
LINES = frozenset("p h2 h3 h4 li blockquote figcaption caption td th pre".split())


@dataclass
class Described:
    """The lines of a text, each mark a word in brackets, and how often each mark stands there."""

    lines: list[str] = field(default_factory=list)
    marks: Counter[str] = field(default_factory=Counter)

    @property
    def text(self) -> str:
        return "\n".join(line for line in self.lines if line)


def described(markup: str) -> Described:
    """Return clean markup in words."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    reader.end_line()
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found = Described()
        self.line = ""
        self.lists: list[str] = []
        self.ends: list[str] = []
        self.in_embed = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in LINES:
            self.end_line()
        if tag in ("ul", "ol"):
            self.lists.append(tag)
        elif name := BLOCKS.get(self.lists[-1] if tag == "li" and self.lists else tag):
            self.line += self._mark(f"[{name}]") + " "
        elif tag in INLINE:
            self._open(tag, given)
        elif tag in ("img", "hr"):
            self._alone(tag, given)
        elif tag == "figure":
            self.in_embed = "data-embed" in given
            if "data-quote" in given:
                self.end_line()
                self.line = self._mark(f"[{_('Pull quote')}]") + " "
        elif tag == "br":
            self.line += " "
        if "dir" in given and tag in LINES:
            self.line += self._mark(f"[{given['dir']}]") + " "

    def handle_endtag(self, tag: str) -> None:
        if tag in LINES or tag == "figure":
            self.end_line()
        if tag in ("ul", "ol") and self.lists:
            self.lists.pop()
        elif tag in INLINE and self.ends:
            words = self.line.rstrip()
            self.line = words + self.ends.pop() + self.line[len(words) :]
        elif tag == "figure":
            self.in_embed = False

    def handle_data(self, data: str) -> None:
        self.line += data

    def end_line(self) -> None:
        """What comes next begins a line."""
        self.found.lines.append(" ".join(self.line.split()))
        self.line = ""

    def _open(self, tag: str, given: dict[str, str]) -> None:
        name, address = INLINE[tag], given.get("href", "")
        if self.in_embed and tag == "a":
            name = _("Embed")
        self._mark(f"{name} {address}")
        self.line += f"[{name}: "
        self.ends.append(f" {isolate(address)}]" if address else "]")

    def _alone(self, tag: str, given: dict[str, str]) -> None:
        self.end_line()
        if tag == "hr":
            self.line = self._mark(f"[{_('Line')}]")
        else:
            about = " ".join(filter(None, [given.get("alt"), isolate(given.get("src", ""))]))
            self.line = self._mark(f"[{_('Picture')}: {about}]")
        self.end_line()

    def _mark(self, words: str) -> str:
        self.found.marks[words] += 1
        return words
