"""The feeds: RSS 2.0 that every reader's program takes, in every language."""

from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from defusedxml.ElementTree import fromstring
from django.utils import timezone

from articles import workflow
from articles.models import Story
from articles.site import absolute
from tests.factories import (
    content,
    make_author,
    make_comment,
    make_draft,
    make_image,
    make_story,
    world,
)
from tests.feeds import MEDIA, faults

pytestmark = pytest.mark.django_db


def feed_at(client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/rss+xml; charset=utf-8"
    return fromstring(response.content)


def make_odd_stories() -> None:
    make_story(
        language="ar",
        headline="«ميناء» <b>الغد</b> & C++ \u2067RTL",
        standfirst="5 < 6 & 7",
        picture=make_image().pk,
        bylines=[{"author": make_author().pk, "name": "", "role": "writer"}],
    )
    make_story(language="ar", headline="بلا صورة", comments_open=False)
    workflow.publish(make_story(language="ar", headline="معدّل"), by=None)


class TestEveryFeedIsValid:
    def test_in_arabic_with_all_there_can_be(self, client):
        make_odd_stories()
        for address in ("/ar/feed/", "/ar/العالم/feed/"):
            response = client.get(address)
            assert faults(response.content, absolute(address)) == []

    @pytest.mark.parametrize("language", ["ar", "en", "fr"])
    def test_an_empty_one(self, client, language):
        address = f"/{language}/feed/"
        first = client.get(address)
        assert faults(first.content, absolute(address)) == []
        assert client.get(address)["ETag"] == first["ETag"]

    def test_those_of_comments(self, client):
        story = make_story(language="ar", headline="الميناء")
        make_comment(story, name="Rex \u2066", body="<b>5 < 6</b>")
        for address in ("/ar/comments/feed/", f"{story.get_absolute_url()}comments/feed/"):
            response = client.get(address)
            assert faults(response.content, absolute(address)) == []

    def test_the_check_finds_what_is_wrong(self):
        feed = b"""<rss version="2.0"><channel><title>A</title><link>/en/</link>
            <description/><language>en</language><lastBuildDate>27 nov. 2026</lastBuildDate>
            <item><title>B</title><link>http://a/b</link><guid>same</guid></item>
            <item><title>C</title><link>http://a/c</link><guid>same</guid></item>
            </channel></rss>"""
        found = faults(feed, "http://a/feed/")
        for fault in ("no description", "a link that is not absolute", "a guid stands twice"):
            assert fault in found
        assert any("lastBuildDate" in fault for fault in found)
        assert any("no pubDate" in fault for fault in found)


class TestWhatItSays:
    def test_markup_in_a_text_is_text_to_whoever_reads_html(self, client):
        make_odd_stories()
        descriptions = [row.text for row in feed_at(client, "/ar/feed/").iter("description")]
        assert "5 &lt; 6 &amp; 7" in descriptions

    def test_a_title_turns_nothing_that_follows_it(self, client):
        make_odd_stories()
        titles = [row.text for row in feed_at(client, "/ar/feed/").iter("title")]
        assert "«ميناء» <b>الغد</b> & C++ RTL" in titles

    def test_names_in_the_title_of_a_section_stand_apart(self, client):
        world()
        title = feed_at(client, "/ar/العالم/feed/").findtext("channel/title")
        assert title.startswith("\u2068العالم\u2069 – \u2068")

    def test_a_picture_comes_with_size_and_credit(self, client):
        make_story(picture=make_image(width=1600, height=1000).pk)
        picture = feed_at(client, "/en/feed/").find(f"channel/item/{MEDIA}content")
        assert (picture.get("width"), picture.get("height")) == ("768", "432")
        assert picture.findtext(f"{MEDIA}credit") == "Newsroom"
        assert client.get(picture.get("url").removeprefix(absolute(""))).status_code == 200

    def test_it_was_built_when_the_newest_word_was_given(self, client):
        story = make_story(at=timezone.now() - timedelta(days=2))
        before = feed_at(client, "/en/feed/").findtext("channel/lastBuildDate")
        assert parsedate_to_datetime(before) == story.published_at.replace(microsecond=0)
        workflow.correct(story, grade="correction", by=None, text="Three boats, not two.")
        after = feed_at(client, "/en/feed/").findtext("channel/lastBuildDate")
        assert timezone.now() - parsedate_to_datetime(after) < timedelta(minutes=1)

    def test_it_is_bounded(self, client):
        for number in range(33):
            make_story(headline=f"Story {number}")
        assert len(feed_at(client, "/en/feed/").findall("channel/item")) == 30


class TestItFollows:
    """What the desk does shows at the next request, and a known feed is a short answer."""

    def headlines(self, client):
        return [row.text for row in feed_at(client, "/en/feed/").findall("channel/item/title")]

    def test_publish_edit_withdraw(self, client):
        draft = make_draft(headline="First words")
        assert self.headlines(client) == []
        story = workflow.publish(draft, by=None)
        assert self.headlines(client) == ["First words"]
        workflow.save_draft(story, content(headline="Other words"), by=None)
        assert self.headlines(client) == ["First words"]
        workflow.publish(story, by=None)
        assert self.headlines(client) == ["Other words"]
        workflow.withdraw(Story.objects.get(pk=story.pk), by=None, notice="Gone.")
        assert self.headlines(client) == []

    def test_a_known_feed_is_answered_with_304_until_something_changes(self, client):
        story = make_story()
        etag = client.get("/en/feed/")["ETag"]
        known = {"If-None-Match": etag}
        assert client.get("/en/feed/", headers=known).status_code == 304
        workflow.correct(story, grade="correction", by=None, text="Three boats, not two.")
        assert client.get("/en/feed/", headers=known).status_code == 200
