"""What /metrics tells: what the workers counted, and what the database says when it is asked.

Counters grow as things happen and stand in the files of `newsroom.slots`, added up when they are
read. Gauges are read from the database at that moment, by queries that look at no more rows than
`MOST`. Labels are names of our own: a path, an address or what somebody typed is none.
"""

import logging
import os
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
    values,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from articles import clock
from comments import notifications, signals
from comments.models import Comment
from newsroom import slots, webhooks
from newsroom.lib import mail

log = logging.getLogger("newsroom.metrics")

# Beyond so many a queue is long, however long.
MOST = 10_000
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
OUTCOMES = {True: "sent", False: "failed"}

disable_created_metrics()
if slots.SLOT in os.environ:  # else one process: tests, `runserver`, commands
    values.ValueClass = values.MultiProcessValue(lambda: os.environ[slots.SLOT])
COUNTED = CollectorRegistry()

REQUESTS = Counter(
    "newsroom_http_requests_total",
    "Requests answered, by the name of the address, the method and the class of the status.",
    ["view", "method", "status"],
    registry=COUNTED,
)
SECONDS = Histogram(
    "newsroom_http_request_duration_seconds",
    "From a request's first middleware to the answer's first byte.",
    ["view"],
    registry=COUNTED,
    buckets=BUCKETS,
)
CACHE = Counter(
    "newsroom_cache_requests_total",
    "Pages of which somebody kept a copy (hit: it was still good), and pages served from memory.",
    ["cache", "result"],
    registry=COUNTED,
)
RECEIVED = Counter(
    "newsroom_comments_received_total",
    "Comments that were sent, by what the screens made of them.",
    ["verdict"],
    registry=COUNTED,
)
REFUSED = Counter(
    "newsroom_comments_refused_total",
    "Comments that were not taken, by the reason.",
    ["reason"],
    registry=COUNTED,
)
DECIDED = Counter(
    "newsroom_comments_decided_total",
    "Later decisions on comments, by what became of them and whether a moderator took it.",
    ["verdict", "by"],
    registry=COUNTED,
)
MAILS = Counter(
    "newsroom_mails_total",
    "Mails that the web workers tried to hand over.",
    ["outcome"],
    registry=COUNTED,
)


def begin() -> None:
    """Begin at 0 what an alarm may wait for: a counter that first appears at 1 never rose."""
    for verdict in (*Comment.Status.values, "refused"):
        RECEIVED.labels(verdict)
    for verdict in Comment.Status.values:
        for by in ("moderator", "other"):
            DECIDED.labels(verdict, by)
    for outcome in OUTCOMES.values():
        MAILS.labels(outcome)
    for result in ("hit", "miss"):
        CACHE.labels("copy", result)


begin()


# Counting.


