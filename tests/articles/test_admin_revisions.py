"""Revisions compared and restored; the preview."""

import pytest
from django.urls import reverse

from articles import workflow
from articles.models import Story
from tests.articles import desk
from tests.factories import make_draft, make_image, make_story, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def edda(client):
    client.force_login(make_user("edda", "Editor", interface_language="en", first_name="Edda"))
    return client


def url_of(story, name):
    return reverse(f"admin:articles_story_{name}", args=[story.pk])


class TestRevisions:
    def test_the_last_two_are_compared_word_by_word(self, edda):
        story = make_story(language="ar", body_html="<p>وصل القارب الأول</p>")
        desk.save(edda, story, body_html="<p>وصل القارب الثاني</p>")
        page = edda.get(url_of(story, "revisions")).content.decode()
        assert 'class="diff" dir="rtl" lang="ar"' in page
        assert "<del>الأول</del><ins>الثاني</ins>" in page
        assert "<bdi>Edda</bdi>" in page
        assert "live" in page

    def test_where_there_is_one_alone_nobody_is_asked_to_choose(self, edda):
        page = edda.get(url_of(make_draft(), "revisions")).content.decode()
        assert "This is the only version so far." in page
        assert 'type="radio"' not in page

    def test_any_two_are_compared(self, edda):
        story = make_draft(kicker="One")
        first = workflow.head(story)
        for kicker in ("Two", "Three"):
            desk.save(edda, story, kicker=kicker)
        last = workflow.head(story)
        page = edda.get(url_of(story, "revisions"), {"old": first.pk, "new": last.pk})
        assert "<del>One</del><ins>Three</ins>" in page.content.decode()

    def test_markup_in_a_text_is_shown_and_not_run(self, edda):
        story = make_draft(kicker="<b>")
        desk.save(edda, story, kicker="<i onclick=x>")
        page = edda.get(url_of(story, "revisions")).content.decode()
        assert "&lt;i" in page
        assert "<i onclick" not in page

    def test_revisions_of_another_story_are_none_of_this(self, edda):
        story, other = make_draft(), make_draft(kicker="Secret of another")
        head = workflow.head(other)
        query = {"old": head.pk, "new": head.pk}
        page = edda.get(url_of(story, "revisions"), query).content.decode()
        assert "Secret" not in page
        answer = edda.post(url_of(story, "restore"), {"revision": head.pk})
        assert answer.status_code == 404

    def test_restoring_is_a_post(self, edda):
        assert edda.get(url_of(make_draft(), "restore")).status_code == 405

    def test_restoring_is_for_those_who_may_write(self, client):
        rosa = make_user("rosa", "Reporter", interface_language="en")
        story = make_story(kicker="One", by=rosa)
        first = workflow.head(story)
        workflow.save_draft(story, first.content | {"kicker": "Two"}, by=None)
        client.force_login(rosa)
        answer = client.post(url_of(story, "restore"), {"revision": first.pk}, follow=True)
        assert "You may not change this story" in desk.messages(answer)
        assert workflow.head(story).content["kicker"] == "Two"

    @pytest.mark.parametrize("number", [2, 8])
    def test_the_same_questions_for_any_number(self, edda, number, django_assert_num_queries):
        story = make_draft()
        for place in range(number):
            desk.save(edda, story, kicker=f"Kicker {place}")
        with django_assert_num_queries(15):
            edda.get(url_of(story, "revisions"))

    def test_django_history_leads_here(self, edda):
        story = make_draft()
        assert edda.get(url_of(story, "history")).url == url_of(story, "revisions")


class TestPreview:
    def test_the_head_on_the_readers_page_in_its_language(self, edda):
        story = make_draft(
            language="ar",
            headline="عنوان المسودة",
            body_html="<p>نص</p>",
            picture=make_image().pk,
            topics=["بحر"],
            bylines=[{"author": None, "name": "ضيف", "role": "writer"}],
        )
        response = edda.get(url_of(story, "preview"))
        page = response.content.decode()
        assert '<html lang="ar" dir="rtl">' in page
        for word in ("عنوان المسودة", "بحر", "ضيف", "A harbour at dawn"):
            assert word in page

    def test_its_bar_speaks_to_the_editor(self, edda):
        page = edda.get(url_of(make_draft(language="ar"), "preview")).content.decode()
        bar = page[page.index('class="preview-bar"') :].split("</p>")[0]
        assert 'lang="en" dir="ltr"' in bar
        assert "Back to the story" in bar

    def test_nothing_keeps_it_and_nothing_can_be_sent(self, edda):
        response = edda.get(url_of(make_draft(), "preview"))
        assert "private, no-store" in response["Cache-Control"]
        assert "noindex" in response["X-Robots-Tag"]
        assert "form-action 'none'" in response["Content-Security-Policy"]

    def test_a_static_page_has_one_too(self, edda):
        desk.add(edda, headline="About us", kind="page", body_html="<p>We print.</p>")
        story = Story.objects.get(kind="page")
        assert "We print." in edda.get(url_of(story, "preview")).content.decode()

    def test_it_is_not_public(self, client):
        answer = client.get(url_of(make_draft(), "preview"))
        assert answer.url.startswith("/admin/login/")
