"""Telling other systems what happened: the outbox is `Delivery`, `tick` sends what is due.

Each call is signed as Standard Webhooks are. What a call tells is looked up as it is sent, in the
shape of the read API: what anybody can read at that moment, so nothing of a reader but what stands
under the comment. What is not true any more is not told. At least once: when a process dies
between a call and its note the call is made again, with the same id.
"""

import hmac
import json
import logging
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import DateTimeField, F, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from articles import api as stories
from articles.models import Story
from articles.site import absolute, site_in
from comments import api as comments
from comments.models import Comment
from newsroom.lib import mail
from newsroom.lib.outgoing import CallFailed, CallRefused, post
from newsroom.models import Delivery, User, Webhook

Event = Webhook.Event
Outcome = Delivery.Outcome
Data = dict[str, Any]
log = logging.getLogger("newsroom.webhooks")

TEST = "webhook.test"
CHANGE = "newsroom.change_webhook"
BACKEND = "django.contrib.auth.backends.ModelBackend"
# After how many minutes a call that failed is made again; after the last it is given up.
RETRIES = (1, 5, 30, 2 * 60, 5 * 60, 10 * 60, 14 * 60)
# As many failures in a row, over as long at least, switch a webhook off.
MOST_FAILURES, FAILING_FOR = 20, timedelta(days=1)
# What one run of `tick` may take for calls, and one webhook of it.
SECONDS, MOST_CALLS = 40, 200
KEPT = 100


# What is told.


def _story(delivery: Delivery) -> Data | None:
    story = stories.public().for_page().filter(pk=delivery.story).first()
    return {"story": stories.whole(story)} if story else None


def _gone_story(delivery: Delivery) -> Data | None:
    """Its number and language: what is written of it meanwhile is nobody's business."""
    story = Story.objects.filter(pk=delivery.story).exclude(pk__in=stories.public()).first()
    return {"story": {"id": story.pk, "language": story.language}} if story else None


def _withdrawn_story(delivery: Delivery) -> Data | None:
    story = Story.objects.filter(pk=delivery.story, status=Story.Status.WITHDRAWN).first()
    if story is None:
        return None
    known = {"id": story.pk, "language": story.language}
    return {"story": known | {"notice": story.withdrawn_notice}}


def _comment(delivery: Delivery) -> Data | None:
    story = stories.public().for_cards().filter(pk=delivery.story).first()
    rows = Comment.objects.approved().for_thread().filter(pk=delivery.comment)
    comment = rows.filter(story=delivery.story).first()
    if not (story and comment):
        return None
    return {"comment": comments.described(comment, story), "story": _named(story)}


def _gone_comment(delivery: Delivery) -> Data | None:
    if Comment.objects.approved().filter(pk=delivery.comment).exists():
        return None
    return {"comment": {"id": delivery.comment}, "story": {"id": delivery.story}}


def _named(story: Story) -> Data:
    url = absolute(story.get_absolute_url())
    return {"id": story.pk, "url": url, "language": story.language}


def _test(delivery: Delivery) -> Data:
    return {"site": settings.SITE_URL}


# None where it is not true any more.
DATA: dict[str, Callable[[Delivery], Data | None]] = {
    Event.PUBLISHED: _story,
    Event.UPDATED: _story,
    Event.CORRECTED: _story,
    Event.UNPUBLISHED: _gone_story,
    Event.WITHDRAWN: _withdrawn_story,
    Event.COMMENT_APPROVED: _comment,
    Event.COMMENT_UPDATED: _comment,
    Event.COMMENT_REMOVED: _gone_comment,
    TEST: _test,
}


def body_of(delivery: Delivery) -> bytes | None:
    """Return what a delivery says, None when it is not true any more."""
    data = DATA[delivery.event](delivery)
    if data is None:
        return None
    said = {"type": delivery.event, "timestamp": delivery.at.isoformat(), "data": data}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: bytes, message: str, at: int, body: bytes) -> str:
    """Return the signature of a call (Standard Webhooks 1.0, symmetric)."""
    signed = f"{message}.{at}.".encode() + body
    return f"v1,{b64encode(hmac.digest(secret, signed, 'sha256')).decode()}"


def headers_of(delivery: Delivery, body: bytes) -> dict[str, str]:
    """Return the headers of a call made now, signed by every secret that may be in use."""
    at, message = int(timezone.now().timestamp()), str(delivery.message)
    secrets = delivery.webhook.secrets()
    return {
        "Content-Type": "application/json",
        "User-Agent": "Newsroom",
        "webhook-id": message,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(signature(one, message, at, body) for one in secrets),
    }


# Sending.


def deliver_due() -> tuple[int, int]:
    """Make the calls that are due; return how many were taken and how many failed for now.

    Two processes at once make each only once. A webhook whose call fails is left alone for the
    rest of the run, and none takes the time of the others.
    """
    hooks = list(Webhook.objects.filter(is_active=True).exclude(salt=""))
    outcomes: Counter[bool | None] = Counter()
    for hook in hooks:
        end = time.monotonic() + SECONDS / len(hooks)
        for delivery in _due(hook):
            if not _claim(delivery):
                continue
            outcome = _deliver_safely(delivery)
            outcomes[outcome] += 1
            if outcome is False or time.monotonic() > end:
                break
        _prune(hook)
    return outcomes[True], outcomes[False]


