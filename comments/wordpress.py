"""Comments of a WordPress export: threads, states and dates kept, addresses sealed on entry."""

import html
import re
from collections.abc import Iterable, Iterator

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from articles.models import Story
from articles.wordpress import OldComment, Receipt
from articles.wordpress.text import paragraphs, plain
from articles.wordpress.wxr import LARGEST_KEPT_COMMENT
from comments import fields, moderation, threads
from comments.models import Comment
from newsroom.lib.html import COMMENT, clean, linkify, to_text
from newsroom.lib.privacy import blind_index, truncate_ip, validate_address
from newsroom.lib.rtl import balance_isolates
from newsroom.lib.text import truncate_graphemes

Status = Comment.Status
STATES = {
    "1": Status.APPROVED,
    "approve": Status.APPROVED,
    "approved": Status.APPROVED,
    "spam": Status.SPAM,
    "trash": Status.TRASH,
    "post-trashed": Status.TRASH,
}
KINDS = {
    "comment": Comment.Kind.COMMENT,
    "pingback": Comment.Kind.PINGBACK,
    "trackback": Comment.Kind.PINGBACK,
}
# A sequence only ever rises, and on PostgreSQL is not rolled back.
_RESERVE = {
    "postgresql": """
        SELECT setval(seq, %(last)s)
        FROM (SELECT pg_get_serial_sequence(%(table)s, 'id')::regclass AS seq) AS found
        WHERE COALESCE(pg_sequence_last_value(seq), 0) < %(last)s""",
    "sqlite": """
        INSERT OR REPLACE INTO sqlite_sequence (rowid, name, seq)
        SELECT MIN(rowid), %(table)s, MAX(%(last)s, COALESCE(MAX(seq), 0))
        FROM sqlite_sequence WHERE name = %(table)s""",
}
_BLOCK = re.compile(r"<(p|h[1-6]|blockquote|ul|ol|div)(?=[\s>])", re.IGNORECASE)
_MARKUP = re.compile(r"</?[a-zA-Z!][^<>]*>")


def reserve_numbers(last: int) -> None:
    """See to it that new comments get numbers above those of the old site, which stay free."""
    with connection.cursor() as cursor:
        cursor.execute(
            _RESERVE[connection.vendor],
            {"table": Comment._meta.db_table, "last": last},
        )


def save_comments(
    story: Story, comments: list[OldComment], *, source: str, receipt: Receipt
) -> None:
    """Save what is missing of a post's comments under `story` and count them."""
    saver = _Saver(story, comments, source, receipt)
    with override(story.language):
        for old in _parents_first(comments):
            saver.save(old)
    if saver.is_changed:
        moderation.recount(story)


class _Saver:
    def __init__(
        self, story: Story, comments: list[OldComment], source: str, receipt: Receipt
    ) -> None:
        self.story = story
        self.source = source
        self.receipt = receipt
        self.is_changed = False
        numbers = [old.number for old in comments]
        self.taken = set(Comment.objects.filter(pk__in=numbers).values_list("pk", flat=True))
        # What earlier runs brought, of this story and of others that had the same number.
        rows = Comment.objects.filter(legacy_id__in=numbers).select_related("parent")
        self.known: dict[tuple[str, int], Comment] = {
            (row.legacy_source, row.legacy_id): row for row in rows
        }
        # Where replies to an old number go; to a refused comment's own parent.
        self.places: dict[int, Comment | None] = {}

    def save(self, old: OldComment) -> None:
        """Save one comment under its parent, which was saved before, unless it is known."""
        parent = self.places.get(old.parent)
        source, known = self._find(old)
        reason = "" if known else _reason_to_skip(old)
        if known:
            self.receipt.known["comments"] += 1
        elif reason:
            self.receipt.skipped["comment", reason] += 1
            known = parent
        else:
            known = self._plant(old, parent, source)
        self.places[old.number] = known

    def _find(self, old: OldComment) -> tuple[str, Comment | None]:
        """Return the source to file a comment under, and itself where it was brought before."""
        source, n = self.source, 1
        while (row := self.known.get((source, old.number))) and row.story_id != self.story.pk:
            n += 1
            source = f"{self.source}#{n}"
        return source, row

    def _plant(self, old: OldComment, parent: Comment | None, source: str) -> Comment:
        comment = self._comment(old)
        comment.parent, comment.legacy_source = parent, source
        if old.number not in self.taken and old.number <= LARGEST_KEPT_COMMENT:
            comment.pk = old.number
        comment = threads.plant(comment)
        self.taken.add(comment.pk)
        self.is_changed = True
        self._count(old, comment)
        return comment

    def _comment(self, old: OldComment) -> Comment:
        kind, at = KINDS[old.type], old.at or self.story.published_at or timezone.now()
        status = STATES.get(old.state, Status.PENDING)
        address = _address(old.address)
        body, body_html = _body(old.text)
        return Comment(
            story=self.story,
            kind=kind,
            status=status,
            name=_name(old.name),
            email=address,
            email_index=blind_index(address) if address else "",
            website=_website(old.website),
            body=body,
            body_html=body_html,
            ip=truncate_ip(old.ip),
            created_at=at,
            published_at=at if status == Status.APPROVED else None,
            legacy_id=old.number,
        )

    def _count(self, old: OldComment, comment: Comment) -> None:
        self.receipt.comments[comment.kind, comment.status, self.story.language] += 1
        notes = {
            "comment's parent is not in the file: it begins a thread": old.parent
            and old.parent not in self.places,
            "comment keeps its old number beside a new one": comment.pk != old.number,
            "comment's address was none and is left out": old.address and not comment.email,
            "reply deeper than the threads go stands at their deepest level": comment.parent
            and self.places.get(old.parent) != comment.parent,
        }
        self.receipt.notes.update(text for text, is_so in notes.items() if is_so)


def _parents_first(comments: Iterable[OldComment]) -> Iterator[OldComment]:
    """Yield comments so that each comes after its parent; circles are cut where they close."""
    by_number = {old.number: old for old in comments}
    done: set[int] = set()
    for old in by_number.values():
        line: dict[int, OldComment] = {}
        while old and old.number not in done and old.number not in line:
            line[old.number] = old
            old = by_number.get(old.parent)
        for one in reversed(line.values()):
            done.add(one.number)
            yield one


def _reason_to_skip(old: OldComment) -> str:
    if not old.number:
        return "no number to know it by"
    if old.type not in KINDS:
        return f"type “{old.type[:40]}” is none of readers' comments"
    return "" if fields.is_visible(_body(old.text)[0]) else "nothing in it to read"


def _body(text: str) -> tuple[str, str]:
    """Return a comment as plain text and as safe markup."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if _MARKUP.search(text):
        body_html = clean(_BLOCK.sub(r'<\1 dir="auto"', paragraphs(text)), COMMENT)
        return to_text(body_html), body_html
    body = fields.body(html.unescape(text)) if fields.is_visible(html.unescape(text)) else ""
    return body, linkify(body)


def _name(text: str) -> str:
    name = balance_isolates(truncate_graphemes(plain(text), fields.NAME_LENGTH))[:1000]
    return name if fields.is_visible(name) else _("Anonymous")


def _address(text: str) -> str:
    try:
        return validate_address(text)
    except ValidationError:
        return ""


def _website(text: str) -> str:
    try:
        address = fields.website(html.unescape(text))
        fields.check_length("website", address)
    except ValidationError:
        return ""
    return address
