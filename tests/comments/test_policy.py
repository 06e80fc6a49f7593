"""Stories that take no comments, or whose comments are all held (B3, B29, B30, B087–B089)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles.site import rebuild, site_in
from comments import policy, posting
from comments.models import Comment, Policy, StoryPolicy
from tests.factories import make_section, make_story

pytestmark = pytest.mark.django_db
FEED = "/en/feed/"


def set_policy(**fields) -> Policy:
    row, _made = Policy.objects.update_or_create(language="en", defaults=fields)
    return row


def old_story(days: int, **fields):
    return make_story(at=timezone.now() - timedelta(days=days), **fields)


class TestStop:
    def test_b30_stop_refuses_and_keeps_the_words(self, client, send, story):
        set_policy(is_stopped=True, stop_message="Back on <b>Monday</b>.")
        answer = send(story, comment="Bait words")
        page = answer.content.decode()
        assert answer.status_code == 403
        assert "Back on &lt;b&gt;Monday&lt;/b&gt;." in page
        assert "readonly>\nBait words</textarea>" in page
        assert 'id="commentform"' not in page
        assert not Comment.objects.exists()

    def test_b30_the_page_says_why_there_is_no_form(self, client, story):
        set_policy(is_stopped=True, stop_message="Back on Monday.")
        page = client.get(story.get_absolute_url()).content.decode()
        assert "Back on Monday." in page.split('id="respond"')[1]
        assert 'id="commentform"' not in page

    def test_b30_stop_without_a_message_has_one(self, client, story):
        set_policy(is_stopped=True)
        page = client.get(story.get_absolute_url()).content.decode()
        assert "takes no comments at present" in page

    def test_other_languages_go_on(self, send):
        set_policy(is_stopped=True)
        assert send(make_story(language="ar")).status_code == 303

    def test_lifted_it_is_as_before(self, client, send, story):
        set_policy(is_stopped=True)
        set_policy(is_stopped=False)
        assert send(story).status_code == 303
        set_policy(is_stopped=True).delete()
        assert 'id="commentform"' in client.get(story.get_absolute_url()).content.decode()

    def test_a_change_of_the_navigation_does_not_lift_it(self, story):
        set_policy(is_stopped=True)
        rebuild()
        assert policy.why_closed(story, site_in("en")).code == "stopped"


class TestAge:
    def test_b29_b088_old_stories_close(self, send):
        set_policy(close_after_days=30, closed_message="Write to the editor instead.")
        answer = send(old_story(31))
        assert answer.status_code == 403
        assert "Write to the editor instead." in answer.content.decode()
        assert send(old_story(29)).status_code == 303

    def test_b29_without_a_number_they_stay_open(self, send):
        set_policy(close_after_days=None)
        assert send(old_story(4000)).status_code == 303

    def test_b089_message_below_a_story_closed_by_hand(self, client):
        story = make_story(comments_open=False)
        assert "comments-closed" not in client.get(story.get_absolute_url()).content.decode()
        set_policy(closed_message="Write to the editor instead.")
        assert "Write to the editor" in client.get(story.get_absolute_url()).content.decode()


def test_closed_threads_offer_no_reply(client, story):
    posting.post(story, name="A", email="a@example.org", body="One", ip=None)
    Comment.objects.update(status="approved")
    assert "comment-reply-link" in client.get(story.get_absolute_url()).content.decode()
    set_policy(is_stopped=True)
    assert "comment-reply-link" not in client.get(story.get_absolute_url()).content.decode()


def test_feeds_name_the_form_only_while_it_is_open(client):
    story = old_story(10)
    assert f"{story.get_absolute_url()}#respond" in client.get(FEED).content.decode()
    for fields in ({"close_after_days": 5}, {"is_stopped": True, "close_after_days": None}):
        set_policy(**fields)
        assert "#respond" not in client.get(FEED).content.decode()


def test_pages_pay_nothing_for_it(client, story, django_assert_num_queries):
    address = story.get_absolute_url()
    with django_assert_num_queries(6):
        client.get(address)
    set_policy(close_after_days=30)
    with django_assert_num_queries(6):
        client.get(address)


class TestPremoderation:
    def status(self, story, **fields) -> tuple[str, list[str]]:
        data = {"name": "Rex", "email": "rex@example.org", "body": "I saw it.", "browser": "b"}
        comment = posting.post(story, **data | fields)
        return comment.status, [reason["screen"] for reason in comment.reasons]

    @pytest.fixture(autouse=True)
    def nobody_is_new(self, settings):
        settings.COMMENT_TRUST_AFTER = 0

    def test_nothing_is_held_without_a_policy(self, story):
        assert self.status(story) == ("approved", [])

    def test_b3_a_language(self, story):
        set_policy(premoderate=True)
        assert self.status(story) == ("pending", ["hold_site"])
        assert self.status(make_story(language="ar"))[0] == "approved"

    @pytest.mark.parametrize("depth", [0, 1, 3])
    def test_b3_a_section_and_what_stands_under_it(self, depth):
        top = section = make_section()
        for number in range(depth):
            section = make_section({"en": (f"S{number}", f"s{number}")}, parent=section)
        set_policy().premoderated_sections.add(top)
        assert self.status(make_story(section=section.pk)) == ("pending", ["hold_section"])

    def test_b3_sections_above_and_beside_are_free(self):
        top = make_section()
        held = make_section({"en": ("Held", "held")}, parent=top)
        set_policy().premoderated_sections.add(held)
        assert self.status(make_story(section=top.pk))[0] == "approved"
        Policy.objects.get(language="ar").premoderated_sections.add(top)
        assert self.status(make_story(section=top.pk, headline="Else"))[0] == "approved"

    def test_b3_a_story(self, story):
        StoryPolicy.objects.create(story=story, premoderate=True)
        assert self.status(story) == ("pending", ["hold_story"])
        StoryPolicy.objects.update(premoderate=False)
        assert self.status(story, body="Again")[0] == "approved"

    def test_b083_moderators_are_not_held(self, story, mona):
        set_policy(premoderate=True)
        assert self.status(story, user=mona) == ("approved", [])

    def test_it_costs_one_query(self, story, django_assert_num_queries):
        set_policy(premoderate=True)
        with django_assert_num_queries(1):
            policy.holds_all(story)


def test_a_change_by_the_desk_is_seen_by_the_next_page_and_the_next_comment(client, send, story):
    """No process keeps a policy: the row of the edition is read with every page."""
    for is_stopped in (True, False, True):
        set_policy(is_stopped=is_stopped)
        page = client.get(story.get_absolute_url()).content.decode()
        assert ('id="commentform"' in page) == (not is_stopped)
        answer = send(story, comment=f"Text {is_stopped}")
        assert answer.status_code == (403 if is_stopped else 303)
