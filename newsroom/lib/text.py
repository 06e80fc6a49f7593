"""Counting, cutting and splitting text as readers see it."""

import unicodedata
from itertools import islice

import regex

from newsroom.lib.rtl import balance_isolates, strip_overrides

# What readers see as one character (extended grapheme clusters, UAX #29). Flags come first: at each
# letter of a row of them \X looks back to where the row begins, which takes minutes for a long one.
CLUSTER = regex.compile(r"\p{RI}{1,2}[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]*+|\X")
# Also with something between them that cleaning or folding leaves out.
_HEAP = regex.compile(r"(?:\p{M}[\p{C}\u0640]*+){31}")
_SLUG_IGNORED = regex.compile(r"[\u0640\u064b-\u0652\u0670\p{Cf}'’ʼ]")
_SLUG_SPLIT = regex.compile(r"[^\p{L}\p{M}\p{N}]+")
# What neither a text nor XML 1.0 has a place for: controls, halves of characters, non-characters.
_CONTROL = regex.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LIST_SPLIT = regex.compile(r"[,،;؛\r\n]+")


def strip_controls(text: str) -> str:
    """Return the text without characters that are none; line ends and tabs stay."""
    return _CONTROL.sub("", text)


def one_line(text: str) -> str:
    """Return the text on one line, composed (NFC), with nothing invisible that would turn it."""
    # Some controls are white space and part words; they go before the others, which do not.
    text = strip_controls(" ".join(text.split()))
    text = balance_isolates(strip_overrides(unicodedata.normalize("NFC", text)))
    return " ".join(text.split())


def grapheme_length(text: str) -> int:
    """Return how many characters a reader sees (extended grapheme clusters, UAX #29)."""
    return sum(1 for _ in CLUSTER.finditer(text))


def has_heaped_marks(text: str) -> bool:
    """Whether more than 30 marks stand on one letter, as Unicode's Stream-Safe Text Format has it
    (UAX #15, 13): they are no word, and putting a hundred thousand into order takes minutes."""
    return _HEAP.search(text) is not None


def truncate_graphemes(text: str, limit: int) -> str:
    """Return at most `limit` of the characters a reader sees, never half of one."""
    return "".join(match.group() for match in islice(CLUSTER.finditer(text), limit))


def slugify_unicode(text: str, max_length: int = 80) -> str:
    """Return a slug in the text's own letters, at most `max_length` characters of whole words.

    Vowel signs, tatweel and invisible characters go; only a first word that is too long by
    itself is cut. Returns "" when the text has neither letter nor digit.
    """
    text = _SLUG_IGNORED.sub("", unicodedata.normalize("NFKC", text).replace("\u200c", "-"))
    words = [word for word in _SLUG_SPLIT.split(unicodedata.normalize("NFC", text.lower())) if word]
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word
        if len(longer) > max_length:
            break
        slug = longer
    return slug or whole_within(words[0] if words else "", max_length)


def split_list(text: str) -> list[str]:
    """Return the trimmed entries between commas, semicolons (also ، and ؛) and line ends, once."""
    entries = (" ".join(entry.split()) for entry in _LIST_SPLIT.split(text))
    return list(dict.fromkeys(entry for entry in entries if entry))


# Words a minute of a text in a newspaper's manner, read silently (Trauzettel-Klosinski and Dietz,
# "Standardized Assessment of Reading Performance", IOVS 53, 2012, table 2).
_WORDS_A_MINUTE = {"ar": 138, "en": 228, "fr": 195}
_ANY_WORDS_A_MINUTE = 184


def reading_minutes(text: str, language: str) -> int:
    """Return in how many minutes a grown-up reads a plain text of the language, at least one."""
    pace = _WORDS_A_MINUTE.get(language.split("-")[0], _ANY_WORDS_A_MINUTE)
    return max(1, round(len(text.split()) / pace))


def whole_within(text: str, max_length: int) -> str:
    """Return of a text what `max_length` code points hold, never half of what readers see as one
    character."""
    kept = ""
    for match in CLUSTER.finditer(text):
        if len(kept) + len(match.group()) > max_length:
            break
        kept += match.group()
    return kept


def row_number(text: str) -> int:
    """Return the number of a row that a request names, or 0, which no row has, for anything else:
    Python refuses to read thousands of digits, and a database more than nineteen."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