def send_test(hook: Webhook) -> str:
    """Call a webhook at once, whether it is switched on or not, and return what came of it: a
    status, or a code of `outgoing`. A failure is not held against it and not tried again."""
    now = timezone.now()
    delivery = Delivery.objects.create(webhook=hook, event=TEST, at=now, due_at=now, tries=1)
    body = body_of(delivery) or b""
    answer = _call(delivery, body)
    _end(delivery, Outcome.DELIVERED if is_taken(answer) else Outcome.GIVEN_UP, answer)
    return answer


def stop(hook: Webhook) -> None:
    """Tell a webhook nothing any more, also not what waits for it."""
    waiting = Delivery.objects.filter(webhook=hook, ended_at=None)
    waiting.update(ended_at=timezone.now(), outcome=Outcome.STOPPED)


def due() -> QuerySet[Delivery]:
    """Return the calls that can be made now."""
    return Delivery.objects.filter(ended_at=None, due_at__lte=timezone.now())


def stopped() -> QuerySet[Webhook]:
    """Return the webhooks that were switched off since nobody answers."""
    return Webhook.objects.filter(is_active=False, stopped_at__isnull=False)


def _due(hook: Webhook) -> QuerySet[Delivery]:
    mine = due().filter(webhook=hook)
    return mine.select_related("webhook").order_by("due_at", "id")[:MOST_CALLS]


def _claim(delivery: Delivery) -> bool:
    """Put the call off before it is made, so that no other process makes it meanwhile."""
    minutes = RETRIES[min(delivery.tries, len(RETRIES) - 1)]
    again = timezone.now() + timedelta(minutes=minutes)
    rows = Delivery.objects.filter(pk=delivery.pk, ended_at=None, tries=delivery.tries)
    delivery.tries += 1
    return bool(rows.update(tries=delivery.tries, due_at=again))


def _deliver_safely(delivery: Delivery) -> bool | None:
    try:
        return _deliver(delivery)
    except Exception:
        # A fault in what one is told must not keep the others waiting.
        log.exception("a webhook was not called")
        return _failed(delivery, "fault")


def _deliver(delivery: Delivery) -> bool | None:
    """Make one call: True when it was taken, False when it failed, None when it is void."""
    body = body_of(delivery)
    if body is None:
        _end(delivery, Outcome.VOID, "")
        return None
    answer = _call(delivery, body)
    if not is_taken(answer):
        return _failed(delivery, answer)
    _end(delivery, Outcome.DELIVERED, answer)
    Webhook.objects.filter(pk=delivery.webhook_id).update(failures=0, failing_since=None)
    return True


def _call(delivery: Delivery, body: bytes) -> str:
    try:
        return str(post(delivery.webhook.url, body, headers_of(delivery, body)))
    except (CallRefused, CallFailed) as refusal:
        return str(refusal)


def is_taken(answer: str) -> bool:
    """Whether a call was taken: any status from 200 to 299."""
    return len(answer) == 3 and answer.startswith("2")


def _end(delivery: Delivery, outcome: str, answer: str) -> None:
    rows = Delivery.objects.filter(pk=delivery.pk)
    rows.update(ended_at=timezone.now(), outcome=outcome, answer=answer)


def _failed(delivery: Delivery, answer: str) -> bool:
    """Note a failure, and switch off what has failed for too long or says that it is gone."""
    log.warning("webhook %s was not called: %s", delivery.webhook_id, answer)
    Delivery.objects.filter(pk=delivery.pk).update(answer=answer)
    if delivery.tries > len(RETRIES):
        _end(delivery, Outcome.GIVEN_UP, answer)
    rows = Webhook.objects.filter(pk=delivery.webhook_id)
    since = Coalesce("failing_since", timezone.now(), output_field=DateTimeField())
    rows.update(failures=F("failures") + 1, failing_since=since)
    worn_out = rows.filter(
        failures__gte=MOST_FAILURES, failing_since__lte=timezone.now() - FAILING_FOR
    )
    if answer == str(HTTPStatus.GONE.value) or worn_out.exists():
        _switch_off(delivery.webhook)
    return False


def _switch_off(hook: Webhook) -> None:
    rows = Webhook.objects.filter(pk=hook.pk, is_active=True)
    if not rows.update(is_active=False, stopped_at=timezone.now()):
        return
    stop(hook)
    log.warning("webhook %s is switched off", hook.pk)
    for user in User.objects.with_perm(CHANGE, backend=BACKEND).exclude(email=""):
        context = {
            "site": site_in(user.language),
            "hook": hook,
            "link": absolute(reverse("admin:newsroom_webhook_change", args=[hook.pk])),
        }
        try:
            mail.send("webhook_stopped", user.email, context, user.language)
        except (mail.MailFailed, ValidationError) as error:
            log.warning("a notice could not be mailed: %s", type(error).__name__)


def _prune(hook: Webhook) -> None:
    """Keep of what is over the last KEPT."""
    over = Delivery.objects.filter(webhook=hook).exclude(ended_at=None)
    if last := over.order_by("-id").values_list("pk", flat=True)[KEPT : KEPT + 1].first():
        over.filter(pk__lte=last).delete()
