"""What django-axes may know of a failed sign-in: a keyed hash and a shortened address.

People type passwords and e-mail addresses into the name field. The lock needs to tell one
account from another, not to know which, so only a keyed hash of the name is kept.
"""

import unicodedata
from http import HTTPStatus

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.translation import ngettext

from newsroom.lib.privacy import client_ip, keyed_hash, truncate_ip
from newsroom.models import User
from newsroom.views import desk_problem


def truncated_client_ip(request: HttpRequest) -> str | None:
    """Return the caller's network (/24 or /48), never the full address."""
    return truncate_ip(client_ip(request))


def hashed_username(request: HttpRequest, credentials: dict | None = None) -> str:
    """Return a keyed hash of the name that was typed, one for all its spellings."""
    given = (credentials or {}).get(User.USERNAME_FIELD)
    typed = given or request.POST.get(User.USERNAME_FIELD) or ""
    # No name is so long, and composing what is endless takes minutes.
    return keyed_hash("sign-in", unicodedata.normalize("NFKC", typed[:1000]).casefold())


@receiver(pre_save, sender=AccessAttempt)
def forget_what_was_sent(sender: type, instance: AccessAttempt, **kwargs: object) -> None:
    """Drop the form and the query, which axes would keep whole."""
    instance.get_data = instance.post_data = instance.http_accept = ""


def locked_out(
    request: HttpRequest, original_response: HttpResponse | None, credentials: dict | None
) -> HttpResponse:
    """Answer somebody who tried too often."""
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    message = ngettext(
        "Too many failed sign-ins. Try again in %(minutes)d minute.",
        "Too many failed sign-ins. Try again in %(minutes)d minutes.",
        seconds // 60,
    ) % {"minutes": seconds // 60}
    response = desk_problem(request, HTTPStatus.TOO_MANY_REQUESTS, message)
    response["Retry-After"] = str(seconds)
    return response
