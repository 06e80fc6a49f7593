"""Reads the texts of the demo newspaper: light markup with a head, threads of comments."""

import re
import tomllib
from dataclasses import dataclass, field
from datetime import timedelta
from html import escape
from pathlib import Path

HERE = Path(__file__).parent
ISOLATE, END_ISOLATE = "\u2066", "\u2069"
UNITS = {"m": "minutes", "h": "hours", "d": "days"}

_AGE = re.compile(r"(?:in |\+)?(\d+)([mhd])\Z")
_BYLINE = re.compile(r"(.+?)(?: \((\w+)\))?\Z")
_COMMENT = re.compile(r"(\*+) (.+\|.+)\Z")
_LINK = re.compile(r"\[([^]]+)\]\(([^)\s]+)\)")
_PICTURE = re.compile(r"!\[([a-z]+)\] ?(.*)")
_STRONG = re.compile(r"\*\*(.+?)\*\*")
_ISOLATED = re.compile(r"\{([^{}]+)\}")


@dataclass
class Text:
    """A story or page as written: the head's lines, the body as HTML."""

    name: str
    language: str
    head: dict[str, str]
    body_html: str

    def get(self, key: str, default: str = "") -> str:
        return self.head.get(key, default)

    def age(self, key: str) -> timedelta | None:
        """How long before the loading (after it: negative) something happened."""
        text = self.get(key)
        if not text:
            return None
        return -span(text) if text.startswith("in ") else span(text)

    def bylines(self) -> list[tuple[str, str]]:
        """Names (an author's key, or a guest) with their roles."""
        names = (_BYLINE.match(part.strip()) for part in self.get("by").split(",") if part.strip())
        return [(match[1], match[2] or "writer") for match in names if match]

    def topics(self) -> list[str]:
        return [name.strip() for name in re.split("[,،]", self.get("topics")) if name.strip()]


@dataclass
class Written:
    """A comment as written, with the replies under it."""

    name: str
    email: str
    after: timedelta
    status: str
    website: str
    body: str
    replies: list["Written"] = field(default_factory=list)


def toml(name: str) -> dict:
    return tomllib.loads((HERE / name).read_text("utf-8"))


def stories() -> list[Text]:
    return [_read(path) for path in sorted((HERE / "stories").glob("*/*.txt"))]


def pages() -> list[Text]:
    return [_read(path) for path in sorted((HERE / "pages").glob("*/*.txt"))]


def comments(language: str, name: str) -> list[Written]:
    """The threads under one story, none where there is no file."""
    path = HERE / "comments" / language / f"{name}.txt"
    return _threads(path.read_text("utf-8")) if path.exists() else []


def span(text: str) -> timedelta:
    """`90m`, `3h`, `2d`, `in 20h`, `+5m` as a length of time."""
    number, unit = _AGE.match(text).groups()
    return timedelta(**{UNITS[unit]: int(number)})


def to_html(text: str) -> str:
    """Paragraphs, ## subheads, > quotes, >> pull quotes, lists, **strong**, [links](address),
    {isolated}, and `![picture] caption`, whose picture is put in where there is a library."""
    return "".join(_block(block.splitlines()) for block in text.strip().split("\n\n"))


def _read(path: Path) -> Text:
    head, _, body = path.read_text("utf-8").partition("\n\n")
    values = (line.partition(": ") for line in head.splitlines())
    return Text(
        path.stem,
        path.parent.name,
        {key: _isolated(value) for key, _, value in values},
        to_html(body),
    )


def _block(lines: list[str]) -> str:
    first = lines[0]
    if first.startswith("## "):
        return f"<h2>{_inline(first[3:])}</h2>"
    if first.startswith(">> "):
        return _pull_quote([line.removeprefix(">> ") for line in lines])
    if first.startswith("> "):
        return (
            f"<blockquote>{''.join(f'<p>{_inline(line[2:])}</p>' for line in lines)}</blockquote>"
        )
    if match := _PICTURE.fullmatch(first):
        caption = f"<figcaption>{_inline(match[2])}</figcaption>" if match[2] else ""
        return f'<figure><img src="{match[1]}">{caption}</figure>'
    for mark, tag in ((r"- ", "ul"), (r"\d+\. ", "ol")):
        if re.match(mark, first):
            items = (re.sub(mark, "", line, count=1) for line in lines)
            return f"<{tag}>{''.join(f'<li><p>{_inline(item)}</p></li>' for item in items)}</{tag}>"
    return f"<p>{'<br>'.join(map(_inline, lines))}</p>"


def _pull_quote(lines: list[str]) -> str:
    """Words set apart; a line that begins with a dash says whose they are."""
    said_by = [line.removeprefix("— ") for line in lines if line.startswith("— ")]
    words = "".join(f"<p>{_inline(line)}</p>" for line in lines if not line.startswith("— "))
    under = "".join(f"<figcaption>{_inline(name)}</figcaption>" for name in said_by)
    return f'<figure data-quote="pull"><blockquote>{words}</blockquote>{under}</figure>'


def _inline(text: str) -> str:
    html = _STRONG.sub(r"<strong>\1</strong>", escape(_isolated(text), quote=False))
    return _LINK.sub(r'<a href="\2">\1</a>', html)


def _isolated(text: str) -> str:
    """Words in braces run in their own direction, from left to right."""
    return _ISOLATED.sub(rf"{ISOLATE}\1{END_ISOLATE}", text)


def _threads(text: str) -> list[Written]:
    roots: list[Written] = []
    branch: list[Written] = []
    for line in text.splitlines():
        mark = _COMMENT.match(line)
        if not mark:
            branch[-1].body += f"{line}\n"
            continue
        depth = len(mark[1])
        name, email, after, status, *website = (part.strip() for part in mark[2].split("|"))
        written = Written(name, email, span(after), status, "".join(website), "")
        branch[depth - 1 :] = [written]
        (branch[depth - 2].replies if depth > 1 else roots).append(written)
    return roots
