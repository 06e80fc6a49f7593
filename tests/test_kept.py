"""What was typed while a session ended comes through the sign-in."""

import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from newsroom.models import User

pytestmark = pytest.mark.django_db

ADD = "/admin/articles/story/add/?language=ar"
WORDS = "كلمات «ثمينة» <b>&</b>"
PASSWORD = "harbour-at-dawn"


@pytest.fixture
def edda():
    return User.objects.create_superuser("edda", password=PASSWORD, interface_language="en")


@pytest.fixture
def browser(client):
    return Client(enforce_csrf_checks=True)


def hidden(response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    return html.unescape(found[1]) if found else ""


def token(response) -> str:
    return hidden(response, "csrfmiddlewaretoken")


def send_without_session(browser, **more):
    page = browser.get("/admin/login/")
    form = {"headline": WORDS, "topics": ["a", "b"], "_move": "submit", "old_password": "secret-1"}
    return browser.post(ADD, form | {"csrfmiddlewaretoken": token(page)} | more)


def sign_in(browser, page, password=PASSWORD):
    form = {name: hidden(page, name) for name in ("csrfmiddlewaretoken", "next", "kept")}
    return browser.post(reverse("admin:login"), form | {"username": "edda", "password": password})


def test_a_form_without_a_session_is_answered_by_the_sign_in_that_holds_it(browser, edda):
    page = send_without_session(browser)
    assert page.status_code == 403
    assert page["Cache-Control"] == "no-store"
    assert WORDS in hidden(page, "kept").replace('\\"', '"')
    assert "secret-1" not in page.content.decode()


def test_after_the_sign_in_it_is_sent_again_to_the_same_address(browser, edda):
    page = sign_in(browser, send_without_session(browser))
    text = page.content.decode()
    assert 'lang="en"' in text  # the language of who signed in, not of the site
    assert f'action="{ADD}"' in text
    assert hidden(page, "headline") == WORDS
    assert text.count('name="topics"') == 2
    form = {name: hidden(page, name) for name in ("csrfmiddlewaretoken", "headline", "_move")}
    again = browser.post(ADD, form)
    assert again.status_code == 200
    assert again.context["form"]["headline"].value() == WORDS


def test_a_wrong_password_loses_nothing(browser, edda):
    page = sign_in(browser, send_without_session(browser), password="wrong")
    assert WORDS in hidden(page, "kept").replace('\\"', '"')
    assert hidden(sign_in(browser, page), "headline") == WORDS


def test_an_ordinary_sign_in_goes_where_it_was_going(browser, edda):
    page = browser.get("/admin/login/?next=/admin/articles/story/")
    response = sign_in(browser, page)
    assert response.status_code == 302
    assert response.url == "/admin/articles/story/"


@pytest.mark.parametrize("kept", ["{", "[1]", '[["a"]]', "null", '{"a": 1}', "7"])
def test_what_nobody_could_have_typed_is_left_aside(client, edda, kept):
    form = {"username": "edda", "password": PASSWORD, "kept": kept, "next": "/admin/"}
    assert client.post("/admin/login/", form).status_code == 302


def test_nothing_is_sent_out_of_the_desk(client, edda):
    form = {"username": "edda", "password": PASSWORD, "kept": '[["a", "b"]]'}
    assert client.post("/admin/login/?next=/ar/", form | {"next": "/ar/"}).status_code == 302


def test_signing_out_twice_asks_for_nothing(client):
    assert client.post("/admin/logout/").status_code in (200, 302)


class TestAnOldToken:
    """Signed out and in again in another window: the form in the first has an old token."""

    def test_the_form_can_be_sent_again(self, browser, edda):
        browser.force_login(edda)
        response = browser.post(ADD, {"headline": WORDS}, headers={"Origin": "http://testserver"})
        assert response.status_code == 403
        assert hidden(response, "headline") == WORDS
        form = {"headline": WORDS, "csrfmiddlewaretoken": token(response)}
        assert browser.post(ADD, form).context["form"]["headline"].value() == WORDS

    def test_a_form_of_another_site_is_only_shown(self, browser, edda):
        browser.force_login(edda)
        response = browser.post(ADD, {"headline": WORDS}, headers={"Origin": "https://x.example"})
        assert response.status_code == 403
        assert "<form method" not in response.content.decode().split("<main")[1]
        assert html.escape(WORDS) in response.content.decode()
