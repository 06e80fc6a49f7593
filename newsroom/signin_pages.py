"""The pages before the desk: password, code, and having a second factor of one's own."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from newsroom import kept, second_factor
from newsroom.models import User

hidden = method_decorator(sensitive_post_parameters())
Page = Callable[..., HttpResponse]


class SignInView(LoginView):
    """Django's, but a right password lets in only whom nothing more is asked of."""

    def form_valid(self, form: forms.Form) -> HttpResponse:
        return enter(self.request, form.get_user(), self.get_success_url())


def enter(request: HttpRequest, user: User, address: str) -> HttpResponse:
    """Go on after the password: to the desk, to the code, or to having a second factor."""
    if not second_factor.is_asked(user):
        second_factor.let_in(request, user)
        return welcome(request, address)
    second_factor.wait_for(request, user)
    with translation.override(user.language):
        if user.second_factor_at:
            return _code_page(request, CodeForm(), address)
        return _enrolment_page(request, user, CodeForm(), address)


def welcome(request: HttpRequest, address: str) -> HttpResponse:
    """Lead somebody who is in to where they were going, with what they had typed."""
    return kept.offer(request, address) or HttpResponseRedirect(address)


def step_still_missing(request: HttpRequest) -> HttpResponse:
    """Answer somebody signed in whose group has meanwhile been asked for a second factor."""
    user = request.user
    if user.second_factor_at:
        second_factor.wait_for(request, user)
    fields = kept.carried(request) if request.method == "POST" else ""
    with translation.override(user.language):
        address = request.get_full_path()
        if user.second_factor_at:
            return _code_page(request, CodeForm(), address, fields)
        return _enrolment_page(request, user, CodeForm(), address, fields)


class CodeForm(forms.Form):
    """One code. It is told apart from a recovery code by its looks."""

    code = forms.CharField(
        label=gettext_lazy("code"),
        max_length=40,
        widget=forms.TextInput(
            {"autocomplete": "one-time-code", "autofocus": True, "dir": "ltr", "size": 16}
        ),
    )

    def refuse(self) -> None:
        """Say that the code did not fit, without saying why."""
        text = _(
            "This code is not right or was used before. Wait for the next one; after several "
            "wrong codes, wait a little longer."
        )
        self.add_error("code", text)


class AgainForm(forms.Form):
    """The password or a code, asked again before something that cannot be taken back."""

    proof = forms.CharField(
        label=gettext_lazy("your password, or a code"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password", "dir": "ltr"}),
    )


def person_page(view: Page) -> Page:
    """A page for somebody who is in, or whose password was right; in their language."""

    @wraps(view)
    @never_cache
    @sensitive_post_parameters()
    def page(request: HttpRequest) -> HttpResponse:
        is_in = request.user.is_active and request.user.is_staff
        person = request.user if is_in else second_factor.waiting_person(request)
        if person is None:
            return HttpResponseRedirect(reverse("admin:login"))
        with translation.override(person.language):
            return view(request, person)

    return page


@person_page
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, person: User) -> HttpResponse:
    """The step after the password."""
    if request.user.is_authenticated or not person.second_factor_at:
        return HttpResponseRedirect(reverse("admin:second_factor"))
    address, form = _address(request), CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if second_factor.check(request, person, form.cleaned_data["code"]):
            second_factor.let_in(request, person)
            _warn_of_few_codes(request, person)
            return welcome(request, address)
        form.refuse()
    return _code_page(request, form, address, request.POST.get("kept", ""))


@person_page
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest, person: User) -> HttpResponse:
    """Begin a second factor, or what can be done with the one there is."""
    if person.second_factor_at:
        if not (request.user.is_authenticated and second_factor.has_passed(request)):
            return HttpResponseRedirect(reverse("admin:second_factor_code"))
        return _own_page(request, AgainForm())
    address, form = _address(request), CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        device = second_factor.begin(request, person)
        if codes := second_factor.confirm(device, person, form.cleaned_data["code"]):
            second_factor.let_in(request, person)
            return _recovery_page(request, codes, address)
        form.refuse()
    return _enrolment_page(request, person, form, address, request.POST.get("kept", ""))


