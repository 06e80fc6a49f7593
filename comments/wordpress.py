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
from comments import fields, moderation, privacy, threads
from comments.models import Comment, Decision
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
_DECISIONS = {
    Status.APPROVED: moderation.approve,
    Status.PENDING: moderation.hold,
    Status.SPAM: moderation.mark_spam,
    Status.TRASH: moderation.trash,
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


class Comments:
    """Saves the comments of an export, those of many posts at once. One object an import."""

    def __init__(self, source: str, receipt: Receipt, *, updates: bool = False) -> None:
        self.source = source
        self.receipt = receipt
        self.updates = updates
        # Who asked to be forgotten does not come back with an old file.
        self.forgotten = privacy.read_ledger()

    def save(self, posts: list[tuple[Story, list[OldComment]]]) -> None:
        """Save what is missing of the comments of `posts` and count them; call it in a
        transaction."""
        numbers = [old.number for _story, comments in posts for old in comments]
        if not numbers:
            return
        batch = _Batch(self, numbers)
        for story, comments in posts:
            with override(story.language):
                batch.take(story, comments)
        batch.flush()
        if batch.changed:
            moderation.recount_all(batch.changed)
        for comment, status in batch.late:
            self._decide_late(comment, status)

    def _decide_late(self, comment: Comment, status: str) -> None:
        """Bring a later decision of the old site, never over one of this one."""
        if comment.edited_at or comment.anonymised_at:
            return
        if Decision.objects.filter(comment=comment).exclude(by=None, reason="").exists():
            self.receipt.note("comment decided there and here: ours stays")
            return
        try:
            _DECISIONS[status](comment, by=None)
            self.receipt.updated["comments"] += 1
        except moderation.ModerationError as error:
            self.receipt.refuse("comment", comment.legacy_id, 0, str(error))


class _Batch:
    def __init__(self, home: Comments, numbers: list[int]) -> None:
        self.home = home
        self.receipt = home.receipt
        self.taken = set(Comment.objects.filter(pk__in=numbers).values_list("pk", flat=True))
        # What earlier runs brought, of these stories and of others that had the same number.
        rows = Comment.objects.filter(legacy_id__in=numbers).select_related("parent")
        self.known: dict[tuple[str, int], Comment] = {
            (row.legacy_source, row.legacy_id): row for row in rows.defer("body", "body_html")
        }
        self.rows: list[Comment] = []
        self.changed: dict[int, None] = {}
        self.late: list[tuple[Comment, str]] = []
        # Where replies to an old number go; to a refused comment's own parent.
        self.places: dict[int, Comment | None] = {}
        self.story: Story

    def take(self, story: Story, comments: list[OldComment]) -> None:
        """Plant the comments of a story, each after its parent."""
        self.story, self.places = story, {}
        for old in _parents_first(comments):
            self._take_one(old)

    def flush(self) -> None:
        """Save what was planted, and read it again."""
        Comment.objects.bulk_create(self.rows)
        kept = Comment.objects.in_bulk([row.pk for row in self.rows]) if self.rows else {}
        for row in self.rows:
            self.receipt.words_out.add(kept[row.pk].body)
        self.rows = []

    def _take_one(self, old: OldComment) -> None:
        parent = self.places.get(old.parent)
        source, known = self._find(old)
        if known:
            self.receipt.known["comments"] += 1
            self._note_late(old, known)
        elif reason := self._reason_to_skip(old):
            self.receipt.skip("comment", reason)
            known = parent
        else:
            known = self._plant(old, parent, source)
        self.places[old.number] = known

    def _note_late(self, old: OldComment, known: Comment) -> None:
        status = STATES.get(old.state, Status.PENDING)
        if self.home.updates and known.status != status:
            self.late.append((known, status))

    def _find(self, old: OldComment) -> tuple[str, Comment | None]:
        """Return the source to file a comment under, and itself where it was brought before."""
        source, n = self.home.source, 1
        while (row := self.known.get((source, old.number))) and row.story_id != self.story.pk:
            n += 1
            source = f"{self.home.source}#{n}"
        return source, row

    def _reason_to_skip(self, old: OldComment) -> str:
        if not old.number:
            return "no number to know it by"
        if old.type not in KINDS:
            return f"type “{old.type[:40]}” is none of readers' comments"
        address = _address(old.address)
        at = self.home.forgotten.get(blind_index(address)) if address else None
        if at and (old.at is None or old.at <= at):
            return "its writer asked to be forgotten"
        return "" if fields.is_visible(_body(old.text)[0]) else "nothing in it to read"

    def _plant(self, old: OldComment, parent: Comment | None, source: str) -> Comment:
        comment = self._comment(old)
        comment.parent, comment.legacy_source = parent, source
        if old.number not in self.taken and old.number <= LARGEST_KEPT_COMMENT:
            comment.pk = old.number
            self.rows.append(threads.stand(comment))
        else:
            self.flush()  # its parent may be among them
            threads.plant(comment)
            self.receipt.words_out.add(comment.body)
        self.taken.add(comment.pk)
        self.known[source, old.number] = comment
        self.changed[self.story.pk] = None
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
        where = (comment.kind, comment.status, comment.depth, self.story.language)
        self.receipt.comments[where] += 1
        self.receipt.words_in.add(comment.body)
        notes = {
            "comment's parent is not in the file: it begins a thread": old.parent
            and old.parent not in self.places,
            "comment keeps its old number beside a new one": comment.pk != old.number,
            "comment's address was none and is left out": old.address and not comment.email,
            "reply deeper than the threads go stands at their deepest level": comment.parent
            and self.places.get(old.parent) != comment.parent,
        }
        for text, is_so in notes.items():
            if is_so:
                self.receipt.note(text)


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
