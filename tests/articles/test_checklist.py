"""What is looked at before a story is published."""

import pytest
from django.urls import reverse

from articles import checklist, workflow
from articles.content import normalise
from articles.models import ImageTranslation, Story
from articles.workflow import WorkflowError
from newsroom.checks import known_checks
from tests.articles import desk
from tests.factories import content, make_draft, make_image, make_section, make_story, make_user

pytestmark = pytest.mark.django_db


def found(story, **fields) -> dict[str, checklist.Finding]:
    return {row.code: row for row in checklist.check(story, normalise(content(**fields)))}


def complete() -> dict:
    return {
        "picture": make_image().pk,
        "topics": ["Sea"],
        "bylines": [{"author": None, "name": "A guest", "role": "writer"}],
    }


def test_a_complete_story_has_nothing_to_mend():
    assert found(make_draft(), **complete()) == {}


@pytest.mark.parametrize(
    ("code", "fields", "field"),
    [
        ("headline", {"headline": ""}, "id_headline"),
        ("headline-length", {"headline": "word " * 30}, "id_headline"),
        ("standfirst", {"standfirst": ""}, "id_standfirst"),
        ("text", {"body_html": ""}, "id_body_html"),
        ("slug", {"headline": "…", "slug": ""}, "id_slug"),
        ("picture", {}, "id_picture"),
        ("topics", {}, "id_topics"),
        ("author", {}, "bylines"),
        ("headings", {"body_html": "<h2>A</h2><p>x</p><h4>B</h4>"}, "id_body_html"),
        ("headings", {"body_html": "<h3>First</h3><p>x</p>"}, "id_body_html"),
        ("links", {"body_html": '<p><a href="https://a.example/">here</a></p>'}, "id_body_html"),
        ("links", {"body_html": '<p><a href="https://a.example/">هنا</a></p>'}, "id_body_html"),
        (
            "links",
            {"body_html": '<p><a href="https://a.example/x">https://a.example/x</a></p>'},
            "id_body_html",
        ),
        (
            "pictures-in-text",
            {"body_html": '<p>x</p><img src="/media/gone/full-960.jpg" alt="A">'},
            "id_body_html",
        ),
        (
            "pictures-in-text",
            {"body_html": '<p>x</p><img src="/media/gone/full-960.jpg" alt="">'},
            "id_body_html",
        ),
        (
            "embeds",
            {"body_html": '<figure data-embed="x"><a href="https://a.example/">x</a></figure>'},
            "id_body_html",
        ),
    ],
)
def test_each_line_leads_to_its_field(code, fields, field):
    assert found(make_draft(), **fields)[code].field == field


@pytest.mark.parametrize(
    "body",
    [
        "<h2>A</h2><p>x</p><h3>B</h3><h4>C</h4><h2>D</h2>",
        '<p>See <a href="https://a.example/">the report of the harbour board</a>.</p>',
        '<figure data-embed="youtube"><a href="https://youtu.be/abcdefghijk">https://youtu.be/abcdefghijk</a></figure><p>x</p>',
    ],
)
def test_a_good_text_is_not_complained_of(body):
    codes = found(make_draft(), body_html=body)
    assert not {"headings", "links", "embeds"} & set(codes)


def test_words_of_the_picture_are_asked_in_the_story_s_language():
    image = make_image()
    ImageTranslation.objects.filter(image=image, language="en").update(credit="")
    assert "picture-credit" in found(make_draft(), picture=image.pk)
    ImageTranslation.objects.filter(image=image, language="en").delete()
    assert found(make_draft(), picture=image.pk)["picture-alt"].is_blocking


def test_a_section_without_a_name_in_the_language_blocks():
    section = make_section({"ar": ("رياضة", "رياضة")})
    assert found(make_draft(), section=section.pk)["section"].is_blocking


def test_another_language_that_is_not_public_is_told():
    story = make_story()
    make_draft(language="fr", translation_key=story.translation_key)
    assert "Français" in found(story)["languages"].text
    twin = Story.objects.get(language="fr")
    twin = workflow.withdraw(workflow.publish(twin, by=None), by=None, notice="Gone.")
    assert "withdrawn" in found(story)["languages"].text


def test_a_new_address_of_a_public_story_is_told():
    assert "slug-changed" in found(make_story(), slug="another")


class TestSettings:
    def test_a_warning_becomes_what_blocks(self, settings):
        story = make_draft(standfirst="")
        workflow.publish(make_draft(standfirst=""), by=None)
        settings.PUBLISH_BLOCKERS = ["standfirst"]
        with pytest.raises(WorkflowError, match="no standfirst"):
            workflow.publish(story, by=None)

    def test_a_check_is_switched_off(self, settings):
        settings.PUBLISH_CHECKS_OFF = ["topics"]
        assert "topics" not in found(make_draft())

    def test_an_unknown_code_is_told_at_start(self, settings):
        assert known_checks(None) == []
        settings.PUBLISH_BLOCKERS = ["headlines"]
        assert "PUBLISH_BLOCKERS names 'headlines'" in known_checks(None)[0].msg


class TestPanel:
    def test_stands_on_the_form_and_is_asked_for_anew(self, client):
        client.force_login(make_user("edda", "Editor"))
        story = make_draft()
        page = client.get(reverse("admin:articles_story_change", args=[story.pk])).content.decode()
        assert '<a href="#id_topics">' in page
        address = reverse("admin:articles_story_checklist", args=[story.pk])
        desk.save(client, story, topics="Sea")
        answer = client.get(address)
        assert "#id_topics" not in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]

    def test_is_not_shown_to_who_may_not_see_the_story(self, client):
        client.force_login(make_user("rosa", "Reporter"))
        address = reverse("admin:articles_story_checklist", args=[make_draft().pk])
        assert client.get(address).status_code == 403

    @pytest.mark.parametrize("number", [1, 3])
    def test_asks_as_often_of_many_pictures(self, number, django_assert_num_queries):
        text = "".join(
            f'<p>x</p><img src="/media/{make_image().rendition_key}/full-960.jpg" alt="A">'
            for _ in range(number)
        )
        story, given = make_draft(), normalise(content(body_html=text))
        with django_assert_num_queries(4):
            checklist.check(story, given)
