"""What a commenter may ask of us: a copy of everything, and that it is forgotten.

A person is the blind index of an address: everything written under it, whatever its state. How
long things are kept without being asked stands in `comments.retention`.
"""

import json
import logging
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from articles.models import Story
from articles.site import absolute
from comments import announcing, figures, moderation
from comments.models import (
    Comment,
    Decision,
    Erasure,
    MailStop,
    Note,
    Notice,
    Report,
    Rule,
    Subscription,
    VerifiedAddress,
)
from newsroom.lib.privacy import AddressUnreadable, blind_index, validate_address
from newsroom.models import User

ERASE = "comments.erase_commenter"
Status = Comment.Status
log = logging.getLogger("newsroom.privacy")


def index_of(address: str) -> str:
    """Return under what a person is known; raises ValidationError for what is no address."""
    return blind_index(validate_address(address))


# A copy of everything.


def export(index: str) -> dict[str, Any]:
    """Return everything kept of a person, and nothing of anybody else, ready for JSON: comments
    oldest first, an empty field left out."""
    return {
        "exported_at": timezone.now().isoformat(),
        "comments": [_exported(comment) for comment in _comments_in_order(index)],
        "notes_of_moderators": [
            {"at": note.at.isoformat(), "text": note.text}
            for note in Note.objects.filter(email_index=index).order_by("id")
        ],
        "browsers_in_which_the_address_was_proved": [
            row.at.isoformat()
            for row in VerifiedAddress.objects.filter(email_index=index).order_by("id")
        ],
        "decisions_on_comments": [_decided(row) for row in _decisions(index)],
        "reports_from_the_same_browsers": [
            {"comment": row.comment_id, "at": row.at.isoformat(), "reason": row.reason}
            | ({"note": row.note} if row.note else {})
            for row in reports_by(index).order_by("id")
        ],
        "mail_stopped": MailStop.objects.filter(email_index=index).exists(),
        "has_rule": _rules(index).exists(),
    }


def _comments_in_order(index: str) -> Iterator[Comment]:
    comments = Comment.objects.for_queue().filter(email_index=index).order_by("id")
    return comments.prefetch_related("subscription").iterator(chunk_size=500)


def _exported(comment: Comment) -> dict[str, Any]:
    asked = getattr(comment, "subscription", None)
    comment.story.section_slug = comment.section_slug or str(comment.story.section_id)
    fields = {
        "number": comment.pk,
        "story": comment.story.headline,
        "page": absolute(comment.get_absolute_url()),
        "state": comment.status,
        "name": comment.name,
        "email": _opened(comment),
        "website": comment.website,
        "text": comment.body,
        "network": comment.ip,
        "browser": comment.user_agent,
        "posted_at": _iso(comment.created_at),
        "published_at": _iso(comment.published_at),
        "edited_at": _iso(comment.edited_at),
        "mail_about_replies": asked.replies if asked else None,
        "mail_about_the_decision": asked.verdict if asked else None,
    }
    return {name: value for name, value in fields.items() if value not in ("", None)}


def reports_by(index: str) -> QuerySet[Report]:
    """Return what a person reported, from where they wrote or where they proved the address."""
    if not index:
        return Report.objects.none()
    wrote = Comment.objects.filter(email_index=index).exclude(browser="").values("browser")
    proved = VerifiedAddress.objects.filter(email_index=index).values("browser")
    return Report.objects.filter(Q(browser__in=wrote) | Q(browser__in=proved))


def _decisions(index: str) -> QuerySet[Decision]:
    return Decision.objects.filter(comment__email_index=index).order_by("id")


def _decided(decision: Decision) -> dict[str, Any]:
    """What was decided and said of a comment; by whom is no part of what is kept of its writer."""
    names = ("from_status", "to_status", "reason", "note")
    said = {name: getattr(decision, name) for name in names if getattr(decision, name)}
    return {"comment": decision.comment_id, "at": decision.at.isoformat(), **said}


def _opened(comment: Comment) -> str:
    try:
        return comment.email.reveal() if comment.email else ""
    except AddressUnreadable:
        return ""


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


# Forgetting.


