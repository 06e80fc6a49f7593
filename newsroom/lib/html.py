"""The one place that makes HTML safe: policies, cleaning, plain text and trust.

bleach states the policy and nh3, whose parser is the one of the HTML standard, reads first and
has the last word. bleach is no longer maintained and its shared Cleaner mixes texts between
threads, so `bleach.clean()` is always called afresh.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape, unescape
from itertools import pairwise
from urllib.parse import unquote, urlsplit

import bleach
import nh3
from django.utils.safestring import SafeString, mark_safe

from newsroom.lib.rtl import balance_isolates, strip_overrides
from newsroom.lib.text import strip_controls


@dataclass(frozen=True)
class Policy:
    """What may stay (attributes by tag, "*" for all), what becomes another tag, a fixed rel."""

    tags: frozenset[str]
    attributes: Mapping[str, frozenset[str]]
    renamed: Mapping[str, str]
    link_rel: str | None = None


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


COMMENT_REL = "nofollow ugc external noopener"
_SCHEMES = _names("http https mailto tel")
_DROPPED_WITH_TEXT = _names(
    "script style noscript iframe svg math template object embed applet frameset noframes noembed"
    " title textarea select button audio video canvas map xml"
)
# Blocks that are no part of a policy become paragraphs, else their words would run together.
_BLOCKS = _names(
    "div section article header footer main aside nav address details summary form fieldset"
    " center dl dt dd"
)
_PARAGRAPHS = dict.fromkeys(_BLOCKS, "p")
_EMPHASIS = {"b": "strong", "i": "em"}
_GLOBAL_ATTRIBUTES = _names("dir lang")

RICH = Policy(
    tags=_names(
        "p h2 h3 h4 ul ol li blockquote strong em u s sub sup a img figure figcaption hr br"
        " table caption thead tbody tfoot tr th td code pre"
    ),
    attributes={
        "*": _GLOBAL_ATTRIBUTES,
        "a": _names("href title rel"),
        # Of whose post or film the figure tells, or that it sets words apart; what is made of it is
        # decided where it is shown.
        "figure": _names("data-embed data-quote"),
        "img": _names("src alt width height loading"),
        "ol": _names("start"),
        "td": _names("colspan rowspan"),
        "th": _names("colspan rowspan scope"),
    },
    renamed=_PARAGRAPHS
    | _EMPHASIS
    | {"h1": "h2", "h5": "h4", "h6": "h4", "strike": "s", "del": "s", "ins": "u"},
)
_BASIC_TAGS = _names("p br strong em a ul ol li blockquote")
_BASIC_RENAMED = (
    _PARAGRAPHS
    | _EMPHASIS
    | dict.fromkeys(
        ["h1", "h2", "h3", "h4", "h5", "h6", "figure", "figcaption", "pre", "caption", "td", "th"],
        "p",
    )
)
BASIC = Policy(
    tags=_BASIC_TAGS,
    attributes={"*": _GLOBAL_ATTRIBUTES, "a": _names("href title rel")},
    renamed=_BASIC_RENAMED,
)
# Markup that readers wrote, as older systems let them.
COMMENT = Policy(
    tags=_BASIC_TAGS,
    attributes={"*": _GLOBAL_ATTRIBUTES, "a": _names("href title")},
    renamed=_BASIC_RENAMED,
    link_rel=COMMENT_REL,
)

_NUMBER = re.compile(r"[0-9]{1,5}\Z")
_VALUES = {
    "data-embed": re.compile(r"[a-z]{1,20}\Z"),
    "data-quote": re.compile(r"pull\Z"),
    "dir": re.compile(r"(?:ltr|rtl|auto)\Z"),
    "lang": re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}\Z"),
    "loading": re.compile(r"(?:lazy|eager)\Z"),
    "scope": re.compile(r"(?:row|col|rowgroup|colgroup)\Z"),
    **dict.fromkeys(_names("width height start colspan rowspan"), _NUMBER),
}
# One of the schemes, or relative: then nothing like a scheme stands before the path begins.
_HREF = re.compile(r"\s*(?:(?:https?|mailto|tel):|[^:\\]*\Z|[^:\\/?#]*[/?#])", re.IGNORECASE)
_REL_WORDS = ("nofollow", "sponsored", "ugc", "external", "noopener", "noreferrer")

_MAX_PASSES = 8
_MAX_DEPTH = 100
_MAX_RAW_DEPTH = 1000
_MAX_GROWTH = 8

_COMMENT = re.compile(r"<!--(?:-?>|.*?(?:--!?>|\Z))", re.DOTALL)
_ATTRIBUTES = r"""(?:[^>=]++|=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))?+)*+"""
_FORMATTING = re.compile(
    r"<(b|big|code|em|font|i|s|small|strike|strong|tt|u)(?=[\s/])" + _ATTRIBUTES + r"(?:>|\Z)",
    re.IGNORECASE,
)
_RAW_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
# Tags that the parser closes by itself or that hold nothing: unclosed ones nest nothing.
_SELF_CLOSING = _names(
    "p li td th tr dt dd option thead tbody tfoot colgroup h1 h2 h3 h4 h5 h6 a nobr button form"
    " area base br col embed hr img input link meta param source track wbr"
)
# The next four read only what nh3 wrote, where every < and > outside a tag is escaped.
_TAG = re.compile(r"(<[^>]*>)")
_TAG_NAME = re.compile(r"<(/?)([a-z][a-z0-9]*)(?=[ >])")
_EMPTY = re.compile(
    r"<(p|h2|h3|h4|figure|figcaption)(?: [^>]*)?>(?:\s|&nbsp;|<br>)*+</\1>|<img(?![^>]* src=)[^>]*>"
)
_PRE_NEWLINES = re.compile(r"(<pre(?: [^>]*)?>)\n+")
_VOID = _names("br hr img")
_INLINE = _names("a strong em u s sub sup code img br b i strike del ins")


def clean(html: str, policy: Policy = RICH) -> str:
    """Return the part of `html` that the policy allows, well formed; never raises.

    Cleaning what was cleaned changes nothing. Passes are repeated until that holds; markup that
    does not settle, or is nested beyond reason, is kept as plain paragraphs.
    """
    text = tamed = _tame(html)
    for _ in range(_MAX_PASSES if _raw_depth(tamed) <= _MAX_RAW_DEPTH else 0):
        parsed = _rename(_parse(text, policy, policy.tags | policy.renamed.keys()), policy.renamed)
        if _is_wild(parsed, len(tamed)):
            break
        bleached = _bleach(parsed, policy)
        cleaned = _parse(bleached, policy, policy.tags)
        if cleaned == text or cleaned == bleached == parsed:
            return cleaned
        text = cleaned
    return _parse(_flatten(tamed), policy, policy.tags)


def to_text(html: str) -> str:
    """Return the words of the markup, a line per block, for search, excerpts and descriptions."""
    tamed = _tame(html)
    if _raw_depth(tamed) > _MAX_RAW_DEPTH:
        tamed = _flatten(tamed)
    marked = nh3.clean(
        tamed,
        tags=set(RICH.tags | RICH.renamed.keys()),
        clean_content_tags=set(_DROPPED_WITH_TEXT),
        attributes={},
    )
    plain = unescape(_TAG.sub(_as_space, marked))
    lines = (" ".join(line.split()) for line in strip_overrides(plain).split("\n"))
    return unicodedata.normalize("NFC", "\n".join(line for line in lines if line))


def trusted(html: str | None) -> SafeString:
    """Return markup that was cleaned when it was written as safe for a template."""
    return mark_safe(html or "")  # noqa: S308 # nosec B308 B703 # the one place


def marked(text: str, spans: Iterable[tuple[int, int]]) -> SafeString:
    """Return plain text as markup, with `<mark>` round each of `spans`, in their order."""
    pieces, end = [], 0
    for start, stop in spans:
        pieces += [escape(text[end:start]), "<mark>", escape(text[start:stop]), "</mark>"]
        end = stop
    return mark_safe("".join((*pieces, escape(text[end:]))))  # noqa: S308 # nosec B308 B703 # the one place


# Comments: plain text in, paragraphs out.

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_URL = re.compile(rf"""https?://[^\s<>"\x00-\x20{_BIDI}]+""", re.IGNORECASE)
_LINK = re.compile(r"(?:https?|ftp)://\S|(?<![\w.@/:-])www\.\w", re.IGNORECASE)
_PARAGRAPH_END = re.compile(r"\n{2,}")
_CLOSERS = {")": "(", "]": "[", "}": "{", "»": "«"}
_TRAILING = ".,;:!?'*_~…،؛؟“”’"


