"""What WordPress makes of a stored text when it shows it, as markup for our sanitiser.

Blocks lose their comments, classic text gets its paragraphs, galleries and captions become
figures, players become embeds or links, and pictures that were brought stay pictures. Nothing
here makes anything safe: that is `newsroom.lib.html.clean`. Patterns stop at the next "<" or "["
or at a fixed length, so that no text takes time out of proportion.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from urllib.parse import unquote, urljoin, urlsplit

from articles import embeds
from newsroom.lib.html import to_text


@dataclass(frozen=True)
class Attachment:
    """A file of the old site: where it lay, how it was called, in which post it was put."""

    number: int
    address: str
    title: str
    post: int
    # Its place below wp-content/uploads, where the export tells.
    file: str = ""
    alt: str = ""
    caption: str = ""


@dataclass(frozen=True)
class Picture:
    """A picture of the old site that is here now: where, and what it shows."""

    src: str
    alt: str = ""


def _none(address: str) -> Picture | None:
    return None


@dataclass(frozen=True)
class Surroundings:
    """What a text refers to without holding it; `picture` finds what was brought of an address."""

    base: str = ""
    post: int = 0
    attachments: Mapping[int, Attachment] = field(default_factory=dict)
    picture: Callable[[str], Picture | None] = _none


_TAG_REST = r"""(?=[\s/>])((?:[^<>"']++|"[^"<]{0,5000}+"|'[^'<]{0,5000}+'){0,200}+)>"""
_MEDIA = re.compile(rf"<(img|iframe|video|audio|source|embed){_TAG_REST}", re.IGNORECASE)
_LINKED_PICTURE = re.compile(rf"(<a{_TAG_REST})\s*+<img{_TAG_REST}\s*+</a>", re.IGNORECASE)
_LONE_PICTURE = re.compile(r"<p>\s*+((?:<a [^<>]*+>)?<img [^<>]*+>(?:</a>)?)\s*+</p>")
# The sanitiser drops these with what they hold, which may be a link to the file.
_PLAYER_LEFTOVERS = re.compile(
    rf"</(?:iframe|video|audio|object|embed)\s*+>|<(?:object|param|track){_TAG_REST}",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"""(?<![\w-])([a-z][a-z0-9_-]*+)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'<>]++))""",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"""https?://[^\s"'<>\[\]]+""", re.IGNORECASE)
_ADDRESS_LINE = re.compile(r"""(?m)^[ \t]*+(https?://[^\s"'<>\[\]]++)[ \t]*+$""")
_PAGE_BREAK = re.compile(r"<!--\s*+(?:more|nextpage|noteaser)\b[^<>]*+(?<=--)>")
_GALLERY_BLOCK = re.compile(
    r"<!--\s*+wp:gallery\b[^<>]*+(?<=--)>((?:(?!<!--\s*+/?wp:gallery\b).)*+)<!--\s*+/wp:gallery\s*+-->",
    re.DOTALL,
)
_GALLERY_SHELL = re.compile(
    r"</?(?:ul|li)\b[^<>]*+>|<figure\b[^<>]*?wp-block-gallery[^<>]*+>|</figure>\s*+\Z",
    re.IGNORECASE,
)
_GALLERY_CAPTION = re.compile(
    r"<figcaption\b[^<>]*?blocks-gallery-caption[^<>]*+>((?:(?!</figcaption).)*+)</figcaption>",
    re.DOTALL,
)
_EMBED_BLOCK = re.compile(
    r"<figure\b[^<>]*?wp-block-embed[^<>]*+>\s*+<div\b[^<>]*+>\s*+(https?://[^\s\"'<>\[\]]++)\s*+"
    r"</div>\s*+(?:<figcaption\b[^<>]*+>((?:(?!</figcaption).){0,2000}+)</figcaption>)?\s*+</figure>",
    re.DOTALL,
)
_BLOCK_EDGE = re.compile(r"<!--\s*+(/?)wp:[^<>]*+(?<=--)>")

_CAPTION = re.compile(
    r"(?<!\[)\[(wp_)?caption\b([^\]]{0,4000}+)\]((?:(?!\[(?:wp_)?caption\b).)*?)\[/(?:wp_)?caption\]",
    re.DOTALL,
)
_PICTURE_OF_CAPTION = re.compile(
    r"\s*+((?:<a\s[^<>]*+>\s*+)?<img\s[^<>]*+>(?:\s*+</a>)?)(.*)", re.DOTALL
)
_EMBED = re.compile(r"(?<!\[)\[embed\b[^\]]{0,1000}+\]\s*+(https?://[^\s\[\]<>]++)\s*+\[/embed\]")
_PLAYERS = (
    "audio|video|wpvideo|videopress|youtube|vimeo|dailymotion|soundcloud|spotify|twitter|tweet"
    "|instagram|facebook|gist|googlemaps|slideshare|scribd|ted|tiktok|iframe|embed"
)
_PLAYER = re.compile(rf"(?<!\[)\[({_PLAYERS})\b([^\[\]]{{0,4000}}+)\](?:\s*+\[/\1\])?")
_GALLERY = re.compile(r"(?<!\[)\[(?:gallery|playlist)\b([^\[\]]{0,4000}+)\]")
# What page builders and themes lay pages out with: it has no words of its own.
_LAYOUT = re.compile(
    r"(?<!\[)\[/?(?:(?:vc|et_pb|fusion|av|tie)_\w{1,40}|(?:one|two|three)_(?:half|third|fourth)(?:_last)?"
    r"|dropcap|highlight)\b[^\[\]]{0,4000}+\]"
)
_SHORTCODE = re.compile(r"\[(?:/([a-z][\w-]{1,40}+)\]|([a-z][\w-]{1,40}+)\s++[\w-]{1,40}+=)")
_ESCAPED_SHORTCODE = re.compile(
    rf"\[(\[(?:caption|gallery|playlist|{_PLAYERS})\b[^\[\]]{{0,1000}}+\])\]"
)
_PULL_QUOTE = re.compile(
    r"<figure\b[^>]{0,500}\bwp-block-pullquote\b[^>]{0,500}>\s*<blockquote[^>]{0,500}>"
    r"((?:(?!</?figure|<cite).){0,5000})(?:<cite[^>]{0,500}>(.{0,500}?)</cite>)?\s*</blockquote>\s*</figure>",
    re.IGNORECASE | re.DOTALL,
)
_SET_APART = (
    r'<figure data-quote="pull"><blockquote>\1</blockquote><figcaption>\2</figcaption></figure>'
)

_BLOCK_NAMES = (
    "address|article|aside|blockquote|caption|center|colgroup|col|dd|details|div|dl|dt|fieldset"
    "|figcaption|figure|footer|form|h[1-6]|header|hr|legend|li|main|menu|nav|ol|p|pre|section"
    "|summary|table|tbody|td|tfoot|thead|th|tr|ul|script|style|svg|textarea|select"
)
_BLOCK_TAG = re.compile(rf"(</?(?:{_BLOCK_NAMES})(?=[\s/>])[^<>]*+>)", re.IGNORECASE)
_BLOCK_NAME = re.compile(r"</?([a-z0-9]+)", re.IGNORECASE)
_VERBATIM = frozenset(
    "pre script style svg textarea select ul ol dl menu table tbody thead tfoot tr colgroup figure"
    " fieldset".split()
)
_ONE_PARAGRAPH = frozenset("p h1 h2 h3 h4 h5 h6 dt figcaption caption summary legend".split())
_MAY_HOLD_PARAGRAPHS = frozenset("li dd td th".split())
_NO_CONTENT = frozenset({"hr", "col"})
_MAX_DEPTH = 50

_BREAK_BEFORE_NEWLINE = re.compile(r"<br\s*+/?>[ \t]*+\n", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n[ \t\n]*\n")


def to_html(text: str, surroundings: Surroundings | None = None) -> str:
    """Return the markup of a post as WordPress would show it."""
    around = surroundings or Surroundings()
    text = _PAGE_BREAK.sub("\n\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _GALLERY_BLOCK.sub(_gallery_block, text)
    text = _EMBED_BLOCK.sub(lambda found: _embed(unescape(found[1]), found[2] or ""), text)
    text = _PULL_QUOTE.sub(_SET_APART, _shortcodes(text, around))
    text = _LINKED_PICTURE.sub(lambda found: _linked_picture(found, around), text)
    text = _MEDIA.sub(lambda found: _media(found, around), text)
    text = _PLAYER_LEFTOVERS.sub("", text)
    text = _ADDRESS_LINE.sub(lambda found: _embed(unescape(found[1])), text)
    text = _from_blocks(text) if _BLOCK_EDGE.search(text) else paragraphs(text)
    return _LONE_PICTURE.sub(r"<figure>\1</figure>", text)


def shortcodes_in(markup: str) -> set[str]:
    """Return the names of shortcodes that nobody here knows and that stayed as text."""
    return {closed or opened for closed, opened in _SHORTCODE.findall(markup)}


def paragraphs(text: str) -> str:
    """Return classic text with the paragraphs and line breaks its blank lines and lines mean."""
    text = _BREAK_BEFORE_NEWLINE.sub("\n", text)
    opened: list[str] = []
    pieces = []
    for at, piece in enumerate(_BLOCK_TAG.split(text)):
        if at % 2:
            _follow(opened, piece)
            pieces.append(piece)
        else:
            pieces.append(_flow(piece, opened[-1] if opened else ""))
    return "".join(pieces)


def plain(markup: str) -> str:
    """Return a title, name or excerpt as one line of plain text."""
    return " ".join(to_text(markup).split())


def _follow(opened: list[str], tag: str) -> None:
    name = _BLOCK_NAME.match(tag)[1].lower()
    if name in _NO_CONTENT or tag.endswith("/>"):
        return
    if opened and opened[-1] == "p":  # closed by any block, its own end tag included
        opened.pop()
    if tag.startswith("</"):
        if name in opened:
            del opened[len(opened) - 1 - opened[::-1].index(name) :]
    elif len(opened) < _MAX_DEPTH:
        opened.append(name)


def _flow(text: str, inside: str) -> str:
    if inside in _VERBATIM or not text.strip():
        return text
    chunks = [chunk for chunk in _BLANK_LINES.split(text.strip()) if chunk.strip()]
    if inside in _ONE_PARAGRAPH or (inside in _MAY_HOLD_PARAGRAPHS and len(chunks) == 1):
        edges = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        return edges[0] + _with_breaks("\n".join(chunks)) + edges[1]
    return "".join(f"<p>{_with_breaks(chunk)}</p>\n" for chunk in chunks)


def _with_breaks(text: str) -> str:
    return text.replace("\n", "<br>\n")


def _from_blocks(text: str) -> str:
    """Drop the block comments; what stands outside of any block is classic text."""
    pieces, depth, end = [], 0, 0
    for edge in _BLOCK_EDGE.finditer(text):
        pieces.append(_outside(text[end : edge.start()], depth))
        end = edge.end()
        if not edge[0].endswith("/-->"):
            depth = max(0, depth - 1) if edge[1] else depth + 1
    pieces.append(_outside(text[end:], depth))
    return "\n".join(piece for piece in pieces if piece)


def _outside(piece: str, depth: int) -> str:
    return (piece if depth else paragraphs(piece)).strip("\n")


def _shortcodes(text: str, surroundings: Surroundings) -> str:
    text = _LAYOUT.sub("", text)
    text = _CAPTION.sub(_figure, text)
    text = _EMBED.sub(lambda found: _embed(unescape(found[1])), text)
    text = _PLAYER.sub(_player, text)
    text = _GALLERY.sub(lambda found: _gallery(found, surroundings), text)
    return _ESCAPED_SHORTCODE.sub(r"\1", text)


def _figure(found: re.Match[str]) -> str:
    inner = _PICTURE_OF_CAPTION.match(found[3])
    picture, text = (inner[1], inner[2].strip()) if inner else (found[3].strip(), "")
    caption = text or unescape(_attributes(found[2]).get("caption", ""))
    caption = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f"\n\n<figure>{picture}{caption}</figure>\n\n"


def _player(found: re.Match[str]) -> str:
    address = _ADDRESS.search(unescape(found[2]))
    return _embed(address[0]) if address else found[0]


def _embed(address: str, caption: str = "") -> str:
    """Return a post or film of another site as a text here keeps it, else a link."""
    known = embeds.recognise(address)
    caption = f"<figcaption>{caption}</figcaption>" if caption else ""
    if known:
        mark = f' data-embed="{known.provider}"'
        return f"\n\n<figure{mark}>{_link(known.url)}{caption}</figure>\n\n"
    return f"\n\n<figure>{_link(address)}{caption}</figure>\n\n" if caption else _link(address)


def _gallery_block(found: re.Match[str]) -> str:
    """Return the pictures of a gallery one after the other: figures do not stand in figures."""
    caption = _GALLERY_CAPTION.search(found[1])
    figures = _GALLERY_SHELL.sub("", _GALLERY_CAPTION.sub("", found[1]).rstrip())
    last = f"<p>{caption[1]}</p>" if caption else ""
    return f"<!-- wp:gallery -->{figures}{last}<!-- /wp:gallery -->"


def _gallery(found: re.Match[str], surroundings: Surroundings) -> str:
    wanted = _attributes(found[1]).get("ids", "")
    if wanted:
        numbers = [int(part) for part in re.findall(r"(?<!\d)\d{1,18}(?!\d)", wanted)]
        files = [surroundings.attachments.get(number) for number in numbers]
    else:
        every = surroundings.attachments.values()
        files = [one for one in every if surroundings.post and one.post == surroundings.post]
    return _list_of((one for one in files if one), surroundings)


def _list_of(files: Iterable[Attachment], around: Surroundings) -> str:
    """Return pictures that were brought as figures, and links to the other files."""
    figures, items = "", ""
    for one in files:
        if picture := around.picture(one.address):
            caption = f"<figcaption>{escape(one.caption)}</figcaption>" if one.caption else ""
            figures += f"<figure>{_image(picture, one.alt)}{caption}</figure>\n"
        else:
            items += f"<li>{_link(one.address, one.title)}</li>"
    items = f"<ul>{items}</ul>" if items else ""
    return f"\n\n{figures}{items}\n\n" if figures or items else ""


def _image(picture: Picture, alt: str = "") -> str:
    return f'<img src="{escape(picture.src)}" alt="{escape(alt or picture.alt)}">'


def _linked_picture(found: re.Match[str], around: Surroundings) -> str:
    """Return a picture that is a link. To its own file, which browsers showed larger, it leads no
    more; without the picture its name is the link."""
    shown = _address_of(_attributes(found[3]), around.base)
    target = urljoin_or_none(around.base, _attributes(found[2]).get("href", ""))
    if not (shown and around.picture(shown)):
        return f"{found[1]}{_name_of_picture(found[3])}</a>"
    image = f"<img{found[3]}>"
    return image if target and around.picture(target) else f"{found[1]}{image}</a>"


def _media(found: re.Match[str], around: Surroundings) -> str:
    attributes = _attributes(found[2])
    is_picture = found[1].lower() == "img"
    if is_picture and attributes.get("src", "").startswith("/media/"):
        return found[0]  # a gallery was here before
    if is_picture and "1" in (attributes.get("width"), attributes.get("height")):
        return ""  # counts visitors, shows nothing
    address = _address_of(attributes, around.base)
    if not is_picture:
        return _embed(address) if address else ""
    text = _name_of_picture(found[2])
    if not address or "wp-smiley" in attributes.get("class", ""):
        return text
    if picture := around.picture(address):
        return _image(picture, unescape(attributes.get("alt", "")).strip())
    return _link(address, unescape(text))


def _address_of(attributes: dict[str, str], base: str) -> str:
    names = ("src", "data-src", "data-lazy-src", "data-orig-file")
    addresses = (urljoin_or_none(base, attributes[name]) for name in names if name in attributes)
    return next((one for one in addresses if one), "")


def _name_of_picture(attributes: str) -> str:
    """Return the alternative text of a picture, else the name of its file, escaped."""
    values = _attributes(attributes)
    if alt := unescape(values.get("alt", "")).strip():
        return escape(alt)
    source = values.get("src", "")
    return "" if source.startswith("data:") else escape(_file_name(source))


def _file_name(address: str) -> str:
    return unquote(unescape(address).partition("?")[0].rstrip("/").rpartition("/")[2])


def urljoin_or_none(base: str, address: str) -> str | None:
    """Return `address` as an absolute web address, None where it is none."""
    try:
        whole = urljoin(base, unescape(address).strip())
        parts = urlsplit(whole)
    except ValueError:
        return None
    return whole if parts.scheme in ("http", "https") and parts.netloc else None


def _link(address: str, text: str = "") -> str:
    return f'<a href="{escape(address)}">{escape(text or address)}</a>'


def _attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(text):
        found.setdefault(name.lower(), next(filter(None, values), ""))
    return found
