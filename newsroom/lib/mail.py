"""One mail to one person."""

import smtplib
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils import translation

from newsroom.lib.privacy import SealedAddress, validate_address
from newsroom.lib.rtl import language_direction


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
    message = _message(template, context, language)
    message.extra_headers.update(headers or {})
    message.to = [validate_address(to.reveal() if isinstance(to, SealedAddress) else to)]
    try:
        message.send()
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        raise MailFailed(type(error).__name__) from None
    return True


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
