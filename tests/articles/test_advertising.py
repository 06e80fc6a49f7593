"""Advertisements and measuring: nothing of others unless asked for, and never before a yes."""

import re

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ValidationError

from articles.advertising import origin_of
from articles.models import Edition, Placement
from tests.factories import make_story, make_user

pytestmark = pytest.mark.django_db
AD = "https://ads.example/harbour.html"


@pytest.fixture(autouse=True)
def ads(settings):
    settings.AD_ORIGINS = ["https://ads.example"]


def place(where: str = "story", **fields) -> Placement:
    edition, _new = Edition.objects.get_or_create(language="en", defaults={"name": "The Paper"})
    given = {"url": AD, "is_on": True, "needs_consent": False} | fields
    return Placement.objects.create(edition=edition, place=where, **given)


def page(client, address: str | None = None) -> str:
    return client.get(address or make_story().get_absolute_url()).content.decode()


def policy(client) -> dict[str, str]:
    parts = client.get("/en/")["Content-Security-Policy"].split("; ")
    return dict(part.split(" ", 1) for part in parts)


class TestPlaces:
    def test_by_default_there_is_nothing_of_others(self, client, settings):
        settings.AD_ORIGINS = []
        shown = page(client)
        assert "<iframe" not in shown
        assert "data-consent" not in shown

    def test_a_place_is_off_until_it_is_switched_on(self, client):
        assert Placement._meta.get_field("is_on").default is False
        place(is_on=False)
        assert "<iframe" not in page(client)

    @pytest.mark.parametrize(
        ("where", "address"), [("front", "/en/"), ("section", "/en/world/"), ("story", None)]
    )
    def test_each_place_has_its_own_page(self, client, where, address):
        story = make_story()
        place(where)
        shown = page(client, address or story.get_absolute_url())
        assert shown.count("<iframe") == 1
        for other in {"/en/", "/en/world/", story.get_absolute_url()} - {
            address or story.get_absolute_url()
        }:
            assert "<iframe" not in page(client, other)

    def test_the_frame_is_closed_sized_and_told_nothing(self, client):
        place(width=300, height=250)
        frame = re.search(r"<iframe[^>]*>", page(client))[0]
        assert 'width="300" height="250"' in frame
        assert 'referrerpolicy="no-referrer"' in frame
        assert 'loading="lazy"' in frame
        sandbox = re.search(r'sandbox="([^"]*)"', frame)[1].split()
        assert "allow-same-origin" not in sandbox
        assert "allow-top-navigation" not in sandbox

    def test_a_telephone_has_a_size_of_its_own_or_none(self, client):
        place("story", small_width=320, small_height=100)
        assert page(client).count("<iframe") == 2
        Placement.objects.update(small_width=None, small_height=None)
        Placement.objects.get().save()
        assert "is-wide-only" in page(client)

    def test_languages_keep_apart(self, client):
        place()
        story = make_story(language="ar")
        assert "<iframe" not in page(client, story.get_absolute_url())

    def test_an_origin_that_was_taken_back_shows_nothing_more(self, client, settings):
        place()
        settings.AD_ORIGINS = []
        assert "<iframe" not in page(client)

    def test_it_costs_no_query(self, client, django_assert_num_queries):
        story = make_story()
        client.get(story.get_absolute_url())
        place()
        with django_assert_num_queries(6):
            client.get(story.get_absolute_url())


