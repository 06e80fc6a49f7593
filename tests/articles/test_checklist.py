"""What is looked at before a story is published, and what keeps it from being so."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from articles import checklist, workflow
from articles.content import normalise
from articles.forms import StoryForm
from articles.models import AuthorTranslation, Edition, Story
from articles.outline import outline
from articles.workflow import WorkflowError
from newsroom.checks import stories as check_settings
from tests.articles.desk import many, messages
from tests.factories import (
    content,
    make_author,
    make_draft,
    make_image,
    make_story,
    make_user,
)

pytestmark = pytest.mark.django_db
EMBED = '<figure data-embed="youtube"><a href="https://youtu.be/dQw4w9WgXcQ">a</a></figure>'


def findings(story: Story | None = None, **fields) -> dict[str, list[checklist.Finding]]:
    """What is found in a draft of these fields, by code."""
    story = story or make_draft(**fields)
    found: dict[str, list[checklist.Finding]] = {}
    for one in checklist.check(story, normalise(workflow.head(story).content)):
        found.setdefault(one.code, []).append(one)
    return found


class TestOutline:
    def test_parts_are_counted_each_among_its_like(self):
        found = outline(
            f"<h2>a <em>b</em></h2><p><a href='/x'>c</a></p>{EMBED}<h3>d</h3>"
            "<table><tbody><tr><th>e</th></tr></tbody></table>"
            "<figure><img src='/media/k/full-640.jpg' alt=' f '></figure><a href='/y'>g</a>"
        )
        assert [(part.level, part.text) for part in found.headings] == [(2, "a b"), (3, "d")]
        assert [(part.place, part.address, part.text) for part in found.links] == [
            (0, "/x", "c"),
            (1, "/y", "g"),
        ]
        assert [part.address for part in found.embeds] == ["https://youtu.be/dQw4w9WgXcQ"]
        assert [part.text for part in found.pictures] == ["f"]
        assert [part.level for part in found.tables] == [1]


class TestChecks:
    def test_a_whole_story_has_nothing_to_say(self):
        image = make_image(width=1280, height=720)
        assert findings(picture=image.pk, topics=["Harbour"]) == {}

    def test_what_a_story_lacks_is_named_with_its_field(self):
        found = findings(standfirst="", body_html="", kicker="k" * 41)
        assert {code: found[code][0].href for code in found} == {
            "text": "#id_body_html",
            "length": "#id_kicker",
            "standfirst": "#id_standfirst",
            "topics": "#id_topics",
            "picture": "#id_picture",
        }
        assert [code for code in found if found[code][0].is_blocking] == ["text"]

    def test_the_headline_is_counted_by_its_kind(self):
        assert "length" not in findings(headline="h" * 110)
        assert "110" in findings(headline="h" * 111)["length"][0].text
        assert "90" in findings(headline="h" * 91, kind="live")["length"][0].text

    def test_a_length_is_that_of_the_characters_a_reader_sees(self):
        assert "length" not in findings(headline="مُ" * 110)
        assert "111" in findings(headline="مُ" * 111)["length"][0].text

    def test_the_form_is_told_of_the_lengths_and_not_where_nobody_looks(self, settings):
        attrs = StoryForm(language="ar").fields["headline"].widget.attrs
        told = json.loads(attrs["data-recommended"])
        assert (told["story"], told["live"]) == (110, 90)
        settings.PUBLISH_CHECKS_OFF = ["length"]
        assert "data-recommended" not in StoryForm(language="ar").fields["headline"].widget.attrs

    def test_each_kind_needs_its_own_parts(self):
        assert findings(kind="opinion")["byline"][0].href == "#bylines"
        assert findings(kind="video")["video"][0].field == "body_html"
        assert "video" not in findings(kind="video", body_html=EMBED)
        assert "gallery" in findings(kind="gallery")
        assert set(findings(kind="page", standfirst="")) == set()

    def test_the_main_picture_needs_words_in_the_language(self):
        image = make_image()
        image.translations.filter(language="en").update(alt="", credit="")
        found = findings(picture=image.pk)
        assert found["picture-alt"][0].is_blocking
        assert {"picture-alt", "picture-credit", "picture-size"} <= set(found)

    @pytest.mark.parametrize(
        ("markup", "expected"),
        [
            ("<h2>a</h2><h3>b</h3><h4>c</h4><h2>d</h2>", []),
            ("<h3>a</h3>", ["heading 0"]),
            ("<h2>a</h2><h4>b</h4><h3>c</h3>", ["heading 1"]),
            ("<h2><a>&zwnj;</a></h2><h3>b</h3>", []),
        ],
    )
    def test_headings_step_down_one_by_one(self, markup, expected):
        found = findings(body_html=f"{markup}<p>x</p>").get("headings", [])
        assert [one.at for one in found] == expected

    @pytest.mark.parametrize(
        "words", ["https://example.org/a", "www.example.org", "here", "هُنا", "Ici", "Read more:"]
    )
    def test_links_say_where_they_lead(self, words):
        markup = f'<p><a href="/ok">The report</a> <a href="https://example.org/a">{words}</a></p>'
        assert [one.at for one in findings(body_html=markup)["links"]] == ["link 1"]

    def test_an_embed_is_no_bare_link(self):
        assert "links" not in findings(body_html=EMBED.replace(">a<", ">https://youtu.be/x<"))

    def test_pictures_and_tables_in_the_text_are_described(self):
        image = make_image()
        source = f"/media/{image.rendition_key}/full-640.jpg"
        table = "<table><tr><td>a</td></tr></table>"
        found = findings(body_html=f'<figure><img src="{source}" alt=""></figure>{table}')
        assert found["pictures-alt"][0].at == "picture 0"
        assert found["tables"][0].at == "table 0"
        assert "gone" not in found

    def test_what_is_gone_is_named(self, settings):
        settings.EMBED_PROVIDERS = ["vimeo"]
        author = make_author()
        story = make_draft(
            body_html=f'<img src="/media/0/full-640.jpg" alt="a">{EMBED}',
            bylines=[{"author": author.pk, "name": "", "role": "writer"}],
        )
        story.bylines.all().delete()
        author.delete()
        found = findings(story)["gone"]
        assert [(one.field, one.at) for one in found] == [
            ("bylines", ""),
            ("body_html", "picture 0"),
            ("body_html", "embed 0"),
        ]

    def test_lines_of_one_check_are_bounded(self):
        markup = "<p>" + '<a href="https://example.org/a">here</a> ' * 40 + "</p>"
        assert len(findings(body_html=markup)["links"]) == checklist.MOST

    def test_dates_that_contradict_each_other(self):
        story = make_story()
        Story.objects.filter(pk=story.pk).update(unpublish_at=timezone.now() + timedelta(hours=1))
        story.refresh_from_db()
        assert "dates" not in findings(story)
        workflow.save_draft(story, content(headline="Later"), by=None)
        workflow.publish_edits_at(story, by=None, at=timezone.now() + timedelta(hours=2))
        story.refresh_from_db()
        assert findings(story)["dates"][0].href == "#id_unpublish_at"

    def test_a_changed_address_is_announced(self):
        story = make_story()
        workflow.save_draft(story, content(slug="another"), by=None)
        story.refresh_from_db()
        assert findings(story)["address"][0].href == "#id_slug"

    def test_metadata_names_what_search_engines_would_miss(self):
        Edition.objects.filter(language="en").update(name="")
        author = make_author()
        AuthorTranslation.objects.filter(author=author).update(name="")
        line = {"author": author.pk, "name": "", "role": "writer"}
        found = findings(bylines=[line])["metadata"]
        assert [one.href for one in found] == ["#bylines", "#id_headline"]

    def test_other_languages(self, settings):
        story = make_story()
        twin = make_story(language="ar", translation_key=story.translation_key)
        assert "languages" not in findings(story)
        workflow.withdraw(twin, by=None, notice="Mistaken.")
        found = findings(story)
        url = reverse("admin:articles_story_change", args=[twin.pk])
        assert found["languages"][0].href == url
        assert "translations" not in found
        settings.PUBLISH_BLOCKERS = ["translations"]
        assert len(findings(story)["translations"]) == 2  # ar is withdrawn, fr is not there

    def test_a_headline_that_stood_there_lately(self):
        make_story(headline="Twice")
        assert "duplicate" in findings(headline="Twice")
        assert "duplicate" not in findings(headline="Twice", language="ar")

    def test_queries_do_not_grow_with_the_text(self, django_assert_num_queries):
        image = make_image()
        part = (
            f'<h3>a</h3><p><a href="/x">here</a></p>{EMBED}'
            f'<figure><img src="/media/{image.rendition_key}/full-640.jpg"></figure>'
        )
        for times in (1, 30):
            lines = [
                {"author": make_author().pk, "name": "", "role": "writer"} for _ in range(times % 9)
            ]
            fields = content(
                picture=image.pk, body_html=part * times, topics=["a"] * times, bylines=lines
            )
            story, fields = make_draft(**fields), normalise(fields)
            with django_assert_num_queries(11):
                checklist.check(story, fields)


class TestSettings:
    def test_a_blocker_refuses_with_every_sentence(self, settings):
        settings.PUBLISH_BLOCKERS = ["standfirst", "topics"]
        story = make_draft(standfirst="")
        with pytest.raises(WorkflowError) as refusal:
            workflow.publish(story, by=None)
        assert str(refusal.value) == "There is no standfirst. There are no topics."

    def test_what_is_switched_off_is_not_looked_at(self, settings):
        settings.PUBLISH_CHECKS_OFF = ["text", "picture"]
        story = make_draft(body_html="")
        assert {"text", "picture"}.isdisjoint(findings(story))
        assert workflow.publish(story, by=None).is_public

    def test_edits_at_a_time_and_due_ones_are_refused_too(self, settings):
        story = make_story()
        workflow.save_draft(story, content(standfirst=""), by=None)
        soon = timezone.now() + timedelta(hours=1)
        workflow.publish_edits_at(story, by=None, at=soon)
        workflow.head(story)
        story.revisions.filter(publish_at__isnull=False).update(publish_at=timezone.now())
        settings.PUBLISH_BLOCKERS = ["standfirst"]
        done, failed = workflow.publish_due_edits()
        assert (done, len(failed)) == ([], 1)
        with pytest.raises(WorkflowError, match="standfirst"):
            workflow.publish_edits_at(story, by=None, at=soon)

    def test_many_at_once_are_refused_one_by_one(self, client, settings):
        settings.PUBLISH_BLOCKERS = ["topics"]
        story, ready = make_draft(), make_draft(topics=["Harbour"])
        client.force_login(make_user("edda", "Editor"))
        answer = client.post(
            reverse("admin:articles_story_changelist"),
            many("publish", story, ready),
            follow=True,
        )
        assert "There are no topics." in messages(answer)
        assert list(Story.objects.published()) == [ready]

    @pytest.mark.parametrize(
        ("name", "number"),
        [
            ("PUBLISH_BLOCKERS", "newsroom.E021"),
            ("PUBLISH_CHECKS_OFF", "newsroom.E021"),
            ("EMBED_PROVIDERS", "newsroom.E022"),
        ],
    )
    def test_an_unknown_word_stops_the_start(self, settings, name, number):
        assert check_settings(None) == []
        setattr(settings, name, ["headline", "flase"])
        found = [error for error in check_settings(None) if "flase" in error.msg]
        assert [(error.id, name in error.msg) for error in found] == [(number, True)]
