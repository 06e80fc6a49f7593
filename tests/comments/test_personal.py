"""A reader's own data: asked for by address, seen by the mailed link alone (B165)."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.cache import caches
from django.utils import timezone

from comments import notifications, privacy, retention
from comments.models import Comment, Erasure, Notice
from tests import leaks
from tests.comments.conftest import OWN_PAGE
from tests.factories import make_comment, make_story

pytestmark = pytest.mark.django_db
WHO = "Rare.Reader@mail.example"
PAGE = "/en/me/data/"


@pytest.fixture(autouse=True)
def post_box(settings, tmp_path):
    settings.EMAIL_URL = "smtp://localhost"
    settings.ERASURE_LEDGER = tmp_path / "erasures.jsonl"


@pytest.fixture
def comment(story) -> Comment:
    make_comment(story, email=WHO, status="spam", body="Thrown out")
    return make_comment(story, email=WHO, name="Rare", body="Said in public")


def ask(client, address: str = WHO, **headers):
    return client.post(PAGE, {"email": address}, headers=OWN_PAGE | headers)


@pytest.fixture
def link(client, comment) -> str:
    ask(client)
    notifications.send_due()
    return re.search(r"(/en/me/data/\S+)", mail.outbox[-1].body).group(1)


class TestAsking:
    def test_the_page_tells_every_clock(self, client):
        page = client.get(PAGE).content.decode()
        for clock in retention.CLOCKS:
            assert str(clock.why) in page
        assert "no-store" in client.get(PAGE)["Cache-Control"]

    def test_the_form_of_every_story_leads_there(self, client, story):
        assert f'href="{PAGE}"' in client.get(story.get_absolute_url()).content.decode()

    def test_the_answer_is_the_same_for_everybody(self, client, comment):
        known = ask(client)
        caches["throttle"].clear()
        unknown = ask(client, "nobody@mail.example")
        assert (known.status_code, known["Location"]) == (303, f"{PAGE}?asked")
        assert (unknown.status_code, unknown["Location"]) == (303, f"{PAGE}?asked")
        assert Notice.objects.count() == 1

    def test_the_link_goes_to_the_address_alone(self, client, comment):
        ask(client)
        notifications.send_due()
        (message,) = mail.outbox
        assert message.recipients() == [WHO]
        assert "Rare" not in message.body

    def test_b165_what_is_no_address_is_refused_and_kept(self, client):
        answer = ask(client, "no address")
        assert answer.status_code == 422
        assert 'value="no address"' in answer.content.decode()
        assert "Enter a valid email address." in answer.content.decode()

    def test_b165_asking_again_at_once(self, client, comment):
        ask(client)
        answer = ask(client)
        assert answer.status_code == 429
        assert answer["Retry-After"]
        assert Notice.objects.count() == 1

    def test_another_site_cannot_ask(self, client, comment):
        assert ask(client, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
        assert not Notice.objects.exists()

    def test_without_mail_the_page_says_whom_to_write_to(self, client, settings):
        settings.EMAIL_URL, settings.CONTACT_EMAIL = "", "readers@paper.example"
        page = client.get(PAGE).content.decode()
        assert "readers@paper.example" in page
        assert 'name="email"' not in page


class TestTheLink:
    def test_what_it_shows(self, client, link):
        page = client.get(link).content.decode()
        assert "2 comments are kept under your address." in page
        assert leaks.found(WHO, page.encode()) == []

    def test_a_copy(self, client, link):
        answer = client.post(link, {"do": "copy"}, headers=OWN_PAGE)
        assert "attachment" in answer["Content-Disposition"]
        assert "no-store" in answer["Cache-Control"]
        assert [row["text"] for row in json.loads(answer.content)["comments"]] == [
            *("Thrown out", "Said in public")
        ]

    def test_erasing_wants_a_tick(self, client, link):
        assert client.post(link, {"do": "erase"}, headers=OWN_PAGE).status_code == 422
        assert Comment.objects.count() == 2

    def test_erased(self, client, link, story):
        page = client.post(link, {"do": "erase", "sure": "yes"}, headers=OWN_PAGE)
        assert "Your data are erased" in page.content.decode()
        assert Erasure.objects.get().via == "reader"
        assert Comment.objects.get().name == "Anonymous"
        assert client.get(link).status_code == 404
        assert "Rare" not in client.get(story.get_absolute_url()).content.decode()

    def test_opening_it_changes_nothing(self, client, link):
        client.get(f"{link}?do=erase&sure=yes")
        assert Comment.objects.count() == 2

    @pytest.mark.parametrize("altered", [lambda link: f"{link[:-3]}x/", lambda link: f"{PAGE}x/"])
    def test_an_altered_one(self, client, link, altered):
        assert client.get(altered(link)).status_code == 404

    def test_after_a_day(self, client, link):
        with time_machine.travel(timezone.now() + timedelta(hours=25)):
            assert client.get(link).status_code == 404

    def test_another_site_cannot_press_it(self, client, link):
        data = {"do": "erase", "sure": "yes"}
        answer = client.post(link, data, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403
        assert Comment.objects.count() == 2

    def test_who_shares_a_story_is_not_touched(self, client, link, story):
        other = make_comment(make_story(), email="other@mail.example")
        client.post(link, {"do": "erase", "sure": "yes"}, headers=OWN_PAGE)
        other.refresh_from_db()
        assert other.name == "Rex"
        assert privacy.export(other.email_index)["comments"]