@dataclass
class Erased:
    """What became of a person's comments."""

    anonymised: int = 0
    deleted: int = 0
    # Kept by right: rules that hold or reject this address.
    rules: int = 0

    @property
    def comments(self) -> int:
        return self.anonymised + self.deleted


def erase(index: str, *, via: str, by: User | None = None) -> Erased:
    """Forget a person: take name, address, site, network, browser and account out of what is
    published, and delete what is not (a comment that was answered stays as an empty place).

    COMMENT_ERASE_TEXTS also takes the published texts. Reports, notes, mail that is due, proofs
    and the notes of decisions go with it. One transaction; the ledger is written after it.
    """
    at = timezone.now()
    with transaction.atomic():
        erased = forget(index, at)
        # Also where nothing was left to forget: a backup may hold what was written since the last
        # time and is gone here already.
        Erasure.objects.create(
            email_index=index, at=at, by=by, via=via, comment_count=erased.comments
        )
        transaction.on_commit(lambda: write_ledger(index, at))
    return erased


def forget(index: str, until: datetime) -> Erased:
    """Take a person out of everything written until then; run again it finds nothing."""
    if not index:
        return Erased()
    comments = Comment.objects.filter(email_index=index, created_at__lte=until)
    # Locked before their comments, as everywhere, and in one order.
    stories = Story.objects.filter(pk__in=comments.order_by().values("story")).only("pk")
    stories = list(stories.order_by("pk").select_for_update(no_key=True))
    # What is being posted elsewhere in this moment stays whole: its story is not locked.
    comments = comments.filter(story__in=stories)
    _forget_around(index, comments, until)
    anonymised = 0 if settings.COMMENT_ERASE_TEXTS else _anonymise(comments.approved())
    # What was anonymised is nobody's any more: what is left goes.
    erased = Erased(anonymised, discard(comments), _rules(index).count())
    for story in stories:
        moderation.recount(story)
    return erased


def _forget_around(index: str, comments: QuerySet[Comment], until: datetime) -> None:
    """Delete what hangs on the person rather than on a comment; reports lose whose they were."""
    for report in list(reports_by(index).filter(at__lte=until)):
        report.note, report.browser = "", f"forgotten {get_random_string(40)}"
        report.save(update_fields=["note", "browser"])
    for model in (Note, VerifiedAddress, MailStop):
        model.objects.filter(email_index=index, at__lte=until).delete()
    Subscription.objects.filter(comment__in=comments).delete()
    Notice.objects.filter(Q(comment__in=comments) | Q(about__in=comments)).delete()
    # A decision is never changed: only what was said of the person beside it goes.
    Decision.objects.filter(comment__in=comments).update(note="")


def _anonymise(comments: QuerySet[Comment]) -> int:
    # Who was told the name is told that it is gone.
    announcing.anonymised(_numbers(comments))
    done = 0
    for language, _name in settings.LANGUAGES:
        with override(language):
            name = _("Anonymous")
        done += comments.filter(story__language=language).update(name=name, **_nobody())
    return done


def _nobody() -> dict[str, Any]:
    """Return the fields of a comment that is nobody's."""
    texts = ("email", "email_index", "website", "user_agent", "browser", "fingerprint")
    return {
        **dict.fromkeys(texts, ""),
        **dict.fromkeys(("user", "ip"), None),
        "reasons": [],
        "anonymised_at": timezone.now(),
    }


def discard(comments: QuerySet[Comment]) -> int:
    """Delete comments for good and return how many. What still has answers becomes an empty
    place in its thread, until the last answer goes. Whoever calls counts the stories anew."""
    done, gone = 0, Counter()
    while leaves := list(
        comments.filter(~Exists(_ANSWERS)).order_by().values_list("pk", "parent")[:500]
    ):
        done += len(leaves)
        going = Comment.objects.filter(pk__in=[pk for pk, _parent in leaves])
        gone += figures.fates(going)
        announcing.removed(_numbers(going.approved()))
        going.delete()
        _sweep([parent for _pk, parent in leaves if parent])
    emptied = list(comments.order_by().values_list("pk", "status"))
    gone += figures.fates(comments)
    announcing.removed(_numbers(comments.approved()))
    _empty(emptied)
    # All at the end and in one order: of two who delete at the same time neither waits for the
    # other's counts while holding some of its own.
    figures.note_forgotten(gone)
    return done + len(emptied)


