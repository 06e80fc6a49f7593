"""All rules at once, looked up in a text: time grows with the text, not with their number.

Words are looked up in a tree by what they fold to, from each word of the text on. There is no
pattern that could backtrack, and a text of one word repeated costs what any text costs.
"""

import ipaddress
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import Any, NamedTuple, Protocol
from urllib.parse import unquote

import regex

from comments.models import Rule
from newsroom.lib.folding import Folded, fold

Kind, Action = Rule.Kind, Rule.Action
MAX_WORDS = 20

_WORD = regex.compile(r"[\p{L}\p{M}]+|\p{N}+")
# For entries without a letter, which words part.
_SYMBOL = regex.compile(r"[^\s\p{L}\p{M}\p{N}]|[\p{L}\p{M}\p{N}]+")
_TAG = regex.compile(r"<[^<>]*>")
_HOST = regex.compile(r"[\w.\-]++")
_HOST_LENGTH = 253

# What Arabic writes onto the beginning of a word (and, by, for, like, the), by its first letter.
_PREFIXES: dict[str, list[str]] = defaultdict(list)
for _and in ("", "و", "ف"):
    for _inner in ("", "ال", "بال", "كال", "لال", "لل", "ب", "ك", "ل"):
        if _and + _inner:
            _PREFIXES[(_and + _inner)[0]].append(_and + _inner)


class Entry(NamedTuple):
    """A rule, as far as matching needs it."""

    pk: int
    kind: str
    action: str
    value: str
    key: str
    with_prefixes: bool


# An entry and its place in a folded text.
Occurrence = tuple[Entry, int, int]


@dataclass(frozen=True)
class Match:
    """An entry, the field in which it was found, and where in that field."""

    entry: Entry
    field: str
    span: tuple[int, int] | None = None


class Typed(Protocol):
    """What is looked through: a `screening.Submission`, or what stands for one."""

    name: str
    email: str
    email_index: str
    website: str
    body: str
    ip: str | None
    user_agent: str


def words_of(text: str) -> list[str]:
    """Return the folded words of an entry, its symbols where it has no word."""
    folded = fold(text)
    return _WORD.findall(folded) or _SYMBOL.findall(folded)


def host_key(host: str) -> str:
    """Return the form in which two spellings of a site are equal; "" for what is none."""
    host = host.strip(".-").lower().removeprefix("www.")
    if "." not in host or len(host) > _HOST_LENGTH:
        return ""
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


class _Phrases:
    """Entries as a tree of words: under each word those that follow it, under "" the entries."""

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}

    def add(self, words: list[str], entry: Entry) -> None:
        node = self.root
        for word in words:
            node = node.setdefault(word, {})
        node.setdefault("", []).append(entry)

    def find(self, words: list[regex.Match], done: Container[int] = ()) -> Iterator[Occurrence]:
        """Yield entries among the words of a folded text, with their places; none whose number
        is in `done`."""
        texts = [word.group() for word in words]
        beginnings = {text: self._beginnings(text) for text in set(texts)}
        for at, text in enumerate(texts):
            for cut in beginnings[text]:
                node, end = self.root[text[cut:]], at
                while node is not None:
                    for entry in node.get("", ()):
                        if entry.pk not in done and (entry.with_prefixes or not cut):
                            yield entry, words[at].start() + cut, words[end].end()
                    end += 1
                    node = node.get(texts[end]) if end < len(texts) else None

    def _beginnings(self, word: str) -> list[int]:
        """Return at which letters of the word an entry may begin: the first, and those behind a
        prefix."""
        cuts = (len(prefix) for prefix in _PREFIXES.get(word[0], ()) if word.startswith(prefix))
        return [cut for cut in (0, *cuts) if word[cut:] in self.root and cut < len(word)]


