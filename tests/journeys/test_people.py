"""Somebody is invited, comes in, and gets a second factor, at the Arabic desk."""

import re

import pytest
from django.core import mail
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import expect

from newsroom.models import User
from tests.factories import make_user
from tests.test_second_factor import code_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a-quiet-harbour"


@pytest.fixture
def with_mail(settings):
    settings.EMAIL_URL = "smtp://mail.example"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def sign_in(page):
    page.goto("/admin/login/")
    page.fill("[name=username]", "rosa")
    page.fill("[name=password]", PASSWORD)
    page.click("#login-form [type=submit]")


def give(page, code: str):
    page.fill("[name=code]", code)
    page.keyboard.press("Enter")


def sign_out(page):
    page.locator("#user-tools summary").click()
    page.locator("#logout-form button").click()
    expect(page.locator("#user-tools")).to_have_count(0)


def test_invited_signed_in_and_sure(sign_in_as_adam, open_page, site):
    adam = sign_in_as_adam
    adam.goto("/admin/newsroom/user/add/")
    adam.fill("[name=first_name]", "روزا")
    adam.fill("[name=email]", "rosa@example.org")
    adam.locator("#id_groups input").first.check()
    adam.select_option("[name=interface_language]", "ar")
    adam.click("[name=_save]")
    expect(adam.locator(".messagelist .success")).to_be_visible()
    link = re.search(r"https?://\S+", mail.outbox[0].body)[0]

    rosa = open_page()
    rosa.goto(link)
    expect(rosa.locator("html")).to_have_attribute("dir", "rtl")
    for name in ("new_password1", "new_password2"):
        rosa.fill(f"[name={name}]", PASSWORD)
    rosa.keyboard.press("Enter")
    expect(rosa.locator("#user-tools")).to_be_visible()

    rosa.goto("/admin/second-factor/")
    assert rosa.locator("svg.qr path").bounding_box()["width"] > 100
    give(rosa, code_of(User.objects.get(username="rosa")))
    expect(rosa.locator(".codes li")).to_have_count(10)
    recovery = rosa.locator(".codes li").first.inner_text()
    rosa.locator("main a.button.default").click()
    sign_out(rosa)

    TOTPDevice.objects.update(last_t=-1)
    sign_in(rosa)
    give(rosa, code_of(User.objects.get(username="rosa")))
    expect(rosa.locator("#user-tools")).to_be_visible()
    sign_out(rosa)

    sign_in(rosa)
    give(rosa, recovery)
    expect(rosa.locator("#user-tools")).to_be_visible()
    sign_out(rosa)
    sign_in(rosa)
    give(rosa, recovery)
    expect(rosa.locator(".errorlist")).to_be_visible()
    expect(rosa.locator("#user-tools")).to_have_count(0)


@pytest.fixture
def sign_in_as_adam(with_mail, request):
    enter = request.getfixturevalue("sign_in")
    return enter(make_user("adam", "Administrator", interface_language="ar"))
