"""One normal form for Arabic and the rest, shared by search, word rules, duplicates and topics."""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property, lru_cache

import regex

from newsroom.lib.text import CLUSTER

# Left out before comparing: tatweel, soft hyphen, joiners, direction marks, variation selectors;
# of Devanagari the dot below and the sign that a vowel is missing.
_IGNORED = regex.compile(
    r"[\u0640\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    r"\u093c\u094d]"
)
# Accents of Latin, Greek and Cyrillic, Hebrew points, Arabic vowel and Quranic signs. Marks of
# other scripts stay: in Devanagari or Thai they carry the vowels of the word.
_MARKS = regex.compile(
    r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4"
    r"\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
    r"\u08ca-\u08ff]"
)
_LETTERS = str.maketrans(
    {
        **dict.fromkeys("ٱٲٳٵ", "ا"),
        **dict.fromkeys("ىیےېۍ", "ي"),
        **dict.fromkeys("ةەہھۃۀ", "ه"),
        **dict.fromkeys("کڪ", "ك"),
        **dict.fromkeys("ڕڒ", "ر"),
        # Hindi is spelt with long vowels and with short ones, with nasals and half vowels at will.
        **dict(zip("ँआईऊॠॡऐऔीूॄॣैौ", "ंअइउऋऌएओिुृॢेो", strict=True)),
        **dict(zip("ॅॆॉॊऍऎऑऒॲ", "ेेोोएएओओअ", strict=True)),
        **{chr(first + digit): str(digit) for first in (0x660, 0x6F0) for digit in range(10)},
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ħ": "h",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
    }
)
_TOKEN = regex.compile(r"[\p{L}\p{M}\p{N}]+")
# A word as it is written, with what folding leaves out of the midst of it.
_WORD = regex.compile(rf"{_TOKEN.pattern}(?:{_IGNORED.pattern}+{_TOKEN.pattern})*+")
# Pieces that fold by themselves, from coarse to fine: lines, words, letters with their marks.
_LINE = regex.compile(r"(?s).{200}\S*+\s*+|.+")
_FINER = (regex.compile(r"\s+|\S+"), CLUSTER)


def fold(text: str) -> str:
    """Return the form in which two spellings of a word are equal; folding twice changes nothing.

    Unicode's caseless match (NFKC, full case folding: Unicode chapter 3.13), then what Arabic
    readers do not tell apart: vowel signs, tatweel, the forms of alef, hamza on its seat, final
    ya and ta marbuta, Persian kaf and ya, and both sets of Arabic digits.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = _IGNORED.sub("", unicodedata.normalize("NFKD", folded))
    folded = _MARKS.sub("", folded).translate(_LETTERS).casefold()
    return unicodedata.normalize("NFKC", folded)


def tokens(text: str) -> list[str]:
    """Return the folded words of a text: runs of letters, marks and digits."""
    return _TOKEN.findall(fold(text))


def placed_tokens(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the words of `tokens`, each with where it begins and ends in the text as written."""
    for match in _WORD.finditer(text):
        for token in _tokens_of_word(match.group()):
            yield token, match.start(), match.end()


@lru_cache(maxsize=50_000)
def _tokens_of_word(word: str) -> tuple[str, ...]:
    return tuple(tokens(word))


class Folded:
    """A text with its fold, which remembers where each of its characters came from."""

    def __init__(self, text: str) -> None:
        self.text, self.folded = text, fold(text)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the text `folded[start:end]` came from, in whole letters."""
        return self._origin(start)[0], self._origin(max(start, end - 1))[1]

    def _origin(self, at: int) -> tuple[int, int]:
        starts, places = self._lines
        line = bisect_right(starts, at) - 1
        (begin, end), at = places[line], at - starts[line]
        for pattern in _FINER:
            piece = self.text[begin:end]
            for width, place in _pieces(pattern, piece, fold(piece)):
                if at < width:
                    begin, end = begin + place[0], begin + place[1]
                    break
                at -= width
        return begin, end

    @cached_property
    def _lines(self) -> tuple[list[int], list[tuple[int, int]]]:
        """Where each line begins in the fold, and its place in the text."""
        starts, places, at = [], [], 0
        for width, place in _pieces(_LINE, self.text, self.folded):
            starts.append(at)
            places.append(place)
            at += width
        return starts, places


def _pieces(pattern: regex.Pattern, text: str, folded: str) -> list[tuple[int, tuple[int, int]]]:
    """Return the pieces of a text as (length when folded, place); the whole as one piece where
    they do not fold one by one. Nothing that folds to nothing is among them."""
    found = [(fold(match.group()), match.span()) for match in pattern.finditer(text)]
    if "".join(piece for piece, _place in found) != folded:
        return [(len(folded), (0, len(text)))]
    return [(len(piece), place) for piece, place in found if piece]
