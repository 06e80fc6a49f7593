"""The public pages: what stands on them, what does not, and how they may be cached."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from defusedxml.ElementTree import fromstring
from django.core.paginator import Paginator
from django.urls import reverse
from django.utils import timezone

from articles import workflow
from articles.models import Pin, Section, Story
from articles.views import _archive_url
from tests.factories import (
    content,
    make_author,
    make_draft,
    make_image,
    make_section,
    make_story,
    world,
)

pytestmark = pytest.mark.django_db


def text_of(response) -> str:
    return response.content.decode()


@pytest.fixture
def bait():
    """Stories that no public page may show, each with a headline of its own."""
    tomorrow = timezone.now() + timedelta(days=1)
    make_draft(headline="Bait draft")
    workflow.submit(make_draft(headline="Bait review"), by=None)
    workflow.publish(make_draft(headline="Bait tomorrow"), by=None, at=tomorrow)
    workflow.withdraw(make_story(headline="Bait withdrawn"), by=None, notice="Gone.")
    ended = workflow.unpublish(
        make_story(headline="Bait ended"), by=None, at=timezone.now() + timedelta(minutes=1)
    )
    Story.objects.filter(pk=ended.pk).update(unpublish_at=timezone.now() - timedelta(minutes=1))
    edited = make_story(headline="Harmless")
    workflow.save_draft(edited, content(headline="Bait edit"), by=None)


PUBLIC = [
    "/en/",
    "/en/world/",
    "/en/feed/",
    "/en/world/feed/",
    "/en/search/?q=bait",
    "/en/search/?q=harmless",
]


class TestNothingUnpublishedIsShown:
    @pytest.mark.parametrize("address", PUBLIC)
    def test_bait_stays_in_the_desk(self, client, bait, address):
        response = client.get(address)
        assert response.status_code == 200
        assert "Bait" not in text_of(response).replace("bait", "")

    def test_the_address_of_a_hidden_story_answers_like_a_missing_one(self, client, bait):
        for story in Story.objects.filter(headline__in=["Bait draft", "Bait tomorrow"]):
            response = client.get(story.get_absolute_url())
            assert response.status_code == 404
            assert "Bait" not in text_of(response)

    def test_a_withdrawn_story_answers_410_with_its_notice(self, client, bait):
        story = Story.objects.get(headline="Bait withdrawn")
        response = client.get(story.get_absolute_url())
        assert response.status_code == 410
        assert "Gone." in text_of(response)


class TestRoot:
    @pytest.mark.parametrize(
        ("accepted", "language"),
        [
            ("fr-CA,fr;q=0.9,en;q=0.5", "fr"),
            ("de,en;q=0.5", "en"),
            ("de", "ar"),
            ("", "ar"),
            ("*", "ar"),
            ("x" * 600, "ar"),
        ],
    )
    def test_the_browser_chooses_the_language(self, client, accepted, language):
        response = client.get("/", headers={"Accept-Language": accepted})
        assert (response.status_code, response["Location"]) == (302, f"/{language}/")
        assert "no-store" in response["Cache-Control"]


class TestFrontPage:
    def test_the_newest_story_leads_unless_one_is_pinned(self, client):
        old = make_story(headline="Old", at=timezone.now() - timedelta(days=2))
        make_story(headline="New")
        assert client.get("/en/").context["lead"].headline == "New"
        Pin.objects.create(language="en", position=1, story=old)
        assert client.get("/en/").context["lead"].headline == "Old"

    def test_pins_of_hidden_stories_take_no_place(self, client):
        for number in range(6):
            Pin.objects.create(language="en", position=number, story=make_draft())
        old = make_story(headline="Old", at=timezone.now() - timedelta(days=2))
        make_story(headline="New")
        Pin.objects.create(language="en", position=1, story=old)
        assert client.get("/en/").context["lead"].headline == "Old"

    def test_a_pin_ends_by_the_clock(self, client):
        old = make_story(headline="Old", at=timezone.now() - timedelta(days=2))
        make_story(headline="New")
        until = timezone.now() + timedelta(hours=1)
        Pin.objects.create(language="en", position=1, story=old, until=until)
        with time_machine.travel(until + timedelta(seconds=1)):
            assert client.get("/en/").context["lead"].headline == "New"

    def test_no_story_stands_twice(self, client):
        for number in range(12):
            make_story(headline=f"Story {number}")
        context = client.get("/en/").context
        shown = [context["lead"], *context["seconds"], *context["latest"]]
        assert len(shown) == 12
        assert len({story.pk for story in shown}) == 12

    def test_a_band_shows_stories_of_every_section_below(self, client):
        top = make_section({"en": ("Top", "top")})
        middle = make_section({"en": ("Middle", "middle")}, parent=top)
        bottom = make_section({"en": ("Bottom", "bottom")}, parent=middle)
        old = timezone.now() - timedelta(days=2)
        make_story(headline="From the bottom", section=bottom.pk, at=old)
        for _turn in range(15):
            make_story()
        assert "From the bottom" in text_of(client.get("/en/"))

    def test_last_updated_is_the_newest_story_not_the_lead(self, client):
        at = timezone.now().replace(microsecond=0)
        lead = make_story(at=at - timedelta(hours=9))
        Pin.objects.create(language="en", position=1, story=lead)
        make_story(at=at - timedelta(minutes=5))
        response = client.get("/en/")
        assert response.context["lead"] == lead
        assert response.context["newest"] == at - timedelta(minutes=5)

    def test_an_empty_paper_says_so(self, client):
        response = client.get("/fr/")
        assert response.status_code == 200
        assert response.context["lead"] is None

    def test_languages_keep_apart(self, client):
        make_story(headline="English only")
        assert "English only" not in text_of(client.get("/ar/"))

    def test_an_unknown_language_is_missing(self, client):
        assert client.get("/de/").status_code == 404

    @pytest.mark.parametrize("stories", [1, 3, 30])
    def test_it_costs_five_queries(self, client, django_assert_num_queries, stories):
        for number in range(stories):
            make_story(headline=f"Story {number}", picture=make_image().pk if number < 2 else None)
        with django_assert_num_queries(5):
            client.get("/en/")


class TestSectionPage:
    def test_it_shows_its_own_stories_and_those_of_sections_below(self, client):
        child = make_section({"en": ("Asia", "asia")}, parent=world())
        make_story(headline="In the child", section=child.pk)
        other = make_section({"en": ("Sport", "sport")})
        make_story(headline="Elsewhere", section=other.pk)
        page = text_of(client.get("/en/world/"))
        assert "In the child" in page
        assert "Elsewhere" not in page.split("<main")[1].split("</main>")[0]

    def test_pages_are_bounded_and_what_lies_beyond_is_missing(self, client):
        for number in range(21):
            make_story(headline=f"Story {number}")
        assert len(client.get("/en/world/?page=2").context["page_obj"].object_list) == 1
        for page in ("3", "0", "-1", "x", "99999999999999999999", "1.5"):
            assert client.get("/en/world/", {"page": page}).status_code == 404

    def test_an_unknown_section_is_missing(self, client):
        assert client.get("/en/nowhere/").status_code == 404

    def test_the_same_section_in_another_language_has_another_slug(self, client):
        world()
        assert client.get(f"/ar/{'العالم'}/").status_code == 200
        assert client.get("/ar/world/").status_code == 404

    @pytest.mark.parametrize("stories", [1, 3, 25])
    def test_its_queries_do_not_grow(self, client, django_assert_num_queries, stories):
        for number in range(stories):
            make_story(headline=f"Story {number}")
        with django_assert_num_queries(7):
            client.get("/en/world/")


class TestStoryPage:
    def test_it_carries_what_was_written(self, client):
        story = make_story(
            kicker="Ports",
            body_html="<p>Text with <strong>weight</strong>.</p>",
            agency="Agencies",
            topics=["Harbours"],
            bylines=[{"author": make_author().pk, "name": "", "role": "writer"}],
            picture=make_image().pk,
        )
        page = text_of(client.get(story.get_absolute_url()))
        for part in ("Ports", "<strong>weight</strong>", "(Agencies)", "Harbours", "Leila Haddad"):
            assert part in page
        assert 'alt="A harbour at dawn"' in page

    def test_a_wrong_section_or_slug_is_corrected_by_301(self, client):
        story = make_story()
        right = story.get_absolute_url()
        for address in (
            f"/en/elsewhere/{story.pk}/{story.slug}/",
            f"/en/world/{story.pk}/an-older-slug/",
        ):
            response = client.get(address + "?comments=2")
            assert (response.status_code, response["Location"]) == (301, right + "?comments=2")

    def test_an_arabic_address_answers_in_either_case_of_percent_encoding(self, client):
        story = make_story(language="ar", headline="الميناء يصحو")
        address = reverse("articles:story", args=["ar", "العالم", story.pk, story.slug])
        assert client.get(address).status_code == 200
        lower = re.sub("%[0-9A-F]{2}", lambda code: code.group().lower(), address)
        assert client.get(lower).status_code == 200

    def test_another_language_in_the_address_is_missing(self, client):
        story = make_story()
        assert client.get(f"/ar/{'العالم'}/{story.pk}/{story.slug}/").status_code == 404

    def test_translations_name_each_other(self, client):
        english = make_story()
        arabic = make_story(
            language="ar", headline="الميناء", translation_key=english.translation_key
        )
        make_draft(language="fr", headline="Le port", translation_key=english.translation_key)
        for story in (english, arabic):
            page = text_of(client.get(story.get_absolute_url()))
            alternates = dict(re.findall(r'hreflang="([\w-]+)" href="([^"]+)"', page))
            assert set(alternates) == {"ar", "en", "x-default"}
            assert alternates["en"].endswith(english.get_absolute_url())
            assert alternates["ar"].endswith(arabic.get_absolute_url())
            assert alternates["x-default"] == alternates["ar"]

    @pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("en", "ltr")])
    def test_language_and_direction_are_said(self, client, language, direction):
        page = text_of(client.get(make_story(language=language).get_absolute_url()))
        assert f'<html lang="{language}" dir="{direction}">' in page

    def test_json_ld_is_whole_and_cannot_be_broken_out_of(self, client):
        story = make_story(headline="</script><script>alert(1)</script>", picture=make_image().pk)
        page = text_of(client.get(story.get_absolute_url()))
        assert "<script>alert" not in page
        block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
        data = json.loads(block.group(1))
        assert data["@type"] == "NewsArticle"
        assert data["headline"] == "</script><script>alert(1)</script>"
        assert re.search(r"[+-]\d\d:\d\d$", data["datePublished"])
        assert data["image"][0].startswith("http://")

    def test_a_section_that_lost_its_name_breaks_no_address(self, client):
        story = make_story()
        story.section.translations.filter(language="en").delete()
        assert client.get("/en/").status_code == 200
        address = Story.objects.for_page().get(pk=story.pk).get_absolute_url()
        assert client.get(address).status_code == 200

    def test_what_became_a_static_page_is_found_at_its_old_address(self, client):
        story = make_story()
        workflow.save_draft(story, content(kind="page"), by=None)
        page = workflow.publish(story, by=None)
        response = client.get(story.get_absolute_url())
        assert (response.status_code, response["Location"]) == (301, page.get_absolute_url())

    def test_a_language_the_site_gave_up_is_not_linked(self, client, settings):
        story = make_story()
        make_story(language="fr", translation_key=story.translation_key)
        settings.LANGUAGES = [("en", "English"), ("ar", "العربية")]
        assert "/fr/" not in text_of(client.get(story.get_absolute_url()))

    def test_authors_without_a_name_in_its_language_cost_no_query(
        self, client, django_assert_max_num_queries
    ):
        names = [{"ar": f"كاتب {n}", "fr": f"Auteur {n}"} for n in range(3)]
        lines = [{"author": make_author(row).pk, "role": "writer"} for row in names]
        address = make_story(bylines=lines).get_absolute_url()
        with django_assert_max_num_queries(6):
            assert "<bdi>كاتب 2</bdi>" in text_of(client.get(address))

    def test_a_refused_comment_leaves_the_address_of_the_story(self, client):
        address = make_story().get_absolute_url()
        own = {"Sec-Fetch-Site": "same-origin"}
        page = text_of(client.post(f"{address}comments/", {"comment": ""}, headers=own))
        assert f'rel="canonical" href="http://127.0.0.1:8000{address}"' in page

    def test_a_missing_page_is_nobodys_canonical(self, client):
        page = text_of(client.get("/en/nothing/"))
        assert 'rel="canonical"' not in page
        assert 'href="/fr/"' in page

    def test_wrong_methods_are_refused(self, client):
        assert client.post(make_story().get_absolute_url()).status_code == 405

    @pytest.mark.parametrize("related", [0, 3])
    def test_it_costs_six_queries(self, client, django_assert_num_queries, related):
        author = make_author()
        line = {"author": author.pk, "name": "", "role": "writer"}
        story = make_story(bylines=[line, line], topics=["A", "B"], picture=make_image().pk)
        make_story(language="ar", translation_key=story.translation_key)
        for _number in range(related):
            make_story()
        address = story.get_absolute_url()
        with django_assert_num_queries(6):
            client.get(address)

    def test_the_main_picture_comes_first_and_others_when_they_are_near(self, client):
        image = make_image().pk
        make_story(picture=image, headline="Beside it")
        page = text_of(client.get(make_story(picture=image).get_absolute_url()))
        assert page.count('fetchpriority="high"') == 1
        assert 'loading="lazy"' in page


class TestSearch:
    @pytest.mark.parametrize("query", ["الامارات", "الإمارات", "الإِمَارَات", "الإمـارات"])
    def test_it_folds_arabic(self, client, query):
        make_story(language="ar", headline="الإمارات تفتح الميناء")
        response = client.get("/ar/search/", {"q": query})
        assert [story.headline for story in response.context["stories"]] == [
            "الإمارات تفتح الميناء"
        ]

    def test_every_word_must_be_there(self, client):
        make_story(headline="The harbour sleeps")
        assert client.get("/en/search/?q=harbour+sleeps").context["stories"]
        assert not client.get("/en/search/?q=harbour+wakes").context["stories"]

    @pytest.mark.parametrize("query", ["", " ", "%", "'\"; --", "\x00", "*", "a" * 5000, "<b>"])
    def test_odd_queries_find_nothing_and_break_nothing(self, client, query):
        make_story()
        response = client.get("/en/search/", {"q": query})
        assert response.status_code == 200
        assert "<b>" not in text_of(response).replace("<b></b>", "")


class TestLists:
    def test_topic_author_archive_and_page(self, client):
        author = make_author()
        line = {"author": author.pk, "name": "", "role": "writer"}
        story = make_story(topics=["Ports"], bylines=[line])
        slug = author.translations.get(language="en").slug
        stamp = timezone.localtime(story.published_at)
        for address in (
            "/en/topics/ports/",
            f"/en/authors/{slug}/",
            f"/en/archive/{stamp.year}/{stamp.month}/",
        ):
            assert story.headline in text_of(client.get(address))
        for address in ("/en/topics/none/", "/en/authors/none/", "/en/archive/2026/13/"):
            assert client.get(address).status_code == 404

    def test_the_archive_leads_to_the_months_beside_it_that_have_stories(self, client, settings):
        settings.TIME_ZONE = "Asia/Damascus"
        make_story(at=datetime(2023, 12, 31, 22, tzinfo=UTC))
        make_story(at=datetime(2024, 5, 3, tzinfo=UTC))
        make_story(at=datetime(2024, 9, 3, tzinfo=UTC))
        make_story(at=datetime(2024, 8, 3, tzinfo=UTC), language="ar")
        links = [
            re.findall(r'class="tool" href="(/en/archive/[^"]*)"', text_of(client.get(address)))
            for address in ("/en/archive/2024/5/", "/en/archive/2024/1/", "/en/archive/2024/9/")
        ]
        assert links == [
            ["/en/archive/2024/9/", "/en/archive/2024/1/"],
            ["/en/archive/2024/5/"],
            ["/en/archive/2024/5/"],
        ]

    def test_without_other_months_the_archive_leads_nowhere(self, client):
        stamp = timezone.localtime(make_story().published_at)
        page = text_of(client.get(f"/en/archive/{stamp.year}/{stamp.month}/"))
        assert 'class="pages"' not in page

    @pytest.mark.parametrize("zone", ["Asia/Damascus", "America/New_York"])
    def test_the_archive_ends_with_the_last_month_a_year_can_have(self, client, settings, zone):
        settings.TIME_ZONE = zone
        statuses = [client.get(f"/en/archive/{at}/").status_code for at in ("9998/12", "9999/12")]
        assert statuses == [200, 404]

    def test_the_archive_of_the_oldest_story_is_that_of_its_month_here(self, settings):
        settings.TIME_ZONE = "Asia/Damascus"
        story = make_story(at=datetime(2024, 4, 30, 22, tzinfo=UTC))
        page = Paginator([story] * 50, 1).page(50)
        assert _archive_url("en", page) == "/en/archive/2024/5/"

    @pytest.mark.parametrize("part", ["%00", "a%00b", "%01", "%7F"])
    def test_a_control_character_is_in_no_address(self, client, part):
        for place in ("", "topics/", "authors/", "pages/"):
            assert client.get(f"/en/{place}{part}/").status_code == 404
        assert client.get(f"/en/{part}/feed/").status_code == 404

    def test_of_two_static_pages_with_one_slug_the_newer_answers(self, client):
        pages = Section.objects.get(code="pages").pk
        for headline in ("Old", "New"):
            make_story(headline=headline, kind="page", section=pages, slug="about")
        assert "New" in text_of(client.get("/en/pages/about/"))

    def test_a_withdrawn_static_page_says_so(self, client):
        pages = Section.objects.get(code="pages")
        page = make_story(headline="About us", kind="page", section=pages.pk)
        workflow.withdraw(page, by=None, notice="We have moved.")
        response = client.get("/en/pages/about-us/")
        assert response.status_code == 410
        assert "We have moved." in text_of(response)

    def test_a_static_page_stands_in_no_list(self, client):
        pages = Section.objects.get(code="pages")
        page = make_story(headline="About us", kind="page", section=pages.pk)
        assert page.get_absolute_url() == "/en/pages/about-us/"
        assert "About us" in text_of(client.get("/en/pages/about-us/"))
        for address in ("/en/", "/en/feed/", "/en/search/?q=about"):
            assert "About us" not in text_of(client.get(address))


class TestOnePageForAllVisitors:
    @pytest.fixture
    def addresses(self):
        story = make_story()
        return [story.get_absolute_url(), "/en/", "/en/world/", "/en/feed/", "/en/search/?q=x"]

    def test_bytes_and_headers_do_not_depend_on_cookies(self, client, django_user_model, addresses):
        user = django_user_model.objects.create_superuser("edda", password="x")
        for address in addresses:
            client.logout()
            plain = client.get(address)
            client.force_login(user)
            signed_in = client.get(address)
            assert plain.content == signed_in.content
            for response in (plain, signed_in):
                assert not response.cookies
                assert "cookie" not in response.get("Vary", "").lower()

    def test_a_spoiled_token_cookie_changes_nothing(self, client, addresses):
        for address in addresses:
            client.cookies.clear()
            plain = client.get(address)
            client.cookies["csrftoken"] = "no token"
            spoiled = client.get(address)
            assert (spoiled.status_code, spoiled.content) == (200, plain.content)
            assert not spoiled.cookies

    def test_cache_headers_are_those_of_the_contract(self, client, addresses):
        for address in addresses:
            parts = client.get(address)["Cache-Control"].split(", ")
            assert {"public", "max-age=0", "must-revalidate", "s-maxage=1"} == set(parts)

    def test_a_known_page_is_answered_with_304(self, client, addresses):
        for address in addresses:
            etag = client.get(address)["ETag"]
            assert etag.startswith('"')
            again = client.get(address, headers={"If-None-Match": etag})
            assert (again.status_code, again.content) == (304, b"")

    def test_the_next_reader_sees_what_was_just_published(self, client):
        story = make_story(headline="Before")
        client.get(story.get_absolute_url())
        workflow.save_draft(story, content(headline="After"), by=None)
        workflow.publish(story, by=None)
        page = client.get(Story.objects.get(pk=story.pk).get_absolute_url(), follow=True)
        assert "After" in text_of(page)

    def test_the_policy_allows_nothing_inline(self, client, addresses):
        for address in addresses:
            policy = client.get(address)["Content-Security-Policy"]
            assert "unsafe" not in policy
            assert "nonce" not in policy
            assert "default-src 'none'" in policy


class TestFeed:
    def test_dates_are_english_in_an_arabic_feed(self, client):
        make_story(language="ar", headline="الميناء")
        feed = text_of(client.get("/ar/feed/"))
        assert re.search(r"<pubDate>\w{3}, \d{2} [A-Z][a-z]{2} \d{4} ", feed)
        assert "<language>ar</language>" in feed
        assert "الميناء" in feed

    def test_a_control_character_in_an_old_row_does_not_stop_it(self, client):
        story = make_story(bylines=[{"name": "Guest", "role": "writer"}])
        Story.objects.filter(pk=story.pk).update(headline="Be\x01ll", standfirst="A\ufffe")
        story.bylines.update(name="Gu\x1best")
        story.section.translations.update(name="Wo\x08rld")
        feed = fromstring(client.get("/en/world/feed/").content)
        assert [item.text for item in feed.iter("title")][1:] == ["Bell"]

    def test_an_item_keeps_its_name_when_its_address_changes(self, client):
        story = make_story()
        before = re.search("<guid.*</guid>", text_of(client.get("/en/feed/"))).group()
        workflow.save_draft(story, content(slug="another-slug"), by=None)
        workflow.publish(story, by=None)
        assert before in text_of(client.get("/en/feed/"))

    def test_a_closed_story_offers_no_comments(self, client):
        make_story(comments_open=False)
        assert "<comments>" not in text_of(client.get("/en/feed/"))

    @pytest.mark.parametrize("stories", [1, 3])
    def test_its_queries_do_not_grow(self, client, django_assert_num_queries, stories):
        for number in range(stories):
            line = {"author": make_author().pk, "name": "", "role": "writer"}
            make_story(headline=f"Story {number}", bylines=[line])
        with django_assert_num_queries(4):
            client.get("/en/feed/")