class Matcher:
    """The active rules, ready to be looked up."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        # Words and symbols that let through, and those that hold or say spam.
        self.allowed, self.listed = (_Phrases(), _Phrases()), (_Phrases(), _Phrases())
        self.agents = _Phrases()
        self.by_key: dict[tuple[str, str], Entry] = {}
        self.networks: dict[tuple[int, int], dict[int, Entry]] = defaultdict(dict)
        for entry in entries:
            self._add(entry)
        self.has_sites = any(kind == Kind.LINK for kind, _key in self.by_key)

    def _add(self, entry: Entry) -> None:
        if entry.kind == Kind.WORD:
            words = words_of(entry.key)
            tables = self.allowed if entry.action == Action.ALLOW else self.listed
            if words:
                tables[not _WORD.match(words[0])].add(words, entry)
        elif entry.kind == Kind.AGENT:
            self.agents.add(words_of(entry.key), entry)
        elif entry.kind == Kind.NETWORK:
            network = ipaddress.ip_network(entry.key)
            of_size = self.networks[network.version, network.prefixlen]
            of_size[int(network.network_address)] = entry
        else:
            key = " ".join(words_of(entry.key)) if entry.kind == Kind.NAME else entry.key
            self.by_key[entry.kind, key] = entry

    def find(self, typed: Typed) -> list[Match]:
        """Return what the rules find, each entry once a field.

        An entry that lets through takes from those that hold what it covers: a held word inside
        an allowed phrase, a held site of which the page's own host is allowed. Never from those
        that say spam.
        """
        return [
            *self._in(typed.body, "body"),
            *self._in(typed.name, "name"),
            *self._in(typed.website, "website"),
            # Where in an address a word stands is nobody's business.
            *(Match(match.entry, "email") for match in self._in(typed.email, "email")),
            *(Match(entry, "name") for entry in self._named(typed.name)),
            *(Match(entry, "email") for entry in self._addressed(typed)),
            *(Match(entry, "ip") for entry in _ranked(self._networks_of(typed.ip))),
            *(Match(entry, "agent") for entry in self._sent_by(typed.user_agent)),
        ]

    def allows_site(self, host: str) -> bool:
        """Whether a rule lets links to `host` through."""
        entries = list(_ranked(self._hosts(Kind.LINK, host)))
        return bool(entries) and all(entry.action == Action.ALLOW for entry in entries)

    def _in(self, text: str, field: str) -> list[Match]:
        """Words, symbols and linked sites in one field."""
        found: dict[int, Match] = {}
        for view in _views(text):
            allowed = list(_look(self.allowed, view.folded))
            reach = _Reach(allowed)
            for entry, start, end in chain(allowed, _look(self.listed, view.folded, found)):
                if entry.pk not in found and not (
                    entry.action == Action.HOLD and reach(start, end)
                ):
                    found[entry.pk] = Match(entry, field, view.span(start, end))
        if field in ("body", "website") and self.has_sites:
            for host in _HOST.finditer(text):
                for entry in _ranked(self._hosts(Kind.LINK, host.group())):
                    found.setdefault(entry.pk, Match(entry, field, host.span()))
        return list(found.values())

    def _named(self, name: str) -> Iterator[Entry]:
        yield from self._keyed(Kind.NAME, " ".join(words_of(name)))

    def _addressed(self, typed: Typed) -> Iterator[Entry]:
        yield from self._keyed(Kind.ADDRESS, typed.email_index)
        yield from _ranked(self._hosts(Kind.DOMAIN, typed.email.rpartition("@")[2]))

    def _sent_by(self, user_agent: str) -> Iterator[Entry]:
        """Yield the entries in the name that a browser or program gives itself, each once."""
        found: dict[int, Entry] = {}
        if self.agents.root:
            words = [*_WORD.finditer(fold(user_agent))]
            found = {entry.pk: entry for entry, _start, _end in self.agents.find(words)}
        yield from found.values()

    def _keyed(self, kind: str, key: str) -> Iterator[Entry]:
        if (kind, key) in self.by_key:
            yield self.by_key[kind, key]

    def _hosts(self, kind: str, host: str) -> Iterator[Entry]:
        """Yield the entries for a host and for what it stands under, nearest first."""
        labels = host_key(host).split(".")
        for at in range(len(labels) - 1):
            yield from self._keyed(kind, ".".join(labels[at:]))

    def _networks_of(self, ip: str | None) -> Iterator[Entry]:
        """Yield the entries whose network holds the address, the narrowest first."""
        if not ip:
            return
        address = ipaddress.ip_address(ip)
        for (version, length), of_size in sorted(self.networks.items(), reverse=True):
            if version == address.version:
                network = ipaddress.ip_network(f"{address}/{length}", strict=False)
                if entry := of_size.get(int(network.network_address)):
                    yield entry


def _ranked(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield entries, nearest first, without those that hold what a nearer one lets through."""
    is_allowed = False
    for entry in entries:
        if not (is_allowed and entry.action == Action.HOLD):
            yield entry
        is_allowed = is_allowed or entry.action == Action.ALLOW


def _look(
    tables: tuple[_Phrases, _Phrases], folded: str, done: Container[int] = ()
) -> Iterator[Occurrence]:
    for table, pattern in zip(tables, (_WORD, _SYMBOL), strict=True):
        if table.root:
            yield from table.find([*pattern.finditer(folded)], done)


class _Reach:
    """Whether a place in a text lies inside one of the occurrences."""

    def __init__(self, occurrences: list[Occurrence]) -> None:
        places = sorted(place for _entry, *place in occurrences)
        self._starts = [start for start, _end in places]
        self._ends = list(accumulate((end for _start, end in places), max))

    def __call__(self, start: int, end: int) -> bool:
        at = bisect_right(self._starts, start) - 1
        return at >= 0 and self._ends[at] >= end


class _Tagless(Folded):
    """A text as it reads without its tags: markup inside a word hides nothing."""

    def __init__(self, text: str) -> None:
        ends = [0, *(match.end() for match in _TAG.finditer(text))]
        starts = [*(match.start() for match in _TAG.finditer(text)), len(text)]
        kept = list(zip(ends, starts, strict=True))
        self._begin = [begin for begin, _end in kept]
        self._shift = [0, *accumulate(end - begin for begin, end in kept)]
        super().__init__("".join(text[begin:end] for begin, end in kept))

    def span(self, start: int, end: int) -> tuple[int, int]:
        first, last = super().span(start, end)
        return self._place(first), self._place(last - 1) + 1

    def _place(self, at: int) -> int:
        piece = bisect_right(self._shift, at) - 1
        return self._begin[piece] + at - self._shift[piece]


class _Unquoted(Folded):
    """A text with the addresses in it read: there every letter is six characters wide."""

    def __init__(self, text: str) -> None:
        super().__init__(unquote(text))

    def span(self, start: int, end: int) -> None:
        return None


def _views(text: str) -> Iterator[Folded]:
    """Yield the ways in which a text is read."""
    yield Folded(text)
    if "<" in text and ">" in text:
        yield _Tagless(text)
    if "%" in text:
        yield _Unquoted(text)