class TestTheForm:
    @pytest.mark.parametrize(
        "url",
        [
            "https://other.example/x",
            "http://ads.example/x",
            "https://ads.example.evil.example/",
            "https://ads.example:8443/",
            "https://user@ads.example/",
        ],
    )
    def test_what_no_page_may_load_is_refused(self, url):
        with pytest.raises(ValidationError) as refused:
            place(url=url).full_clean()
        assert "url" in refused.value.message_dict

    @pytest.mark.parametrize(
        "sides",
        [
            {"width": 0},
            {"height": 5000},
            {"small_width": 320},
            {"small_height": 50},
            {"small_width": 400, "small_height": 50},
        ],
    )
    def test_sides_that_fit_nowhere_are_refused(self, sides):
        with pytest.raises(ValidationError):
            place(**sides).full_clean()

    def test_at_the_desk(self, client):
        client.force_login(make_user("nora", "Administrator"))
        edition, _new = Edition.objects.get_or_create(language="en", defaults={"name": "Paper"})
        address = f"/admin/articles/edition/{edition.pk}/change/"
        data = {"name": "Paper", "tagline": "", "description": "", "footer_html": ""}
        data |= {"comment_rules": "", "menu_items-TOTAL_FORMS": 0, "menu_items-INITIAL_FORMS": 0}
        data |= {"placements-TOTAL_FORMS": 1, "placements-INITIAL_FORMS": 0}
        row = {"place": "front", "is_on": "on", "url": AD, "width": 728, "height": 90}
        data |= {f"placements-0-{name}": value for name, value in row.items()}
        assert client.post(address, data).status_code == 302
        assert "<iframe" in page(client, "/en/")
        wrong = data | {"placements-0-url": "https://other.example/"}
        assert "AD_ORIGINS" in client.post(address, wrong).content.decode()


class TestConsent:
    def test_what_needs_a_yes_has_no_address_to_load(self, client):
        place(needs_consent=True)
        frame = re.search(r"<iframe[^>]*>", page(client))[0]
        assert " src=" not in frame
        assert f'data-src="{AD}"' in frame

    def test_the_question_is_there_only_where_something_is_asked(self, client):
        place()
        assert "data-consent-bar" not in page(client)
        Placement.objects.update(needs_consent=True)
        Placement.objects.get().save()
        assert "data-consent-bar" in page(client)

    def test_measuring_waits_too_unless_told_otherwise(self, client, settings):
        settings.ANALYTICS_SCRIPT = "https://stats.example/count.js"
        shown = page(client)
        assert 'src="https://stats.example/count.js"' not in shown
        assert 'data-analytics="https://stats.example/count.js"' in shown
        settings.ANALYTICS_NEEDS_CONSENT = False
        shown = page(client)
        assert '<script async src="https://stats.example/count.js"></script>' in shown
        assert "data-consent-bar" not in shown


class TestPolicy:
    def test_only_what_was_named_is_let_in(self, client, settings):
        settings.ANALYTICS_SCRIPT = "https://stats.example/count.js"
        settings.EMBED_PROVIDERS = []
        rules = policy(client)
        assert rules["script-src"] == "'self' https://stats.example"
        assert rules["connect-src"] == "'self' https://stats.example"
        assert rules["frame-src"] == "https://ads.example"
        assert rules["img-src"] == "'self' data:"

    def test_the_desk_loads_nothing_of_others(self, client, settings):
        settings.ANALYTICS_SCRIPT = "https://stats.example/count.js"
        client.force_login(make_user("edda", "Editor"))
        rules = client.get("/admin/")["Content-Security-Policy"]
        assert "stats.example" not in rules
        assert "ads.example" not in rules

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("AD_ORIGINS", ["http://ads.example"]),
            ("AD_ORIGINS", ["https://ads.example/"]),
            ("AD_ORIGINS", ["*"]),
            ("ANALYTICS_SCRIPT", "//stats.example/x.js"),
            ("ANALYTICS_SCRIPT", "https://x; script-src *"),
        ],
    )
    def test_what_is_no_origin_stops_the_start(self, settings, name, value):
        setattr(settings, name, value)
        assert "newsroom.E023" in [message.id for message in run_checks(tags=["newsroom"])]

    @pytest.mark.parametrize(
        ("url", "origin"),
        [
            ("https://ads.example/x?y", "https://ads.example"),
            ("https://ads.example:443/", "https://ads.example"),
            ("https://ads.example:8443/", "https://ads.example:8443"),
            ("https://[::1", ""),
            ("https://ads.example:port/", ""),
            ("ads.example", ""),
        ],
    )
    def test_origins(self, url, origin):
        assert origin_of(url) == origin
