"""One mail, one person, no word of the address elsewhere."""

import smtplib

import pytest
from django.core import mail as outgoing
from django.core.exceptions import ValidationError
from django.core.mail.backends.base import BaseEmailBackend

from newsroom.lib import mail
from newsroom.lib.privacy import SealedAddress, generate_key

ADDRESS = "rex@example.com"


class RefusingBackend(BaseEmailBackend):
    def send_messages(self, messages):
        raise smtplib.SMTPRecipientsRefused({messages[0].to[0]: (550, b"no")})


@pytest.fixture
def templates(settings, tmp_path):
    folder = tmp_path / "emails"
    folder.mkdir()
    (folder / "hello.subject.txt").write_text("{{ headline }}\n", encoding="utf-8")
    (folder / "hello.txt").write_text("{{ LANGUAGE_CODE }} {{ direction }}", encoding="utf-8")
    (folder / "hello.html").write_text('<p dir="{{ direction }}">x</p>', encoding="utf-8")
    (folder / "plain.subject.txt").write_text("s", encoding="utf-8")
    (folder / "plain.txt").write_text("t", encoding="utf-8")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path], "OPTIONS": {}}]
    settings.EMAIL_URL = "smtp://mail.example:25"
    settings.EMAIL_ENCRYPTION_KEYS = [generate_key()]


def test_mail_has_the_language_and_its_direction(templates):
    assert mail.send("hello", ADDRESS, {"headline": "مرحبا"}, "ar") is True
    message = outgoing.outbox[0]
    assert (message.to, message.cc, message.bcc) == ([ADDRESS], [], [])
    assert (message.subject, message.body) == ("مرحبا", "ar rtl")
    assert message.alternatives[0].content == '<p dir="rtl">x</p>'


def test_a_line_end_in_the_subject_makes_no_header(templates):
    mail.send("hello", ADDRESS, {"headline": "a\r\nBcc: otto@example.org"}, "en")
    assert outgoing.outbox[0].subject == "a Bcc: otto@example.org"
    assert outgoing.outbox[0].recipients() == [ADDRESS]


def test_html_is_optional_and_a_sealed_address_is_opened(templates):
    mail.send("plain", SealedAddress.seal(ADDRESS), {}, "fr")
    assert outgoing.outbox[0].alternatives == []
    assert outgoing.outbox[0].to == [ADDRESS]


@pytest.mark.parametrize("to", ["", f"{ADDRESS}, otto@example.org", f"{ADDRESS}\nBcc: o@x.example"])
def test_anything_but_one_address_is_refused(templates, to):
    with pytest.raises(ValidationError):
        mail.send("plain", to, {}, "en")
    assert outgoing.outbox == []


def test_a_failure_does_not_name_the_address(templates, settings):
    settings.EMAIL_BACKEND = f"{__name__}.RefusingBackend"
    with pytest.raises(mail.MailFailed) as failure:
        mail.send("plain", ADDRESS, {}, "en")
    assert str(failure.value) == "SMTPRecipientsRefused"
    assert failure.value.__suppress_context__


def test_nothing_is_made_without_a_server(templates, settings):
    settings.EMAIL_URL = ""
    assert not mail.is_configured()
    assert mail.send("plain", ADDRESS, {}, "en") is False
    assert outgoing.outbox == []
