"""RSS of comments: of a story, and of a language (B091, B095, B099)."""

from datetime import timedelta
from xml.etree.ElementTree import fromstring

import pytest
from django.utils import timezone

from articles import workflow
from comments import moderation
from comments.models import Comment
from tests.factories import make_comment, make_draft, make_story, make_user

pytestmark = pytest.mark.django_db


def feeds_of(story) -> list[str]:
    return [f"/{story.language}/comments/feed/", f"{story.get_absolute_url()}comments/feed/"]


def items(answer) -> list[dict[str, str]]:
    assert answer.status_code == 200
    return [
        {child.tag.rpartition("}")[2]: child.text or "" for child in item}
        for item in fromstring(answer.content).iter("item")  # noqa: S314
    ]


class TestItems:
    @pytest.mark.parametrize("which", [0, 1])
    def test_tell_who_wrote_what_where_and_when(self, client, story, which):
        at = timezone.now() - timedelta(hours=3)
        comment = make_comment(story, name="Ann & Ben", body="One <b>\n\nhttps://a.example", at=at)
        answer = client.get(feeds_of(story)[which])
        (item,) = items(answer)
        assert item["title"] == "\u2068Ann & Ben\u2069 on \u2068The harbour wakes\u2069"
        assert item["description"] == comment.body_html
        assert item["creator"] == "Ann & Ben"
        assert item["link"].endswith(f"{story.get_absolute_url()}comments/{comment.pk}/")
        assert client.get(item["link"]).status_code == 302
        assert answer["Content-Type"].startswith("application/rss+xml")

    @pytest.mark.parametrize("which", [0, 1])
    def test_dates_are_english_and_names_isolated_in_arabic(self, client, which):
        story = make_story(language="ar", headline="الميناء")
        at = timezone.now().replace(month=3, day=5)
        make_comment(story, name="John", at=at)
        (item,) = items(client.get(feeds_of(story)[which]))
        assert item["pubDate"].split()[2] == "Mar"
        assert "\u2068John\u2069" in item["title"]

    def test_newest_first_and_bounded(self, client, story, monkeypatch):
        monkeypatch.setattr("comments.feeds.ITEMS", 2)
        start = timezone.now() - timedelta(hours=1)
        made = [make_comment(story, at=start + timedelta(minutes=n)).pk for n in range(3)]
        for address in feeds_of(story):
            links = [item["link"] for item in items(client.get(address))]
            assert [link.split("/")[-2] for link in links] == [str(made[2]), str(made[1])]

    def test_control_characters_do_not_stop_the_feed(self, client, story):
        comment = make_comment(story, name="A\x0bB")
        Comment.objects.filter(pk=comment.pk).update(body_html="<p>a\x0cb</p>")
        assert items(client.get(feeds_of(story)[1]))[0]["creator"] == "AB"


class TestPrivacy:
    def test_b091_only_what_readers_see(self, client, story):
        for status in ("pending", "spam", "trash"):
            make_comment(story, status=status, body="Bait text")
        for address in feeds_of(story):
            assert items(client.get(address)) == []

    def test_b095_no_address(self, client, story):
        make_comment(story, email="canary@mail.example", ip="198.51.100.0")
        for address in feeds_of(story):
            answer = client.get(address).content.decode()
            assert "canary" not in answer
            assert "198.51" not in answer

    def test_b099_comments_of_what_is_not_public(self, client, story):
        make_comment(story, body="Bait text")
        workflow.withdraw(story, by=make_user("edda", "Editor"), notice="Wrong.")
        feed, own = feeds_of(story)
        assert items(client.get(feed)) == []
        assert client.get(own).status_code in (404, 410)
        draft = make_draft(headline="A draft")
        assert client.get(f"/en/world/{draft.pk}/x/comments/feed/").status_code == 404

    def test_other_languages_have_their_own(self, client, story):
        make_comment(story)
        assert items(client.get("/ar/comments/feed/")) == []


class TestAnswer:
    @pytest.mark.parametrize("which", [0, 1])
    def test_is_cookie_free_and_conditional(self, client, story, mona, which):
        make_comment(story)
        address = feeds_of(story)[which]
        first = client.get(address)
        assert not first.cookies
        assert "public" in first["Cache-Control"]
        again = client.get(address, headers={"If-None-Match": first["ETag"]})
        assert again.status_code == 304
        moderation.hold(story.comments.get(), by=mona)
        changed = client.get(address, headers={"If-None-Match": first["ETag"]})
        assert changed.status_code == 200

    @pytest.mark.parametrize("which", [0, 1])
    def test_costs_the_same_with_1_and_with_3(
        self, client, story, which, django_assert_num_queries
    ):
        address = feeds_of(story)[which]
        make_comment(story)
        with django_assert_num_queries(2):
            client.get(address)
        for _ in range(2):
            make_comment(make_story(headline="Another") if not which else story)
        with django_assert_num_queries(2):
            client.get(address)

    def test_only_read(self, client, story):
        assert client.post(feeds_of(story)[0]).status_code == 405

    def test_story_page_names_it(self, client, story):
        page = client.get(story.get_absolute_url()).content.decode()
        assert f'href="{story.get_absolute_url()}comments/feed/"' in page.split("</head>")[0]
