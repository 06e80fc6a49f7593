"""Texts that hold several languages side by side, as qTranslate and its children mark them.

`[:en]News[:ar]أخبار[:]`, `<!--:en-->News<!--:-->` and `{:en}News{:}` are one and the same. What
stands outside of any mark belongs to every language.
"""

import re

_CODE = r"[a-z]{2}(?:[-_][A-Za-z]{2,4})?"
_COMMENT = re.compile(rf"<!--:({_CODE})?-->")
_BRACE = re.compile(rf"\{{:({_CODE})?\}}")
_MARK = re.compile(rf"\[:({_CODE})?\]")
_OPENING = re.compile(rf"\[:({_CODE})\]")


def unified(text: str) -> str:
    """Return the text with every mark in its bracketed form, which survives as plain text."""
    if "<!--:" in text:
        text = _COMMENT.sub(r"[:\1]", text)
    if "{:" in text and re.search(rf"\{{:{_CODE}\}}", text):
        text = _BRACE.sub(r"[:\1]", text)
    return text


def codes_in(text: str) -> list[str]:
    """Return the codes of the languages a unified text holds, each once, in their order."""
    return list(dict.fromkeys(_OPENING.findall(text))) if "[:" in text else []


def in_language(text: str, code: str) -> str:
    """Return the part of a unified text in one language; "" where it has others only."""
    if not codes_in(text):
        return text
    first, *rest = _MARK.split(text)
    pieces = [
        first,
        *(piece for of, piece in zip(rest[::2], rest[1::2], strict=True) if not of or of == code),
    ]
    if code not in rest[::2]:
        return ""
    return "".join(pieces)


def in_any(text: str, codes: list[str]) -> str:
    """Return a name in the first of `codes` it is given in, else in the first it has."""
    held = codes_in(text)
    if not held:
        return text
    return in_language(text, next((code for code in codes if code in held), held[0]))
