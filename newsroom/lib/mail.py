"""One mail to one person."""

import smtplib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.dispatch import Signal
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils import translation

from newsroom.lib.privacy import SealedAddress, validate_address
from newsroom.lib.rtl import language_direction

# A mail was handed over, or could not be. is_sent: which of the two.
tried = Signal()


class MailFailed(Exception):
    """The mail was not accepted; says why without the address, for logs and reports."""


def is_configured() -> bool:
    """Tell whether EMAIL_URL is set; what needs mail is offered only then."""
    return bool(settings.EMAIL_URL)


def send(
    template: str,
    to: str | SealedAddress,
    context: Mapping[str, Any],
    language: str,
    headers: Mapping[str, str] | None = None,
) -> bool:
    """Send templates/emails/<template> (.subject.txt, .txt and, if there, .html) to one address,
    with `headers` beside the usual ones.

    Returns False when mail is not configured. Raises ValidationError when `to` is not exactly one
    address, AddressUnreadable when it cannot be opened, and MailFailed, which does not name it.
    """
    if not is_configured():
        return False
    try:
        _hand_over(template, to, context, language, headers)
    except Exception:
        tried.send(None, is_sent=False)
        raise
    tried.send(None, is_sent=True)
    return True


def _hand_over(
    template: str,
    to: str | SealedAddress,
    context: Mapping[str, Any],
    language: str,
    headers: Mapping[str, str] | None,
) -> None:
    message = _message(template, context, language)
    message.extra_headers.update(headers or {})
    message.to = [validate_address(to.reveal() if isinstance(to, SealedAddress) else to)]
    try:
        message.send()
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        raise MailFailed(type(error).__name__) from None


@contextmanager
def tallied() -> Iterator[Counter[bool]]:
    """Count the mails this process tries to hand over meanwhile: {True: sent, False: failed}."""
    counts: Counter[bool] = Counter()

    def count(is_sent: bool, **kwargs: Any) -> None:
        counts[is_sent] += 1

    tried.connect(count, weak=False)
    try:
        yield counts
    finally:
        tried.disconnect(count)


def _message(template: str, context: Mapping[str, Any], language: str) -> EmailMultiAlternatives:
    values = {**context, "LANGUAGE_CODE": language, "direction": language_direction(language)}
    with translation.override(language):
        subject = render_to_string(f"emails/{template}.subject.txt", values)
        message = EmailMultiAlternatives(
            # A subject is one line: a line end in a headline must not begin another header.
            subject=" ".join(subject.split()),
            body=render_to_string(f"emails/{template}.txt", values),
            headers={"Auto-Submitted": "auto-generated", "Content-Language": language},
        )
        try:
            message.attach_alternative(
                render_to_string(f"emails/{template}.html", values), "text/html"
            )
        except TemplateDoesNotExist as missing:
            if missing.args[0] != f"emails/{template}.html":
                raise
    return message
