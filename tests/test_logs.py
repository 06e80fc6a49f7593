"""A log line is JSON and names nobody."""

import json
import logging
import re
import time

import pytest
from django.core.exceptions import DisallowedHost
from django.db import IntegrityError, connection
from django.http import HttpResponse
from django.test import RequestFactory

from newsroom import logs

BAIT = "Rex.Reader+news@Mail.example.com"


def line(message: str, *args: object, error: BaseException | None = None, **fields: object) -> dict:
    """Format one record as it would be printed."""
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("newsroom.test", logging.ERROR, "", 0, message, args, info)
    for name, value in fields.items():
        setattr(record, name, value)
    printed = logs.JsonFormatter().format(record)
    assert "\n" not in printed
    return json.loads(printed)


def raised(error: BaseException) -> BaseException:
    """Return the error with a traceback, from a frame that holds the bait."""
    address = BAIT
    try:
        raise error
    except type(error) as caught:
        assert address
        return caught


class TestRedact:
    @pytest.mark.parametrize(
        "text",
        [
            BAIT,
            BAIT.lower(),
            BAIT.replace("@", "%40"),
            BAIT.replace("@", "%2540"),
            BAIT.replace("@", "\\u0040"),
            f"<{BAIT}>",
            f"mailto:{BAIT}",
            f"email={BAIT}&name=x",
            f"/ar/x/?email={BAIT.replace('@', '%40')}",
            f'{{"email": "{BAIT}"}}',
            f"Key (email)=({BAIT}) already exists.",
            f"two {BAIT},{BAIT}",
            '"rex reader"@mail.example.com',
            "ريم@mail.example.com",
        ],
    )
    def test_addresses_go_in_every_disguise(self, text):
        made = logs.redact(text)
        assert "[address]" in made
        assert "mail.example" not in made.lower()
        assert "reader" not in made.lower()
        assert "ريم" not in made

    @pytest.mark.parametrize(
        ("text", "made"),
        [
            ("from 203.0.113.77:5000", "from 203.0.113.0:5000"),
            ("203.0.113.77, 198.51.100.9", "203.0.113.0, 198.51.100.0"),
            ("peer [2001:db8:1:2:3:4:5:6]:443", "peer [2001:db8:1::]:443"),
            ("peer 2001:db8:1:2::77", "peer 2001:db8:1::"),
            ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
            ("::1", "::1"),
            ("at 10:20:30", "at 10:20:30"),
            ("2026-11-23T10:20:30.123", "2026-11-23T10:20:30.123"),
        ],
    )
    def test_full_ips_are_cut_to_their_network(self, text, made):
        assert logs.redact(text) == made

    def test_personal_links_lose_what_opens_them(self):
        made = logs.redact("Not Found: /ar/me/held/12:1vABC:s1gn4ture/")
        assert made == "Not Found: /ar/me/held/…"

    def test_ordinary_text_stays(self):
        text = "Listening at: الأخبار /ar/العالم/12/slug/ (42) @ noon"
        assert logs.redact(text) == text

    def test_long_lines_do_not_take_long(self):
        started = time.perf_counter()
        logs.redact("a" * 50_000)
        logs.redact("a.%4" * 20_000)
        logs.redact("1.2.3:" * 10_000)
        logs.redact('"' * 20_000)
        assert time.perf_counter() - started < 1


