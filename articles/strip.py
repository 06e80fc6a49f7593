"""The strip of breaking news: kept in the edition's snapshot, ended by the clock."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from articles.models import Breaking, Story

SHOWN = 3


def end(line: Breaking) -> bool:
    """Take a line down now; False where its time was over already. Its row stays as a record."""
    if line.until <= timezone.now():
        return False
    line.until = timezone.now()
    line.save(update_fields=["until"])
    return True


def rows(language: str) -> list[dict[str, Any]]:
    """Return what the snapshot keeps of the lines that run, the newest first.

    The story's times are kept beside its address: whether it may be linked is asked of the clock
    when a page is made, so a line costs a page no query.
    """
    lines = Breaking.objects.current().filter(language=language)
    stories = Story.objects.with_section().filter(status=Story.Status.PUBLISHED)
    known = stories.only("language", "slug", "kind", "published_at", "unpublish_at", "section_id")
    linked = known.in_bulk([line.story_id for line in lines if line.story_id])
    return [_row(line, linked.get(line.story_id)) for line in lines]


def _row(line: Breaking, story: Story | None) -> dict[str, Any]:
    row: dict[str, Any] = {"text": line.text, "until": line.until.isoformat()}
    if story is not None:
        row["from"] = story.published_at.isoformat()
        row["to"] = story.unpublish_at.isoformat() if story.unpublish_at else ""
        row["url"] = story.get_absolute_url()
    return row


def shown(kept: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return of the snapshot's lines those that run now; `url` is empty without a public story."""
    now = timezone.now()
    running = [row for row in kept if datetime.fromisoformat(row["until"]) > now]
    return [{"text": row["text"], "url": _link(row, now)} for row in running[:SHOWN]]


def _link(row: dict[str, Any], now: datetime) -> str:
    if not row.get("url") or datetime.fromisoformat(row["from"]) > now:
        return ""
    is_over = row["to"] and datetime.fromisoformat(row["to"]) <= now
    return "" if is_over else row["url"]


def is_on(story_id: int) -> str | None:
    """Return the language whose running strip names this story."""
    lines = Breaking.objects.current().filter(story=story_id)
    return lines.values_list("language", flat=True).first()