def linkify(text: str) -> str:
    """Return plain text as safe paragraphs, its http(s) addresses as links isolated from the rest.

    A blank line begins a paragraph with its own direction, a single line end is a `<br>`.
    """
    text = unicodedata.normalize("NFC", strip_overrides(_plain_characters(text)))
    text = "\n".join(line.strip() for line in text.split("\n")).strip("\n")
    parts = _PARAGRAPH_END.split(text) if text else []
    return "".join(f'<p dir="auto">{_linkify_part(part)}</p>' for part in parts)


def count_links(text: str) -> int:
    """Return how many web addresses the text names, linked or not."""
    return len(link_hosts(text))


def link_hosts(text: str) -> list[str]:
    """Return the host of each web address the text names, linked or not; "" where it has none."""
    text = unicodedata.normalize("NFKC", text)
    starts = [match.start() for match in _LINK.finditer(text)]
    return [_host(text[start:end]) for start, end in pairwise([*starts, len(text)])]


def _host(text: str) -> str:
    url = _trim(text.split(maxsplit=1)[0])
    try:
        return urlsplit(url if "://" in url else f"//{url}").hostname or ""
    except ValueError:
        return ""


def _linkify_part(part: str) -> str:
    pieces, end = [], 0
    part = balance_isolates(part)
    for match in _URL.finditer(part):
        url = _trim(match.group())
        pieces.append(_lines(part[end : match.start()]))
        pieces.append(_link(url))
        end = match.start() + len(url)
    return "".join((*pieces, _lines(part[end:])))


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _link(url: str) -> str:
    safe = escape(url)
    if not _is_web_address(url):
        return safe
    return f'<bdi><a href="{safe}" rel="{COMMENT_REL}">{safe}</a></bdi>'


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _trim(url: str) -> str:
    """Leave to the sentence the punctuation that ends it, and brackets the address did not open."""
    end = len(url)
    surplus = {closer: url.count(closer) - url.count(opener) for closer, opener in _CLOSERS.items()}
    while end and (url[end - 1] in _TRAILING or surplus.get(url[end - 1], 0) > 0):
        if url[end - 1] in surplus:
            surplus[url[end - 1]] -= 1
        end -= 1
    return url[:end]


