"""What the story's form asks while somebody writes: the checklist, an embed, a slug."""

import pytest
from django.urls import reverse

from articles import workflow
from articles.admin.aids import findings_of
from tests.articles.desk import form_of, save
from tests.factories import make_draft, make_image, make_story, make_user

pytestmark = pytest.mark.django_db
VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
EMBED = reverse("admin:articles_story_embed")
SLUG = reverse("admin:articles_story_slug")


def checklist(story) -> str:
    return reverse("admin:articles_story_checklist", args=[story.pk])


@pytest.fixture
def edda(client):
    client.force_login(make_user("edda", "Editor"))
    return client


class TestChecklist:
    def test_the_form_lists_what_is_missing_and_leads_there(self, edda):
        story = make_draft(standfirst="", body_html="<h3>a</h3>")
        page = edda.get(reverse("admin:articles_story_change", args=[story.pk])).content.decode()
        assert "Before publishing" in page
        assert 'href="#id_standfirst" data-field="standfirst">There is no standfirst.</a>' in page
        assert 'data-at="heading 0"' in page

    def test_the_fragment_is_of_the_newest_revision(self, edda):
        story = make_draft(standfirst="")
        assert "no standfirst" in edda.get(checklist(story)).content.decode()
        save(edda, story, standfirst="Boats leave.")
        answer = edda.get(checklist(story))
        assert "no standfirst" not in answer.content.decode()
        assert "<html" not in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]

    def test_nothing_to_say_is_said(self, edda):
        story = make_draft(picture=make_image(width=1280, height=720).pk, topics=["Harbour"])
        assert "Everything is in order." in edda.get(checklist(story)).content.decode()

    def test_who_may_only_read_gets_no_links_to_fields(self, client):
        rosa = make_user("rosa", "Reporter")
        story = make_story(standfirst="", by=rosa)
        client.force_login(rosa)
        page = client.get(checklist(story)).content.decode()
        assert "no standfirst" in page
        assert "#id_standfirst" not in page

    def test_outsider_wrong_method_and_missing(self, client, edda):
        story = make_draft()
        assert edda.post(checklist(story)).status_code == 405
        assert edda.get(reverse("admin:articles_story_checklist", args=[999])).status_code == 404
        client.force_login(make_user("otto"))
        assert client.get(checklist(story)).status_code == 302

    def test_texts_of_the_writer_are_escaped(self, edda):
        story = make_draft(body_html="<h2>a</h2><h4>&lt;script&gt;alert(1)&lt;/script&gt;</h4>")
        page = edda.get(checklist(story)).content.decode()
        assert "&lt;script&gt;" in page
        assert "<script>" not in page

    def test_a_refused_publish_keeps_the_lines_on_the_page(self, edda):
        story = make_draft(body_html="")
        page = save(edda, story, _move="publish").content.decode()
        assert "is-blocking" in page
        assert "The story has no text." in page

    def test_queries_at_one_and_at_many_parts(self, django_assert_num_queries):
        image = make_image()
        part = f'<h3>a</h3><p><a href="/x">b</a></p><img src="/media/{image.rendition_key}/a.webp">'
        for times in (1, 30):
            story = make_draft(body_html=part * times, picture=image.pk)
            with django_assert_num_queries(11):
                findings_of(story)


class TestEmbed:
    def test_a_known_address(self, edda):
        answer = edda.get(EMBED, {"url": "youtu.be/dQw4w9WgXcQ"})
        assert answer.json() == {"embed": {"provider": "youtube", "url": VIDEO}}

    @pytest.mark.parametrize("url", ["", "https://example.org/", "javascript:alert(1)"])
    def test_any_other_gets_a_sentence(self, edda, url):
        answer = edda.get(EMBED, {"url": url})
        assert answer.status_code == 422
        assert "YouTube, X, Instagram" in answer.json()["error"]

    @pytest.mark.parametrize("address", [EMBED, SLUG])
    def test_outsiders_and_moderators_and_wrong_methods(self, client, edda, address):
        assert edda.post(address).status_code == 405
        client.force_login(make_user("mona", "Moderator"))
        assert client.get(address).status_code == 403
        client.force_login(make_user("otto"))
        assert client.get(address).status_code == 302


class TestSlug:
    def test_it_is_made_by_the_rules_of_the_server(self, edda):
        answer = edda.get(SLUG, {"headline": "الميناءُ يصحو: باكراً!"})
        assert answer.json() == {"slug": "الميناء-يصحو-باكرا"}
        assert edda.get(SLUG, {"slug": "A B", "headline": "x"}).json() == {"slug": "a-b"}
        assert edda.get(SLUG).json() == {"slug": ""}

    def test_a_headline_is_cut_between_words_and_what_was_typed_is_kept(self, edda):
        """A24: counted in characters, never cut inside a word."""
        headline = "كلمة " * 40
        made = edda.get(SLUG, {"headline": headline}).json()["slug"]
        assert len(made) <= 80
        assert set(made.split("-")) == {"كلمة"}
        typed = "-".join(["كلمة"] * 22)
        story = make_draft(language="ar", slug=typed)
        assert (len(story.slug), story.slug) == (109, typed)

    def test_a_percent_encoded_one_is_read(self, edda):
        story = make_draft(language="ar", headline="قبل")
        save(edda, story, slug="%D8%A8%D8%B9%D8%AF")
        story.refresh_from_db()
        assert story.slug == "بعد"

    def test_the_form_shows_the_whole_address_decoded(self, edda):
        """A23."""
        story = make_story(language="ar", headline="الميناء يصحو")
        page = edda.get(reverse("admin:articles_story_change", args=[story.pk])).content.decode()
        assert (
            f"<bdi>العالم</bdi>/<bdi>{story.pk}</bdi>/<bdi data-shown>الميناء-يصحو</bdi>/" in page
        )

    def test_the_old_address_of_a_public_story_keeps_working(self, edda, client):
        story = make_story(language="ar", headline="الميناء يصحو")
        old = story.get_absolute_url()
        page = save(edda, story, slug="عنوان-آخر").content.decode()
        assert "The old one keeps working" in page
        workflow.publish(story, by=None)
        story.refresh_from_db()
        answer = client.get(old)
        assert (answer.status_code, answer["Location"]) == (301, story.get_absolute_url())

    def test_the_form_takes_what_the_field_holds(self):
        story = make_draft(slug="a" * 120)
        assert form_of(story)["slug"].value() == "a" * 120