def count_request(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """Count a request that was answered."""
    view = view_of(request)
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(view, method, f"{response.status_code // 100}xx").inc()
    SECONDS.labels(view).observe(seconds)
    if "HTTP_IF_NONE_MATCH" in request.META and response.status_code in (200, 304):
        CACHE.labels("copy", "hit" if response.status_code == 304 else "miss").inc()


def count_kept(view: str, method: str, status: int, seconds: float) -> None:
    """Count a page that the page store served by itself."""
    requests, times, kept = _of_kept(view, method, f"{status // 100}xx")
    requests.inc()
    times.observe(seconds)
    kept.inc()


@lru_cache(maxsize=500)
def _of_kept(view: str, method: str, status: str) -> tuple[Any, Any, Any]:
    labelled = REQUESTS.labels(view, method, status)
    return labelled, SECONDS.labels(view), CACHE.labels("pages", "hit")


def view_of(request: HttpRequest) -> str:
    """Return the name in the URL map that answered; all of the desk is one, so are static files,
    and what nobody answers."""
    match = request.resolver_match
    if match is None:
        is_static = request.path_info.startswith(settings.STATIC_URL)
        return "static" if is_static else "unmatched"
    return "admin" if match.namespace == "admin" else match.view_name


@receiver(signals.received)
def _count_received(verdict: str, **kwargs: Any) -> None:
    RECEIVED.labels(verdict).inc()


@receiver(signals.refused)
def _count_refused(reason: str, **kwargs: Any) -> None:
    RECEIVED.labels("refused").inc()
    REFUSED.labels(reason).inc()


@receiver(signals.decided)
def _count_decided(verdict: str, by_moderator: bool, **kwargs: Any) -> None:
    DECIDED.labels(verdict, "moderator" if by_moderator else "other").inc()


@receiver(mail.tried)
def _count_mail(is_sent: bool, **kwargs: Any) -> None:
    MAILS.labels(OUTCOMES[is_sent]).inc()


# Asking the database.


class Measured(Collector):
    """What stands in the database now. While it is away, that is what is told."""

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        try:
            families, is_up = [*_of_comments(), *_of_mail(), *_of_webhooks(), *_of_the_clock()], 1
        except DatabaseError as error:
            log.warning("the database did not answer: %s", type(error).__name__)
            families, is_up = [], 0
        yield GaugeMetricFamily("newsroom_database_up", "Whether the database answers.", is_up)
        yield from families


def _of_comments() -> Iterable[GaugeMetricFamily]:
    waiting = Comment.objects.pending()
    oldest = waiting.order_by("created_at").values_list("created_at", flat=True).first()
    reported = Comment.objects.filter(report_count__gt=0)
    yield GaugeMetricFamily(
        "newsroom_comments_waiting",
        f"Comments in the moderators' queue, {MOST} at most.",
        waiting.order_by()[:MOST].count(),
    )
    yield GaugeMetricFamily(
        "newsroom_comments_oldest_waiting_seconds",
        "For how long the oldest of them has waited.",
        max(0, (timezone.now() - oldest).total_seconds()) if oldest else 0,
    )
    yield GaugeMetricFamily(
        "newsroom_comments_reported",
        f"Comments that readers reported and nobody looked at, {MOST} at most.",
        reported.order_by()[:MOST].count(),
    )


def _of_mail() -> Iterable[GaugeMetricFamily]:
    family = GaugeMetricFamily(
        "newsroom_mail_notices",
        f"Mails to readers that are due, or were given up after too many tries, {MOST} at most.",
        labels=["state"],
    )
    family.add_metric(["due"], notifications.due()[:MOST].count())
    family.add_metric(["given_up"], notifications.given_up()[:MOST].count())
    yield family


def _of_webhooks() -> Iterable[GaugeMetricFamily]:
    yield GaugeMetricFamily(
        "newsroom_webhook_calls_waiting",
        f"Calls of webhooks that are due, {MOST} at most.",
        webhooks.due().order_by()[:MOST].count(),
    )
    yield GaugeMetricFamily(
        "newsroom_webhooks_stopped",
        "Webhooks that were switched off since nobody answered.",
        webhooks.stopped().count(),
    )


def _of_the_clock() -> Iterable[GaugeMetricFamily | CounterMetricFamily]:
    run = clock.last_run()
    yield GaugeMetricFamily(
        "newsroom_tick_last_run_timestamp_seconds",
        "When `manage.py tick` last came to its end; 0 for never.",
        run.ended_at.timestamp() if run else 0,
    )
    yield GaugeMetricFamily(
        "newsroom_tick_edits_failed",
        "Timed edits that its last run could not publish.",
        run.failed if run else 0,
    )
    yield GaugeMetricFamily(
        "newsroom_timed_edits_late",
        "Timed edits that should be public since more than five minutes.",
        clock.late_edits().count(),
    )
    mails = CounterMetricFamily(
        "newsroom_tick_mails",
        "Mails that `manage.py tick` tried to hand over, on all machines.",
        labels=["outcome"],
    )
    mails.add_metric(["sent"], run.mails_sent if run else 0)
    mails.add_metric(["failed"], run.mails_failed if run else 0)
    yield mails


MEASURED = CollectorRegistry()
MEASURED.register(Measured())


# Telling.


def text() -> bytes:
    """Return everything in Prometheus' text format (0.0.4)."""
    counted = COUNTED
    if slots.SLOT in os.environ:
        counted = CollectorRegistry()
        MultiProcessCollector(counted, os.environ[slots.FOLDER])
    return generate_latest(counted) + generate_latest(MEASURED)