# The steps of clean().


def _tame(html: str) -> str:
    """Take away what a parser answers to with time or memory out of proportion.

    Unclosed formatting elements are opened again in every block, and only those that differ by
    attribute are kept apart (HTML standard, 13.2.4.3): without attributes a page cannot explode.
    """
    html = _COMMENT.sub("", _plain_characters(html))
    return _FORMATTING.sub(r"<\1>", html)


def _plain_characters(text: str) -> str:
    return strip_controls(text.replace("\r\n", "\n").replace("\r", "\n"))


def _raw_depth(html: str) -> int:
    depth = deepest = 0
    for slash, name in _RAW_TAG.findall(html):
        if name.lower() not in _SELF_CLOSING:
            depth = max(0, depth - 1) if slash else depth + 1
            deepest = max(deepest, depth)
    return deepest


def _is_wild(serialized: str, given: int) -> bool:
    depth = deepest = 0
    for slash, name in _TAG_NAME.findall(serialized):
        if name not in _VOID:
            depth += -1 if slash else 1
            deepest = max(deepest, depth)
    return deepest > _MAX_DEPTH or len(serialized) > _MAX_GROWTH * given + 10_000


def _parse(html: str, policy: Policy, tags: frozenset[str]) -> str:
    parsed = nh3.clean(
        html,
        tags=set(tags),
        clean_content_tags=set(_DROPPED_WITH_TEXT),
        attributes={tag: set(names) for tag, names in policy.attributes.items()},
        attribute_filter=_check_value,
        link_rel=policy.link_rel,
        url_schemes=set(_SCHEMES),
    )
    return _PRE_NEWLINES.sub(r"\1", _EMPTY.sub("", _plain_direction(parsed)))


def _bleach(html: str, policy: Policy) -> str:
    attributes = {tag: sorted(names) for tag, names in policy.attributes.items()}
    if policy.link_rel:
        attributes["a"] = [*attributes["a"], "rel"]
    return bleach.clean(
        html, tags=policy.tags, attributes=attributes, protocols=_SCHEMES, strip=True
    )


def _rename(serialized: str, renamed: Mapping[str, str]) -> str:
    return _TAG_NAME.sub(lambda match: f"<{match[1]}{renamed.get(match[2], match[2])}", serialized)


def _check_value(tag: str, attribute: str, value: str) -> str | None:
    if tag == "img" and attribute == "src":
        return value if _is_own_picture(value) else None
    if attribute == "href":
        return value.strip() if _HREF.match(value) else None
    if attribute == "rel":
        words = value.lower().split()
        return " ".join(word for word in _REL_WORDS if word in words) or None
    if pattern := _VALUES.get(attribute):
        value = value.strip()
        value = value.lower() if attribute != "lang" else value
        return value if pattern.match(value) else None
    return value


def _is_own_picture(address: str) -> bool:
    """Only pictures of this site: a foreign one would tell its host who reads what."""
    plain = unquote(address)
    return (
        address.startswith("/media/")
        and ".." not in plain
        and not re.search(r"[\s\\\x00-\x20?#]", plain)
    )


def _plain_direction(serialized: str) -> str:
    """Strip override characters, close every isolate within its block, compose letters (NFC)."""
    tokens = [
        balance_isolates(token) if at % 2 else unicodedata.normalize("NFC", token)
        for at, token in enumerate(_TAG.split(strip_overrides(_plain_characters(serialized))))
    ]
    if not any("\u2066" <= char <= "\u2069" for char in "".join(tokens)):
        return "".join(tokens)
    blocks: list[list[str]] = [[]]
    for token in tokens:
        name = _TAG_NAME.match(token)
        if name and name[2] not in _INLINE:
            blocks += [[token], []]
        else:
            blocks[-1].append(token)
    return "".join(balance_isolates("".join(block)) for block in blocks)


def _flatten(html: str) -> str:
    plain = unescape(re.sub(r"<[^>]*(?:>|\Z)", "\n", html))
    lines = (line.strip() for line in plain.split("\n"))
    return "".join(f"<p>{escape(line)}</p>" for line in lines if line)


def _as_space(match: re.Match[str]) -> str:
    name = _TAG_NAME.match(match[0])
    if name is None or name[2] in _INLINE - _VOID:
        return ""
    return " " if name[2] in ("td", "th", "img") else "\n"
