"""One JSON object a line on standard output, with nothing in it that names a reader.

Addresses and full IPs are removed last of all, from the finished line, so it does not matter
whether they came in the message, an argument, a path or a traceback.
"""

import contextvars
import json
import logging
import logging.config
import re
import traceback
from datetime import UTC, datetime
from ipaddress import IPv6Address

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")
requests = logging.getLogger("newsroom.request")

# `%40` (and `%2540`, encoded twice) is the @ of an address inside a URL; `\u0040` of one in JSON.
AT = r"(?:@|%(?:25)*40|\\+u0040|&#64;|＠)"
PART = r"[^\s\"'<>()\[\]{},;:/?&@＠]"
# Starting only where a word starts keeps a long line without an address linear.
EMAIL = re.compile(rf"(?:\"[^\"\n]*\"|(?<!{PART}){PART}+){AT}{PART}+", re.IGNORECASE)
IPV4 = re.compile(r"(?<!\d)(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}(?!\d)")
IPV6 = re.compile(r"(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:]|\.\d)", re.IGNORECASE)
# A signed address opens a reader's own page to whoever has it.
PERSONAL_PATH = re.compile(r"(/[a-z-]{2,10}/me/[^/\s]+/)[^\s\"']+")

# What gunicorn writes of a request it cannot read: from whom, why, and what was sent, in quotes.
UNREADABLE = re.compile(r"Invalid request from ip=.*?: ([^:'\"]+)", re.DOTALL)
QUERY = re.compile(r"\?[^\s'\"]+")


def redact(text: str) -> str:
    """Return the text without addresses and personal links, every IP cut to its network."""
    text = PERSONAL_PATH.sub(r"\1…", text)
    text = EMAIL.sub("[address]", text)
    text = IPV4.sub(_cut_ipv4, text)
    return IPV6.sub(_cut_ipv6, text)


def _cut_ipv4(match: re.Match) -> str:
    return match[0] if match[0].startswith("127.") else f"{match[1]}.0"


def _cut_ipv6(match: re.Match) -> str:
    try:
        value = int(IPv6Address(match[0]))
    except ValueError:
        return match[0]  # A time such as 10:20:30, or a word with colons.
    if value <= 1:
        return match[0]  # `::` and `::1` name no one.
    return str(IPv6Address(value >> 80 << 80))


def sanitized_traceback(error: BaseException | None) -> list[str]:
    """Return where it happened, and of each message its first line.

    What follows the first line of a database's message is the row it refused: names, texts and
    addresses. Source lines are printed, the values of variables are not.
    """
    lines: list[str] = []
    while error is not None and len(lines) < 400:
        message = str(error).strip().split("\n", 1)[0][:300]
        frames = traceback.extract_tb(error.__traceback__)
        trace = [
            f"{frame.filename}:{frame.lineno} in {frame.name}: {frame.line}" for frame in frames
        ]
        lines = [*trace, f"{type(error).__qualname__}: {message}", *lines]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines


class JsonFormatter(logging.Formatter):
    """A log record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        asked = getattr(record, "request", None)
        if current := request_id.get() or getattr(asked, "request_id", ""):
            line["request_id"] = current
        # Of a record's own fields only those of a request's line are printed, no other `extra`.
        fields = getattr(record, "fields", {})
        line |= {key: redact_value(value) for key, value in fields.items()}
        # A stranger's odd request is told by its message; where Django noticed it helps nobody.
        error = record.exc_info[1] if record.exc_info else None
        if error and not isinstance(error, SuspiciousOperation):
            line["traceback"] = [redact(entry) for entry in sanitized_traceback(error)]
        return json.dumps(line, ensure_ascii=False)


class ServerFormatter(JsonFormatter):
    """gunicorn's lines, without the query or the unreadable line it quotes of a request."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        if unreadable := UNREADABLE.match(message):
            message = f"Invalid request: {unreadable[1]}"
        record.msg, record.args = QUERY.sub("?…", message), ()
        return super().format(record)


def redact_value(value: object) -> object:
    """Redact a string; leave numbers as they are."""
    return redact(value) if isinstance(value, str) else value


def log_request(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """Write the one line of a request: never its query, its body or its caller."""
    fields = {
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "duration_ms": round(seconds * 1000, 1),
    }
    requests.info("request", extra={"fields": fields})


def configuration(level: str) -> dict:
    """Return Django's `dictConfig`; gunicorn.conf.py sees to gunicorn's own log."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "newsroom.logs.JsonFormatter"}},
        "handlers": {
            "stdout": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": "json",
            }
        },
        "root": {"level": level, "handlers": ["stdout"]},
        "loggers": {
            # Its handlers print the whole request; the root's formatter does not.
            "django": {"level": level, "handlers": [], "propagate": True},
            # A refused request has its line already, with the same status.
            "django.request": {"level": "ERROR"},
            "django.server": {"level": "WARNING", "handlers": [], "propagate": True},
            # SQL carries what people wrote.
            "django.db.backends": {"level": "INFO"},
        },
    }