class TestLine:
    def test_what_it_holds(self):
        token = logs.request_id.set("0123456789")
        made = line("It is %s.", "done")
        logs.request_id.reset(token)
        assert made["message"] == "It is done."
        assert (made["level"], made["logger"]) == ("error", "newsroom.test")
        assert made["request_id"] == "0123456789"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", made["time"])

    def test_addresses_in_arguments_go(self):
        assert "example" not in json.dumps(line("Sent to %s from %r", BAIT, {"ip": BAIT}))

    def test_extra_fields_are_not_printed(self):
        made = line("x", request=BAIT, body=BAIT, params=(BAIT,))
        assert set(made) == {"time", "level", "logger", "message"}

    def test_traceback_tells_where_without_values(self):
        made = line("Failed", error=raised(ValueError(f"no such reader: {BAIT}")))
        text = "\n".join(made["traceback"])
        assert "in raised" in text
        assert "ValueError: no such reader: [address]" in text
        assert "mail.example" not in text.lower()

    def test_second_line_of_a_message_is_the_refused_row_and_goes(self):
        message = "null value in column\nDETAIL:  Failing row contains (7, Rex Reader, My text)."
        text = "\n".join(line("Failed", error=raised(IntegrityError(message)))["traceback"])
        assert "null value in column" in text
        assert "Rex" not in text
        assert "My text" not in text

    def test_causes_are_printed_first_and_redacted_too(self):
        try:
            try:
                raise KeyError(BAIT)
            except KeyError as cause:
                raise RuntimeError("second") from cause
        except RuntimeError as error:
            made = line("Failed", error=error)["traceback"]
        kinds = [entry.split(":")[0] for entry in made if not entry.startswith("/")]
        assert kinds == ["KeyError", "RuntimeError"]
        assert "mail.example" not in "\n".join(made).lower()

    @pytest.mark.django_db
    @pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL only")
    def test_postgresql_does_not_print_the_row(self):
        name = "Rex Reader"
        with pytest.raises(IntegrityError) as caught, connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE bait (name text, n int NOT NULL)")
            cursor.execute("INSERT INTO bait VALUES (%s, NULL)", [name])
        assert "Rex" in str(caught.value)
        assert "Rex" not in json.dumps(line("Failed", error=caught.value))

    def test_odd_request_of_a_stranger_needs_no_traceback(self):
        made = line("Invalid HTTP_HOST header", error=raised(DisallowedHost("x")))
        assert "traceback" not in made

    def test_line_written_after_the_request_still_names_it(self):
        request = RequestFactory().get("/readyz")
        request.request_id = "0123456789"
        assert line("Service Unavailable", request=request)["request_id"] == "0123456789"


class TestServerLine:
    def printed(self, message: str, *args: object) -> str:
        record = logging.LogRecord("gunicorn.error", logging.WARNING, "", 0, message, args, None)
        return json.loads(logs.ServerFormatter().format(record))["message"]

    @pytest.mark.parametrize(
        ("message", "printed"),
        [
            ("Invalid HTTP request line: 'GET /?q=my words'", "Invalid HTTP request line"),
            ("Invalid HTTP header name: 'Rex Reader'", "Invalid HTTP header name"),
            ("Request Line is too large (8192 > 4094)", "Request Line is too large (8192 > 4094)"),
        ],
    )
    @pytest.mark.parametrize("caller", ["203.0.113.77", "2001:db8::77", "2001:db8::", ""])
    def test_what_a_request_sent_is_not_quoted(self, message, printed, caller):
        line = self.printed(f"Invalid request from ip={caller}: {message}")
        assert line == f"Invalid request: {printed}"

    def test_a_failed_request_is_told_without_its_query(self):
        line = self.printed("Error handling request %s %s", "GET", "/ar/search/?q=my+words")
        assert line == "Error handling request GET /ar/search/?…"

    def test_other_lines_stay(self):
        assert self.printed("Booting worker with pid: %s", 7) == "Booting worker with pid: 7"


class TestRequestLine:
    def test_method_path_status_and_time_without_query_or_caller(self, caplog):
        request = RequestFactory().post(
            f"/ar/search/?q={BAIT}", {"email": BAIT}, REMOTE_ADDR="203.0.113.77"
        )
        with caplog.at_level(logging.INFO, "newsroom.request"):
            logs.log_request(request, HttpResponse(status=303), 0.0124)
        printed = logs.JsonFormatter().format(caplog.records[-1])
        made = json.loads(printed)
        assert made["method"] == "POST"
        assert made["path"] == "/ar/search/"
        assert made["status"] == 303
        assert made["duration_ms"] == 12.4
        assert "203.0.113" not in printed
        assert "example" not in printed.lower()


def test_every_logger_prints_to_one_place(settings):
    """Django's own handlers print whole requests and mail them."""
    assert logging.getLogger("django").handlers == []
    assert logging.getLogger("django.server").handlers == []
    kinds = {type(handler.formatter) for handler in logging.getLogger().handlers}
    assert logs.JsonFormatter in kinds