def _numbers(comments: QuerySet[Comment]) -> QuerySet[Comment]:
    return comments.order_by("pk").values_list("story", "pk")


def _empty(places: list[tuple[int, str]]) -> None:
    """Leave of comments, given by number and status, nothing but their place."""
    Decision.objects.bulk_create(
        Decision(comment_id=pk, from_status=status, to_status=Status.TRASH, reason="erased")
        for pk, status in places
        if status != Status.TRASH
    )
    numbers = [pk for pk, _status in places]
    Report.objects.filter(comment__in=numbers).delete()
    nothing = {"name": "", "body": "", "body_html": "", "status": Status.TRASH, "report_count": 0}
    Comment.objects.filter(pk__in=numbers).update(**_nobody() | nothing)


_ANSWERS = Comment.objects.filter(parent=OuterRef("pk"))


def _sweep(places: list[int]) -> None:
    """Delete empty places that nothing stands under any more, upwards (B118)."""
    while places:
        empty = Comment.objects.filter(~Exists(_ANSWERS), pk__in=places, body="")
        rows = list(empty.values_list("pk", "parent"))
        Comment.objects.filter(pk__in=[pk for pk, _parent in rows]).delete()
        places = [parent for _pk, parent in rows if parent]


def _rules(index: str) -> QuerySet[Rule]:
    return Rule.objects.filter(kind=Rule.Kind.ADDRESS, key=index)


# The ledger: outlives the database, so that a backup does not bring back who was forgotten.


def write_ledger(index: str, at: datetime) -> None:
    """Add a line to the ledger file. Without the file the table still knows; the log says so."""
    path = Path(settings.ERASURE_LEDGER)
    try:
        # For who runs the site alone, as is what a backup makes of it.
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as ledger:
            ledger.write(json.dumps({"index": index, "at": at.isoformat()}) + "\n")
    except OSError as error:
        log.error("the ledger of erasures cannot be written: %s", error.strerror)


def read_ledger() -> dict[str, datetime]:
    """Return who was forgotten and when, of the ledger file and of the table."""
    table = dict(Erasure.objects.order_by("at").values_list("email_index", "at"))
    return latest(table, read_ledger_file(Path(settings.ERASURE_LEDGER)))


def latest(*ledgers: dict[str, datetime]) -> dict[str, datetime]:
    """Return of several ledgers who was forgotten, each person when it was last."""
    found: dict[str, datetime] = {}
    for ledger in ledgers:
        for index, at in ledger.items():
            found[index] = max(at, found.get(index, at))
    return found


def read_ledger_file(path: Path) -> dict[str, datetime]:
    """Return who was forgotten and when of a ledger file, nobody where there is none; lines that
    cannot be read are left out and logged."""
    found: dict[str, datetime] = {}
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    for line in text.splitlines():
        try:
            row = json.loads(line)
            index, at = row["index"], datetime.fromisoformat(row["at"])
            if not (re.fullmatch(r"[0-9a-f]{64}", index) and timezone.is_aware(at)):
                raise ValueError(line)
        except (ValueError, KeyError, TypeError):
            log.error("a line of the ledger of erasures cannot be read")
            continue
        found[index] = max(at, found.get(index, at))
    return found


def catch_up() -> int:
    """Forget again whom the ledger file knows to be forgotten and this database does not: it was
    put back by other means than `restore`, or half. Returns how many comments were forgotten."""
    known = dict(Erasure.objects.order_by("at").values_list("email_index", "at"))
    ledger = read_ledger_file(Path(settings.ERASURE_LEDGER))
    return replay({index: at for index, at in ledger.items() if known.get(index, _NEVER) < at})


_NEVER = datetime.min.replace(tzinfo=UTC)


def replay(ledger: dict[str, datetime]) -> int:
    """Forget again everybody in the ledger, after a backup brought older rows back; what was
    written since is theirs again and stays. Returns how many comments were forgotten."""
    done = 0
    for index, at in ledger.items():
        with transaction.atomic():
            done += forget(index, at).comments
            if not Erasure.objects.filter(email_index=index, at__gte=at).exists():
                Erasure.objects.create(email_index=index, at=at, via=Erasure.Via.COMMAND)
    return done
