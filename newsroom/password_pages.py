"""A forgotten password, and choosing one by a mailed link."""

from http import HTTPStatus

from django import forms
from django.contrib import admin
from django.contrib.auth.forms import SetPasswordForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from newsroom import people, signin_pages
from newsroom.lib import mail, throttle
from newsroom.lib.privacy import client_ip, keyed_hash

SENDER_SECONDS = 20
LINK = "choose_password_link"


class ForgottenForm(forms.Form):
    """The address of an account."""

    email = forms.EmailField(
        label=gettext_lazy("e-mail address"),
        widget=forms.EmailInput({"autocomplete": "email", "dir": "ltr"}),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link to choose another password. The answer tells nothing of the address."""
    if not mail.is_configured():
        raise Http404
    form, context = ForgottenForm(request.POST or None), {"title": _("Forgotten password")}
    if request.method == "POST" and form.is_valid():
        key = f"forgotten-by:{keyed_hash('forgotten-by', client_ip(request) or '')}"
        if wait := throttle.claim(key, SENDER_SECONDS):
            return _slow_down(request, form, context, wait)
        people.forgotten(form.cleaned_data["email"])
        return HttpResponseRedirect(reverse("admin:forgotten_password_sent"))
    return _page(request, "forgotten", context, form)


def _slow_down(
    request: HttpRequest, form: ForgottenForm, context: dict, seconds: int
) -> HttpResponse:
    form.add_error(None, _("Somebody here asked a moment ago. Wait a little and send it again."))
    response = _page(request, "forgotten", context, form)
    response.status_code = HTTPStatus.TOO_MANY_REQUESTS
    response["Retry-After"] = str(seconds)
    return response


@never_cache
@require_http_methods(["GET", "HEAD"])
def sent(request: HttpRequest) -> HttpResponse:
    """The one answer, whether the address is known or not."""
    return _page(request, "sent", {"title": _("Look into your mail")})


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Choose a password by a mailed link, which moves into the session: an address that lets
    in must not stand in the history of a browser, nor in what the page asks for."""
    for purpose in (people.INVITATION, people.RESET):
        token = request.GET.get(purpose)
        # Without somebody behind it a link opens no session.
        if token and people.person_of(purpose, token):
            request.session[LINK] = [purpose, token]
            return HttpResponseRedirect(reverse("admin:choose_password"))
    purpose, token = request.session.get(LINK, ("", ""))
    person = people.person_of(purpose, token) if token else None
    if person is None:
        context = {"title": _("This link works no more"), "can_mail": mail.is_configured()}
        return _page(request, "worn_out", context, status=HTTPStatus.GONE)
    with translation.override(person.language):
        form = SetPasswordForm(person, request.POST or None)
        if request.method == "POST" and form.is_valid():
            del request.session[LINK]
            form.save()
            return signin_pages.enter(request, person, reverse("admin:index"))
        return _page(request, "choose", {"title": _("Choose a password"), "person": person}, form)


def _page(
    request: HttpRequest,
    name: str,
    context: dict,
    form: forms.Form | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    context = admin.site.each_context(request) | context | {"form": form}
    if form and form.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, f"admin/password/{name}.html", context, status=status)
