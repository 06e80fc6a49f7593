"""JSON-LD as it stands in real pages: NewsArticle, the way to a page, the paper itself."""

import json
import re
from datetime import datetime
from io import BytesIO

import pytest
from PIL import Image as Pillow

from articles import workflow
from articles.models import Edition, MenuItem, Story
from articles.site import absolute
from tests.factories import (
    content,
    make_author,
    make_comment,
    make_image,
    make_section,
    make_story,
)

pytestmark = pytest.mark.django_db


def blocks(client, address: str) -> dict[str, dict]:
    """The JSON-LD of a page, by type."""
    page = client.get(address).content.decode()
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    read = [json.loads(text) for text in found]
    assert all(block["@context"] == "https://schema.org" for block in read)
    return {block["@type"]: block for block in read}


def article(client, story) -> dict:
    return blocks(client, Story.objects.get(pk=story.pk).get_absolute_url())["NewsArticle"]


def size_of(client, url: str) -> tuple[int, int]:
    response = client.get(url.removeprefix(absolute("")))
    assert response.status_code == 200
    return Pillow.open(BytesIO(response.getvalue())).size


class TestNewsArticle:
    def test_it_tells_whose_it_is_and_what(self, client):
        author = make_author()
        lines = [
            {"author": author.pk, "name": "", "role": "writer"},
            {"author": None, "name": "A guest", "role": "reporter"},
            {"author": None, "name": "A translator", "role": "translator"},
        ]
        data = article(client, make_story(bylines=lines))
        url = absolute(author.translations.get(language="en").get_absolute_url())
        assert data["author"] == [
            {"@type": "Person", "name": "Leila Haddad", "url": url},
            {"@type": "Person", "name": "A guest"},
        ]
        assert data["translator"] == [{"@type": "Person", "name": "A translator"}]
        assert data["headline"] == "The harbour wakes"
        assert data["articleSection"] == "World"
        assert data["inLanguage"] == "en"
        assert data["isAccessibleForFree"] is True

    def test_without_a_name_the_agency_or_the_paper_wrote_it(self, client):
        agency = article(client, make_story(agency="An agency"))
        assert agency["author"] == [{"@type": "Organization", "name": "An agency"}]
        paper = article(client, make_story())
        assert paper["author"][0]["name"] == paper["publisher"]["name"]

    @pytest.mark.usefixtures("sets_arabic")
    def test_the_publisher_has_a_logo_that_answers(self, client):
        edition = Edition.objects.get(language="en")
        MenuItem.objects.create(
            edition=edition, place="social", label="X", url="https://x.example/paper"
        )
        publisher = article(client, make_story())["publisher"]
        assert publisher["url"] == absolute("/en/")
        assert publisher["sameAs"] == ["https://x.example/paper"]
        logo = publisher["logo"]
        assert size_of(client, logo["url"]) == (logo["width"], logo["height"])

    def test_pictures_come_in_three_shapes(self, client):
        urls = article(client, make_story(picture=make_image(width=1600, height=1300).pk))["image"]
        ratios = [width / height for width, height in (size_of(client, url) for url in urls)]
        assert ratios == [pytest.approx(r, abs=0.01) for r in (16 / 9, 4 / 3, 1)]
        assert all(size_of(client, url)[0] == 1200 for url in urls)
        assert "image" not in article(client, make_story())

    def test_dates_have_an_offset_and_follow_edits_and_corrections(self, client):
        story = make_story()

        def dates() -> tuple[datetime, datetime]:
            data = article(client, story)
            found = [
                datetime.fromisoformat(data[name]) for name in ("datePublished", "dateModified")
            ]
            assert all(moment.tzinfo for moment in found)
            return found[0], found[1]

        published, modified = dates()
        assert published == modified == story.published_at
        workflow.save_draft(story, content(standfirst="Later words."), by=None)
        assert dates() == (published, modified)
        edited = workflow.publish(story, by=None).updated_at
        assert dates() == (published, edited)
        corrected = workflow.correct(story, grade="correction", by=None, text="Three, not two.").at
        assert dates() == (published, corrected)
        assert corrected > edited > published
        correction = article(client, story)["correction"][0]
        assert correction["@type"] == "CorrectionComment"
        assert correction["text"] == "Three, not two."

    def test_it_counts_public_comments(self, client):
        story = make_story()
        make_comment(story)
        make_comment(story, status="pending", name="Otto", email="otto@example.org")
        assert article(client, story)["commentCount"] == 1

    def test_an_opinion_says_so(self, client):
        story = make_story(kind="opinion")
        assert set(blocks(client, story.get_absolute_url())) == {
            "OpinionNewsArticle",
            "BreadcrumbList",
        }

    @pytest.mark.parametrize(
        "words", ["</script><script>alert(1)</script>", "<!--<script>", "a & b"]
    )
    def test_nothing_in_it_ends_the_block(self, client, words):
        section = make_section({"en": (words[:80], "odd")}).pk
        guest = {"author": None, "name": words, "role": "writer"}
        story = make_story(headline=words, standfirst=words, section=section, bylines=[guest])
        page = client.get(story.get_absolute_url()).content.decode()
        assert "<script>alert" not in page
        found = blocks(client, story.get_absolute_url())
        assert found["NewsArticle"]["headline"] == words
        assert found["NewsArticle"]["author"][0]["name"] == words
        assert found["BreadcrumbList"]["itemListElement"][-1]["name"] == words

    def test_a_name_turns_nothing_that_follows_it(self, client):
        story = make_story()
        Story.objects.filter(pk=story.pk).update(headline="The \u202eharbour\u2067")
        assert article(client, story)["headline"] == "The harbour"

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            (f"{'a ' * 146}\u2068Leila {'b' * 50}\u2069", f"{'a ' * 146}Leila…"),
            ("👨‍👩‍👧‍👦" * 60, "👨‍👩‍👧‍👦" * 42 + "…"),
            ("The \u202eharbour", "The harbour"),
        ],
    )
    def test_a_description_is_cut_between_letters_and_turns_nothing(self, client, text, shown):
        story = make_story()
        Story.objects.filter(pk=story.pk).update(standfirst=text)
        assert article(client, story)["description"] == shown

    def test_the_policy_lets_none_of_it_run(self, client):
        policy = client.get(make_story().get_absolute_url())["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "script-src 'self';" in policy


class TestBreadcrumbs:
    def names(self, client, address: str) -> list[str]:
        items = blocks(client, address)["BreadcrumbList"]["itemListElement"]
        assert [item["position"] for item in items] == list(range(1, len(items) + 1))
        for item in items:
            if "item" in item:
                assert client.get(item["item"].removeprefix(absolute(""))).status_code == 200
        return [item["name"] for item in items]

    def test_lead_from_the_front_page_through_every_section_above(self, client):
        top = make_section({"en": ("World", "world")})
        middle = make_section({"en": ("Asia", "asia")}, parent=top)
        bottom = make_section({"en": ("Ports", "ports")}, parent=middle)
        story = make_story(section=bottom.pk)
        way = ["Newsroom", "World", "Asia", "Ports"]
        assert self.names(client, story.get_absolute_url()) == [*way, "The harbour wakes"]
        assert self.names(client, "/en/ports/") == way
        assert self.names(client, "/en/world/") == ["Newsroom", "World"]

    def test_a_section_that_lost_its_name_leaves_no_empty_heading(self, client):
        stories = [make_story(), make_story()]
        stories[0].section.translations.all().delete()
        found = Story.objects.with_section().get(pk=stories[0].pk)
        page = client.get(found.get_absolute_url()).content.decode()
        assert 'id="related"' in page
        assert '<span class="bar-name"></span>' not in page

    def test_a_section_that_lost_its_name_is_left_out(self, client):
        story = make_story()
        story.section.translations.filter(language="en").delete()
        address = Story.objects.for_page().get(pk=story.pk).get_absolute_url()
        assert self.names(client, address) == ["Newsroom", "The harbour wakes"]


def test_the_front_page_tells_whose_the_site_is_and_where_it_is_searched(client):
    data = blocks(client, "/ar/")["WebSite"]
    assert (data["url"], data["inLanguage"]) == (absolute("/ar/"), "ar")
    template = data["potentialAction"]["target"]["urlTemplate"]
    assert template == absolute("/ar/search/?q=") + "{words}"
    assert client.get("/ar/search/?q=words").status_code == 200
