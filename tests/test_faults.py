"""A Sentry is told what broke and where, and nothing that anybody sent."""

import json
import logging
import sys

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError
from sentry_sdk import get_client, get_global_scope
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from newsroom import faults
from newsroom.models import User
from tests import leaks
from tests.factories import make_story, make_user

pytestmark = pytest.mark.django_db

PLANTED = "Canary.Planted+Tag@Mail.Example.org"
NAME = "رِيما Canary"
NETWORK = "203.0.113.77"
DSN = "https://key@sentry.example/7"


class Sent(Transport):
    """Takes the network's place and keeps what would have gone out, byte by byte."""

    envelopes: list[bytes] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.envelopes.append(envelope.serialize())

    def flush(self, timeout: float, callback: object = None) -> None:
        pass


@pytest.fixture
def sent():
    Sent.envelopes = []
    faults.start(DSN, transport=Sent)
    yield Sent.envelopes
    get_client().close()
    get_global_scope().set_client(None)


def event(envelopes: list[bytes]) -> dict:
    """Return the one report that was sent, after looking for what was planted in all there is."""
    everything = b"\n".join(envelopes)
    assert leaks.found(PLANTED, everything) == []
    for word in (NAME, "Canary", NETWORK):
        for form in (word, json.dumps(word)[1:-1]):
            assert form.encode() not in everything
    (envelope,) = envelopes
    _head, _item, payload = envelope.splitlines()[:3]
    return json.loads(payload)


@pytest.fixture
def broken(monkeypatch):
    """Posting a comment fails, with what its reader sent in messages, notes and variables."""
    from comments import posting

    def fail(story, *, name, email, body, ip, **kwargs):
        held = {"email": email, "name": name, "ip": ip, "body": body}
        try:
            raise IntegrityError(f"Failing row contains ({name}, {email}, {ip})")
        except IntegrityError as cause:
            error = RuntimeError(f"no place for {held}", email, name)
            error.add_note(f"asked by {email}")
            raise error from cause

    monkeypatch.setattr(posting, "post", fail)


class TestRequests:
    def send(self, client, story):
        client.raise_request_exception = False
        client.cookies["canary"] = PLANTED
        return client.post(
            f"{story.get_absolute_url()}comments/?email={PLANTED}&ip={NETWORK}",
            {"comment": f"{PLANTED} says {NAME}", "author": NAME, "email": PLANTED, "url": ""},
            headers={
                "Sec-Fetch-Site": "same-origin",
                "Referer": f"https://x/?e={PLANTED}",
                "User-Agent": f"Canary {PLANTED}",
                "X-Forwarded-For": NETWORK,
                "Authorization": f"Basic {PLANTED}",
            },
            REMOTE_ADDR=NETWORK,
        )

    def test_a_fault_is_told_without_anything_of_its_request(self, client, sent, broken):
        reader = make_user("canary", email=PLANTED, first_name=NAME)
        story = make_story()
        client.force_login(User.objects.get(pk=reader.pk))
        answer = self.send(client, story)
        assert answer.status_code == 500
        told = event(sent)
        assert [one["type"] for one in told["exception"]["values"]] == [
            "IntegrityError",
            "RuntimeError",
        ]
        assert told["tags"] == {"request_id": answer["X-Request-ID"], "view": "comments:post"}
        assert told["logentry"] == {"message": "%s: %s"}
        frames = told["exception"]["values"][1]["stacktrace"]["frames"]
        assert frames[-1]["function"] == "fail"
        assert "raise error from cause" in frames[-1]["context_line"]
        assert {name for frame in frames for name in frame} <= {
            *faults.KEPT_OF_FRAME,
            *faults.SOURCE,
        }

    def test_a_report_has_these_parts_and_no_others(self, client, sent, broken):
        self.send(client, make_story())
        allowed = {*faults.KEPT, "exception", "logentry", "tags"}
        told = event(sent)
        assert set(told) <= allowed
        assert told["environment"] == "127.0.0.1"
        assert all("value" not in one for one in told["exception"]["values"])

    def test_strangers_odd_requests_are_no_faults(self, client, sent, settings):
        client.get("/en/", headers={"Host": "canary.example"})
        logging.getLogger("django.security.DisallowedHost").error("Invalid Host: %s", PLANTED)
        try:
            raise SuspiciousOperation(PLANTED)
        except SuspiciousOperation:
            logging.getLogger("django.request").exception("Bad Request: %s", f"/{PLANTED}")
        assert sent == []


class TestLogLines:
    def test_of_ours_the_words_without_the_values(self, sent):
        log = logging.getLogger("newsroom.comments")
        log.error("what %s sent from %s could not be stored", PLANTED, NETWORK, extra={"to": NAME})
        assert event(sent)["logentry"] == {
            "message": "what %s sent from %s could not be stored",
        }

    def test_of_others_not_even_words_that_may_hold_values(self, sent):
        logging.getLogger("some.library").error(f"{NAME} <{PLANTED}> from {NETWORK}")  # noqa: G004
        assert event(sent)["logentry"] == {"message": "some.library"}

    def test_the_package_gathers_nothing_personal_by_itself(self, sent, monkeypatch):
        options = get_client().options
        assert not get_client().should_send_default_pii()
        assert not options["include_local_variables"]
        assert set(get_client().integrations) == {"logging", "excepthook", "dedupe", "atexit"}

    def test_warnings_and_readiness_are_not_told(self, sent):
        logging.getLogger("newsroom.mail").warning("a notice could not be mailed")
        logging.getLogger("newsroom.health").error("media is not ready")
        assert sent == []


class TestCommands:
    def test_one_that_fails_is_told_without_what_it_was_called_with(self, sent, monkeypatch):
        monkeypatch.setattr(sys, "argv", ["manage.py", "erase_commenter", PLANTED])
        source = compile(f"address = '{PLANTED}'\nraise KeyError(address)", "<string>", "exec")
        try:
            exec(source, {})  # noqa: S102
        except KeyError:
            sys.excepthook(*sys.exc_info())
        told = event(sent)
        assert told["exception"]["values"][0]["type"] == "KeyError"


class TestTheSearchItself:
    def test_a_deliberate_leak_is_found(self, client, sent, broken, monkeypatch):
        """Without being made anew, a report would hold what this looks for."""
        get_client().options["before_send"] = None
        TestRequests().send(client, make_story())
        assert leaks.found(PLANTED, b"\n".join(sent)) != []


def test_none_is_told_unless_one_is_named(settings):
    assert settings.SENTRY_DSN == ""
    assert not get_client().is_active()
