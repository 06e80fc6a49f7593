"""What a reader wrote with what the rules found in it marked. Everything is escaped here."""

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from comments.models import Comment

Span = tuple[int, int]
# How much of a long text the queue shows, and how much of it before the first mark.
EXCERPT, BEFORE = 240, 60


def spans_of(comment: Comment) -> list[Span]:
    """Return the places of the text that the screens found, in order, none inside another. An
    edited text is no longer the one they looked at."""
    if comment.edited_at:
        return []
    return tidy(reason["span"] for reason in comment.reasons if reason.get("span"))


def tidy(spans: Iterable[Iterable[int]]) -> list[Span]:
    """Return spans in order, those that touch as one."""
    merged: list[Span] = []
    for start, end in sorted((start, end) for start, end in spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def marked(text: str, spans: list[Span], begin: int = 0, end: int | None = None) -> SafeString:
    """Return `text[begin:end]` as markup with the spans (tidy ones) in `<mark>`."""
    end = len(text) if end is None else end
    parts, at = [], begin
    for first, last in spans:
        first, last = max(first, begin), min(last, end)
        if first < last:
            parts.append((text[at:first], text[first:last]))
            at = last
    marks = format_html_join("", "{}<mark>{}</mark>", parts)
    return format_html("{}{}", marks, text[at:end])


def excerpt(comment: Comment) -> SafeString:
    """Return the beginning of the text, or what stands round the first mark."""
    text, spans = comment.body, spans_of(comment)
    begin = max(0, spans[0][0] - BEFORE) if spans and spans[0][1] > EXCERPT else 0
    end = min(len(text), begin + EXCERPT)
    shown = marked(text, spans, begin, end)
    return format_html("{}{}{}", "…" if begin else "", shown, "…" if end < len(text) else "")
