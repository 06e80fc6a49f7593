"""What moderators see marked in a text, and that nothing of it becomes markup."""

import pytest
from django.urls import reverse

from comments import posting, rules
from comments.admin.marks import EXCERPT, excerpt, marked, tidy
from comments.models import Comment, Rule
from tests.factories import make_comment

HOSTILE = '<img src=x onerror="boom()"> & <b>'


def test_marks_and_escapes():
    text = f"{HOSTILE} boat {HOSTILE}"
    at = text.index("boat")
    shown = marked(text, [(at, at + 4)])
    assert "<mark>boat</mark>" in shown
    assert shown.count("&lt;img") == 2
    assert "<img" not in shown


def test_a_marked_tag_stays_text():
    assert marked("a<b>c", [(1, 4)]) == "a<mark>&lt;b&gt;</mark>c"


def test_spans_that_touch_are_one():
    assert tidy([[5, 9], [0, 3], [2, 4], [9, 10]]) == [(0, 4), (5, 10)]


class TestExcerpt:
    def of(self, body: str, *spans: list[int], **fields) -> str:
        reasons = [{"screen": "words", "span": span} for span in spans]
        return excerpt(Comment(body=body, reasons=reasons, **fields))

    def test_short_text(self):
        assert self.of("a boat", [2, 6]) == "a <mark>boat</mark>"

    def test_a_mark_far_into_the_text_is_shown(self):
        body = "x" * 1000 + " boat " + "y" * 1000
        shown = self.of(body, [1001, 1005])
        assert shown.startswith("…x")
        assert "<mark>boat</mark>" in shown
        assert shown.endswith("y…")
        assert len(shown) < EXCERPT + 30

    def test_a_mark_longer_than_the_excerpt_is_cut(self):
        assert self.of("z" * 500, [0, 500]).count("z") == EXCERPT

    def test_an_edited_text_has_none(self, db):
        assert "<mark>" not in self.of("a boat", [2, 6], edited_at=posting.timezone.now())

    def test_places_beyond_the_text_do_no_harm(self):
        assert self.of("abc", [2, 90], [95, 99]) == "ab<mark>c</mark>"


@pytest.mark.django_db
def test_b9_queue_and_page_show_the_reason_and_the_mark(client, story, mona):
    value, key = rules.settle("word", "boat")
    Rule.objects.create(action="hold", value=value, key=key)
    comment = posting.post(
        story, name="Rex", email="rex@example.org", body="A <b>big</b> boat,\nhttps://x.example"
    )
    make_comment(story, status="pending", body="Nothing here")
    client.force_login(mona)
    own = reverse("admin:comments_comment_change", args=[comment.pk])
    for address in (reverse("admin:comments_comment_changelist"), own):
        page = client.get(address).content.decode()
        assert "A &lt;b&gt;big&lt;/b&gt; <mark>boat</mark>," in page
        assert "word of a rule: \u2068boat\u2069" in page