def changes_own(view: Page) -> Page:
    """A change of one's second factor: by a form, and only with the password or a code."""

    @person_page
    @require_POST
    @wraps(view)
    def page(request: HttpRequest, person: User) -> HttpResponse:
        is_in = request.user.is_authenticated and second_factor.has_passed(request)
        if not (is_in and person.second_factor_at):
            return HttpResponseRedirect(reverse("admin:second_factor"))
        form = AgainForm(request.POST)
        if form.is_valid():
            proof = form.cleaned_data["proof"]
            if second_factor.check(request, person, proof, or_password=True):
                return view(request, person)
            form.add_error("proof", _("This is neither your password nor a code."))
        return _own_page(request, form)

    return page


@changes_own
def remove(request: HttpRequest, person: User) -> HttpResponse:
    """Take the second factor off, to do without or to begin another one."""
    second_factor.remove(person)
    update_session_auth_hash(request, person)
    messages.success(request, _("Your second factor is removed."))
    return HttpResponseRedirect(reverse("admin:second_factor"))


@changes_own
def recovery_codes(request: HttpRequest, person: User) -> HttpResponse:
    """Make new recovery codes."""
    codes = second_factor.renew_recovery_codes(person)
    return _recovery_page(request, codes, reverse("admin:index"))


# What the pages show.


def _code_page(
    request: HttpRequest, form: CodeForm, address: str, carried: str | None = None
) -> HttpResponse:
    context = {"form": form, "title": _("Your code")}
    return _page(request, "code", context | _carried(request, address, carried), form)


def _enrolment_page(
    request: HttpRequest,
    person: User,
    form: CodeForm,
    address: str,
    carried: str | None = None,
) -> HttpResponse:
    device = second_factor.begin(request, person)
    width, path = second_factor.drawing(device)
    context = {
        "form": form,
        "title": _("Second factor"),
        "is_required": second_factor.is_required(person),
        "width": width,
        "path": path,
        "key": second_factor.key_of(device),
    }
    return _page(request, "enrol", context | _carried(request, address, carried), form)


def _own_page(request: HttpRequest, form: AgainForm) -> HttpResponse:
    person = request.user
    context = {
        "form": form,
        "title": _("Second factor"),
        "is_required": second_factor.is_required(person),
        "left": second_factor.recovery_codes_left(person),
        "person": person,
    }
    return _page(request, "own", context, form)


def _recovery_page(request: HttpRequest, codes: list[str], address: str) -> HttpResponse:
    context = {"codes": codes, "title": _("Recovery codes"), "address": address}
    fields = kept.fields_of(request.POST.get("kept", ""))
    if fields and address.startswith(reverse("admin:index")):
        context |= kept.send_again(address, fields)
    return _page(request, "recovery", context)


def _page(
    request: HttpRequest, name: str, context: dict[str, Any], form: forms.Form | None = None
) -> HttpResponse:
    context = admin.site.each_context(request) | context
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form and form.errors else HTTPStatus.OK
    return render(request, f"admin/second_factor/{name}.html", context, status=status)


def _carried(request: HttpRequest, address: str, carried: str | None) -> dict[str, str]:
    given = request.POST.get("kept", "") if carried is None else carried
    return {"next": address, "kept": given}


def _address(request: HttpRequest) -> str:
    """Return where the person was going, if that is on this site."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    hosts = {request.get_host()}
    if url_has_allowed_host_and_scheme(asked, hosts, require_https=request.is_secure()):
        return asked
    return reverse("admin:index")


def _warn_of_few_codes(request: HttpRequest, person: User) -> None:
    left = second_factor.recovery_codes_left(person)
    if left <= 3:
        text = ngettext(
            "%(count)d recovery code is left. Make new ones under “Second factor”.",
            "%(count)d recovery codes are left. Make new ones under “Second factor”.",
            left,
        )
        messages.warning(request, text % {"count": left})
