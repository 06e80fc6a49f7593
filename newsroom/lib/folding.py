"""One normal form for Arabic and the rest, shared by search, word rules, duplicates and topics."""

import unicodedata

import regex

# Left out before comparing: tatweel, soft hyphen, joiners, direction marks, variation selectors.
_IGNORED = regex.compile(
    r"[\u0640\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
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
