"""What somebody typed while their session ended: carried through the sign-in, and sent again.

A form of the desk that arrives without a session is answered with the sign-in form, which holds
what was typed in a hidden field. After it a page offers to send the same form again: with the
token of the new session, by a press of a button, to an address of the desk. The server keeps
nothing meanwhile, and no script is needed.
"""

import json
import re
from http import HTTPStatus

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from newsroom.lib import mail
from newsroom.middleware import is_desk

Fields = list[tuple[str, str]]

NEVER_CARRIED = re.compile(r"password|^proof$|^csrfmiddlewaretoken$|^kept$", re.IGNORECASE)
NEVER_SHOWN = re.compile(r"token|^_|_FORMS$", re.IGNORECASE)


def typed(request: HttpRequest) -> Fields:
    """Return the fields of the request's form, without passwords and its token."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if not NEVER_CARRIED.search(name)
    ]


def readable(fields: Fields) -> Fields:
    """Return of the fields what a person would miss."""
    return [
        (name, value) for name, value in fields if value.strip() and not NEVER_SHOWN.search(name)
    ]


def carried(request: HttpRequest) -> str:
    """Return the fields of the request's form as a hidden field carries them."""
    return json.dumps(typed(request), ensure_ascii=False)


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """Answer a form that came without a session: sign in, nothing is lost."""
    from newsroom.people_forms import SignInForm  # it needs the loaded apps

    context = admin.site.each_context(request) | {
        "title": _("Log in"),
        "form": SignInForm(request),
        "app_path": reverse("admin:login"),
        "next": request.get_full_path(),
        "can_mail": mail.is_configured(),
        "kept": carried(request),
    }
    return _private(render(request, "admin/login.html", context, status=HTTPStatus.FORBIDDEN))


def offer(request: HttpRequest, address: str) -> HttpResponse | None:
    """After a sign-in, offer to send what it carried to `address`; None where there is nothing."""
    fields = fields_of(request.POST.get("kept", ""))
    if not fields or not address.startswith(reverse("admin:index")):
        return None
    with translation.override(request.user.language):
        message = _("You are signed in again. What you had typed is here, but not saved yet.")
        context = admin.site.each_context(request) | send_again(address, fields)
        return _private(render(request, "admin/problem.html", context | {"message": message}))


def send_again(address: str, fields: Fields) -> dict:
    """Return what the page of a problem needs to give back a form, and to send it again."""
    return {"address": address, "fields": fields, "kept": readable(fields)}


def is_our_own(request: HttpRequest) -> bool:
    """Whether the browser says that one of the desk's own pages sent this form."""
    origin = request.headers.get("Origin", "")
    return is_desk(request) and origin == f"{request.scheme}://{request.get_host()}"


def fields_of(text: str) -> Fields:
    """Return what a hidden field carried; nothing of what nobody could have typed."""
    try:
        rows = json.loads(text)
        return [(str(name), str(value)) for name, value in rows if not NEVER_CARRIED.search(name)]
    except (ValueError, TypeError):
        return []


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
