"""Direction of texts and languages, and the invisible characters that steer it (UAX #9)."""

import re
import unicodedata
from collections.abc import Iterator

from django.conf import settings

_ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
LRI, RLI, FSI, PDI = "\u2066", "\u2067", "\u2068", "\u2069"
_OVERRIDES = re.compile("[\u202a-\u202e]")
_ISOLATES = re.compile("[\u2066-\u2069]")
_RTL_LANGUAGES = frozenset(
    ["ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"]
)
_RTL_SCRIPTS = frozenset({"adlm", "arab", "hebr", "nkoo", "rohg", "syrc", "thaa"})


def direction(text: str, default: str = "ltr") -> str:
    """Return "rtl" or "ltr" by the first strong character, `default` when there is none.

    What stands inside isolates does not count (UAX #9, rules P2 and P3).
    """
    depth = 0
    for char in text:
        if char in (LRI, RLI, FSI):
            depth += 1
        elif char == PDI:
            depth = max(0, depth - 1)
        elif not depth and (strong := unicodedata.bidirectional(char)) in ("L", "R", "AL"):
            return "ltr" if strong == "L" else "rtl"
    return default


def language_direction(code: str) -> str:
    """Return the direction of a BCP 47 language tag; a script part decides before the language."""
    language, *rest = re.split("[-_]", code.lower())
    script = next((part for part in rest if len(part) == 4 and part.isalpha()), "")
    is_rtl = script in _RTL_SCRIPTS if script else language in _RTL_LANGUAGES
    return "rtl" if is_rtl else "ltr"


def digits(text: str, language: str) -> str:
    """Return the text with the digits its readers know: DIGITS="arab" gives Arabic texts ٠–٩."""
    is_arabic = settings.DIGITS == "arab" and language.split("-")[0] == "ar"
    return text.translate(_ARABIC_DIGITS) if is_arabic else text


def isolate(text: str) -> str:
    """Return the text between FSI and PDI, for plain text where `<bdi>` cannot stand."""
    return f"{FSI}{closed(text)}{PDI}" if text else ""


def closed(text: str) -> str:
    """Return the text unable to turn what follows it: no overrides, every isolate closed."""
    return balance_isolates(strip_overrides(text))


def strip_overrides(text: str) -> str:
    """Return the text without U+202A–U+202E, the embeddings and overrides of old."""
    return _OVERRIDES.sub("", text)


def has_overrides(text: str) -> bool:
    """Tell whether the text could turn what stands around it: an override or a loose isolate."""
    return bool(_OVERRIDES.search(text)) or balance_isolates(text) != text


def balance_isolates(text: str) -> str:
    """Return the text without initiators that nothing closes and closers that open nothing."""
    loose = set(_loose_isolates(text))
    return "".join(char for at, char in enumerate(text) if at not in loose) if loose else text


def _loose_isolates(text: str) -> Iterator[int]:
    opened: list[int] = []
    for match in _ISOLATES.finditer(text):
        if match.group() != PDI:
            opened.append(match.start())
        elif opened:
            opened.pop()
        else:
            yield match.start()
    yield from opened
