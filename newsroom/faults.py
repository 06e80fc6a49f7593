"""Faults told to a Sentry, where SENTRY_DSN names one: what broke and where, of no request.

A report is not cleaned of what readers sent: it is made anew of what cannot hold any of it. The
SDK gathers nothing of requests either, since only its logging and its hook for commands are on. An
error's own message stays here, as it may quote what somebody typed: the log has it (without
addresses), under the same `request_id`.
"""

import logging
from collections.abc import Iterable
from typing import Any

import sentry_sdk
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.excepthook import ExcepthookIntegration
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.transport import Transport

from newsroom import logs, metrics

Event = dict[str, Any]
# Load balancers ask several times a minute whether the site is ready; alarms are for that.
LEFT_OUT = ("newsroom.health", "django.security")
KEPT = ("event_id", "timestamp", "level", "platform", "logger", "environment", "release")
KEPT_OF_FRAME = ("module", "function", "filename", "lineno", "in_app")
SOURCE = ("pre_context", "context_line", "post_context")


def start(dsn: str, transport: type[Transport] | None = None) -> None:
    """Tell faults to the project of `dsn` from now on; `transport` takes the network's place."""
    sentry_sdk.init(
        dsn=dsn,
        transport=transport,
        environment=settings.SITE_HOST,
        # Names of the machine and the package are the SDK's own to guess otherwise.
        server_name="",
        release="",
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            LoggingIntegration(level=None, event_level=logging.ERROR, sentry_logs_level=None),
            ExcepthookIntegration(),
            DedupeIntegration(),
            AtexitIntegration(callback=lambda pending, timeout: None),
        ],
        # `send_default_pii` is off unless it is set, which the SDK would warn of.
        before_send=made_anew,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        enable_metrics=False,
        propagate_traces=False,
        spotlight=False,
        project_root=str(settings.BASE_DIR),
    )


def made_anew(event: Event, hint: dict[str, Any]) -> Event | None:
    """Return a report of the fault that holds nothing anybody sent; None for what is none."""
    record, error = hint.get("log_record"), (hint.get("exc_info") or (None, None))[1]
    is_left_out = any((event.get("logger") or "").startswith(name) for name in LEFT_OUT)
    if is_left_out or isinstance(error, SuspiciousOperation):
        return None
    told = {name: event[name] for name in KEPT if event.get(name)}
    if raised := event.get("exception", {}).get("values"):
        told["exception"] = {"values": [_raised(value) for value in raised if value]}
    if record is not None:
        told["logentry"] = {"message": _template(record)}
    return told | {"tags": _tags(record)}


def _raised(value: Event) -> Event:
    """An error of the chain: its type and its way, without its message."""
    frames = (value.get("stacktrace") or {}).get("frames") or []
    mechanism = value.get("mechanism") or {}
    return {
        "type": value.get("type"),
        "module": value.get("module"),
        "mechanism": {name: mechanism[name] for name in ("type", "handled") if name in mechanism},
        "stacktrace": {"frames": [_frame(frame) for frame in frames if frame]},
    }


def _frame(frame: Event) -> Event:
    """A place in the code. What was typed to be run has no file, and its source stays here."""
    is_file = not str(frame.get("filename") or "<").startswith("<")
    kept: Iterable[str] = (*KEPT_OF_FRAME, *SOURCE) if is_file else KEPT_OF_FRAME
    return {name: frame[name] for name in kept if frame.get(name) is not None}


def _template(record: logging.LogRecord) -> str:
    """What the programmer wrote, without its values. A foreign message without values may have
    them inside already."""
    is_ours = record.name.partition(".")[0] == "newsroom"
    return logs.redact(str(record.msg)) if record.args or is_ours else record.name


def _tags(record: logging.LogRecord | None) -> dict[str, str]:
    """Where to look further: the request's id in the log, and the page that failed."""
    request = getattr(record, "request", None)
    found = {"request_id": logs.request_id.get() or getattr(request, "request_id", "")}
    if hasattr(request, "resolver_match"):
        found["view"] = metrics.view_of(request)
    return {name: value for name, value in found.items() if value}
