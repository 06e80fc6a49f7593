"""The list of stories and the screen they are written in."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from articles import workflow
from articles.forms import StoryForm
from articles.models import Story, Transition
from newsroom.models import User
from tests.articles import desk
from tests.factories import (
    make_author,
    make_draft,
    make_image,
    make_section,
    make_story,
    make_user,
    world,
)

pytestmark = pytest.mark.django_db

LIST = "/admin/articles/story/"


def signed_in(client, name, group):
    user = make_user(name, group, interface_language="en")
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def edda(client):
    return signed_in(client, "edda", "Editor")


@pytest.fixture
def rosa(client):
    return signed_in(client, "rosa", "Reporter")


def url_of(story, name="change"):
    return reverse(f"admin:articles_story_{name}", args=[story.pk])


class TestList:
    def test_shows_what_an_editor_decides_by(self, edda):
        author = make_author()
        make_story(
            headline="Bread rises",
            bylines=[{"author": author.pk, "name": "", "role": "writer"}],
            picture=make_image().pk,
        )
        make_story(headline="Tomorrow", at=timezone.now() + timedelta(days=1))
        page = edda.get(LIST).content.decode()
        for word in ("Bread rises", "state-published", "state-scheduled", "World", "English"):
            assert word in page
        assert "<bdi>Leila Haddad</bdi>" in page
        assert "/square-160.jpg" in page

    def test_marks_unpublished_edits_and_what_has_ended(self, edda):
        story = make_story()
        desk.save(edda, story, kicker="New")
        assert "state-edited" in edda.get(LIST).content.decode()
        ended = make_story(headline="Over")
        Story.objects.filter(pk=ended.pk).update(unpublish_at=timezone.now())
        page = edda.get(f"{LIST}?state=ended").content.decode()
        assert "state-ended" in page
        assert page.count('class="title"') == 1

    @pytest.mark.parametrize(
        ("state", "found"),
        [("draft", 1), ("published", 2), ("scheduled", 1), ("edited", 1), ("withdrawn", 0)],
    )
    def test_filters_by_state(self, edda, state, found):
        make_draft()
        make_story()
        desk.save(edda, make_story(), kicker="New")
        make_story(at=timezone.now() + timedelta(days=1))
        page = edda.get(f"{LIST}?state={state}").content.decode()
        assert page.count('class="title"') == found

    def test_filters_by_section_with_those_under_it(self, edda):
        below = make_section({"en": ("Asia", "asia")}, parent=world())
        make_story(headline="Below", section=below.pk)
        page = edda.get(f"{LIST}?section={world().pk}").content.decode()
        assert "Below" in page

    def test_finds_a_word_however_its_hamza_is_written(self, edda):
        make_story(language="ar", headline="الإمارات تفتح الميناء")
        make_story(language="ar", headline="خبر آخر")
        page = edda.get(LIST, {"q": "الامارات"}).content.decode()
        assert page.count('class="title"') == 1

    @pytest.mark.parametrize("number", [1, 3])
    def test_asks_the_database_the_same_for_any_number(
        self, edda, number, django_assert_num_queries
    ):
        for _ in range(number):
            line = {"author": make_author().pk, "name": "", "role": "writer"}
            make_story(bylines=[line], picture=make_image().pk, section=make_section_once())
        edda.get(LIST)
        with django_assert_num_queries(LIST_QUERIES):
            edda.get(LIST)

    def test_offers_no_deleting(self, edda):
        story = make_draft()
        assert "delete_selected" not in edda.get(LIST).content.decode()
        assert (
            edda.post(f"/admin/articles/story/{story.pk}/delete/", {"post": "yes"}).status_code
            == 403
        )
        assert Story.objects.filter(pk=story.pk).exists()


# Session, user, two of permissions, count twice, rows, bylines, authors, names, who writes,
# sections twice.
LIST_QUERIES = 13


def make_section_once():
    return make_section({"en": ("Culture", f"culture-{Story.objects.count()}")}).pk


class TestWriting:
    def test_a_new_story_keeps_every_field(self, edda):
        author, image = make_author(), make_image()
        response = desk.add(
            edda,
            kicker="Ports",
            headline="The harbour wakes",
            standfirst="Boats leave.",
            body_html="<h2>Dawn</h2><p>First <em>boat</em>.</p><script>x()</script>",
            section=world().pk,
            topics="Sea، Trade; Fish, Sea",
            agency="Agencies",
            picture=image.pk,
            comments_close_at="2030-01-02T10:30",
            search_title="Harbour",
            **{
                "bylines-0-author": author.pk,
                "bylines-1-name": "A Guest",
                "bylines-1-role": "translator",
                "bylines-0-ORDER": 2,
                "bylines-1-ORDER": 1,
            },
        )
        story = Story.objects.get()
        assert response.redirect_chain[-1][0] == url_of(story)
        assert workflow.head(story).content == {
            "kicker": "Ports",
            "headline": "The harbour wakes",
            "standfirst": "Boats leave.",
            "body_html": "<h2>Dawn</h2><p>First <em>boat</em>.</p>",
            "slug": "the-harbour-wakes",
            "kind": "story",
            "section": world().pk,
            "picture": image.pk,
            "topics": ["Sea", "Trade", "Fish"],
            "bylines": [
                {"author": None, "name": "A Guest", "role": "translator"},
                {"author": author.pk, "name": "", "role": "writer"},
            ],
            "agency": "Agencies",
            "comments_open": True,
            "replies_to": None,
            "comments_close_at": "2030-01-02T10:30:00+00:00",
            "search_title": "Harbour",
            "search_description": "",
        }
        assert (story.status, story.created_by) == ("draft", edda.user)

    def test_saving_without_a_change_makes_no_revision(self, edda):
        image, author = make_image(), make_author()
        story = make_story(
            picture=image.pk,
            topics=["Sea", "Trade"],
            comments_close_at="2030-01-02T10:30:00+00:00",
            bylines=[{"author": author.pk, "name": "", "role": "writer"}],
        )
        desk.save(edda, story)
        assert story.revisions.count() == 1

    @pytest.mark.parametrize(
        ("fields", "complaint"),
        [
            ({"headline": ""}, "This field is required."),
            ({"headline": "x" * 251}, "at most 250 characters"),
            ({"section": ""}, "Choose a section."),
            ({"slug": "!!!"}, "A slug needs letters or digits."),
            ({"topics": ",".join(map(str, range(21)))}, "At most 20 topics."),
            ({"topics": "x" * 81}, "A topic has at most 80 characters."),
            ({"bylines-0-author": "AUTHOR", "bylines-0-name": "B"}, "not both"),
            ({"picture": "999"}, "Select a valid choice."),
        ],
    )
    def test_a_complaint_keeps_every_word(self, edda, fields, complaint):
        author = make_author()
        fields = {name: author.pk if value == "AUTHOR" else value for name, value in fields.items()}
        given = {
            "headline": "A",
            "section": world().pk,
            "body_html": "<p>Long work.</p>",
            "kicker": "Kept",
        }
        response = desk.add(edda, **(given | fields))
        page = response.content.decode()
        assert complaint in page
        assert "Long work." in page
        assert 'value="Kept"' in page
        assert not Story.objects.exists()

    def test_a_section_needs_a_name_in_the_language(self, edda):
        only_arabic = make_section({"ar": ("ثقافة", "ثقافة")})
        response = desk.add(edda, headline="A", section=only_arabic.pk)
        assert "Select a valid choice" in response.content.decode()

    def test_a_static_page_needs_no_section_and_a_slug_of_its_own(self, edda):
        desk.add(edda, headline="About us", kind="page")
        assert Story.objects.get().section.code == "pages"
        response = desk.add(edda, headline="About us", kind="page")
        assert "Another static page has this slug." in response.content.decode()

    def test_the_text_stands_in_the_direction_of_its_language(self, edda):
        page = edda.get(f"{LIST}add/?language=ar").content.decode()
        assert '<html lang="en" dir="ltr">' in page
        textarea = page[page.index('name="body_html"') :].split(">")[0]
        assert 'dir="rtl"' in textarea
        assert 'lang="ar"' in textarea

    def test_inline_scripts_carry_the_nonce_of_the_policy(self, edda):
        response = edda.get(f"{LIST}add/")
        page, policy = response.content.decode(), response["Content-Security-Policy"]
        nonce = policy.split("'nonce-")[1].split("'")[0]
        assert f'nonce="{nonce}"' in page.split('type="importmap"')[1].split(">")[0] or (
            f'nonce="{nonce}"' in page.split('type="importmap"')[0].rsplit("<script", 1)[1]
        )
        assert "unsafe" not in policy

    def test_a_save_over_somebody_elses_keeps_both(self, edda):
        story = make_draft(by=None)
        form = desk.typed(desk.form_of(story), kicker="Mine")
        theirs = workflow.head(story).content | {"kicker": "Theirs"}
        workflow.save_draft(story, theirs, by=make_user("otto", "Editor"))
        response = edda.post(url_of(story), form)
        page = response.content.decode()
        assert response.status_code == 200
        assert "saved this story while you were writing" in page
        assert 'value="Mine"' in page
        assert workflow.head(story).content["kicker"] == "Theirs"
        story.refresh_from_db()
        edda.post(url_of(story), form | {"version": story.version})
        assert workflow.head(story).content["kicker"] == "Mine"
        assert story.revisions.count() == 3

    def test_the_form_shows_the_head_and_not_the_live_text(self, edda):
        story = make_story(kicker="Live")
        desk.save(edda, story, kicker="Newer")
        page = edda.get(url_of(story)).content.decode()
        assert 'value="Newer"' in page
        assert "unpublished edits" in page


class TestTranslating:
    def test_the_add_form_knows_what_is_the_same_in_every_language(self, edda):
        source = make_story(picture=make_image().pk, topics=["Sea"])
        page = edda.get(f"{LIST}add/?language=ar&translation_of={source.pk}").content.decode()
        assert f'<option value="{source.section_id}" selected>' in page
        assert f'value="{source.picture_id}"' in page
        assert "Sea</textarea>" not in page

    def test_a_picture_without_words_in_the_language_says_so(self, edda):
        image = make_image()
        image.translations.filter(language="ar").delete()
        source = make_story(picture=image.pk)
        page = edda.get(f"{LIST}add/?language=ar&translation_of={source.pk}").content.decode()
        assert "It has no alternative text in the language of the story yet" in page

    def test_the_new_story_is_joined_to_its_source(self, edda):
        source = make_story()
        desk.add(edda, "ar", f"&translation_of={source.pk}", headline="الميناء", section=world().pk)
        twin = Story.objects.get(language="ar")
        assert twin.translation_key == source.translation_key
        assert "الميناء" in edda.get(url_of(source)).content.decode()

    def test_a_language_has_one_story_of_a_group(self, edda):
        source = make_story()
        twin = make_draft(language="ar", translation_key=source.translation_key)
        response = edda.get(f"{LIST}add/?language=ar&translation_of={source.pk}")
        assert response.url == url_of(twin)

    def test_words_for_a_story_that_somebody_made_meanwhile_are_kept(self, edda):
        source = make_story()
        twin = make_draft(language="ar", translation_key=source.translation_key, by=None)
        query = f"&translation_of={source.pk}"
        response = desk.add(edda, "ar", query, headline="الميناء", section=world().pk)
        page = response.content.decode()
        assert "saved this story while you were writing" in page
        assert "الميناء</textarea>" in page
        assert f'action="{url_of(twin)}"' in page
        assert workflow.head(twin).content["headline"] != "الميناء"


class TestSentTwice:
    """A button pressed twice, or a form the browser went back to."""

    def given(self, **fields):
        return desk.typed(StoryForm(language="en"), section=world().pk, **fields)

    def test_one_form_makes_one_story(self, edda):
        data = self.given(headline="Once")
        for _time in range(2):
            response = edda.post(f"{LIST}add/?language=en", data)
            assert response.url == url_of(Story.objects.get())
        assert Story.objects.get().revisions.count() == 1

    def test_what_changed_meanwhile_is_a_revision_of_it(self, edda):
        data = self.given(headline="Once")
        edda.post(f"{LIST}add/?language=en", data)
        edda.post(f"{LIST}add/?language=en", data | {"headline": "Twice"})
        story = Story.objects.get()
        assert (story.headline, story.revisions.count()) == ("Twice", 2)

    def test_a_newer_text_is_not_written_over(self, edda):
        data = self.given(headline="Once")
        edda.post(f"{LIST}add/?language=en", data)
        story = Story.objects.get()
        desk.save(edda, story, headline="Newer")
        page = edda.post(f"{LIST}add/?language=en", data | {"headline": "Old"}).content.decode()
        assert "You saved this story yourself meanwhile" in page
        assert workflow.head(story).content["headline"] == "Newer"

    def test_two_forms_make_two(self, edda):
        for _time in range(2):
            edda.post(f"{LIST}add/?language=en", self.given(headline="Once"))
        assert Story.objects.count() == 2


class TestMoves:
    def test_the_whole_way_by_buttons(self, edda):
        story = make_draft()
        for move, state in [
            ("submit", "in_review"),
            ("approve", "approved"),
            ("publish", "published"),
            ("unpublish", "draft"),
        ]:
            desk.save(edda, story, _move=move)
            story.refresh_from_db()
            assert story.status == state
        assert Transition.objects.filter(story=story, by=edda.user).count() == 4

    def test_publishing_at_a_time_of_the_sites_zone(self, edda, settings):
        settings.TIME_ZONE = "Asia/Riyadh"
        story = make_draft()
        page = edda.get(url_of(story)).content.decode()
        assert "Asia/Riyadh (UTC+03:00)" in page
        desk.save(edda, story, _move="publish_at", publish_at="2031-05-01T09:00")
        story.refresh_from_db()
        assert story.published_at.isoformat() == "2031-05-01T06:00:00+00:00"
        assert story.is_scheduled

    def test_a_timed_move_needs_its_time(self, edda):
        response = desk.save(edda, make_draft(), _move="publish_at")
        assert "Say at what time." in desk.messages(response)

    @pytest.mark.parametrize("move", ["publish_at", "unpublish_at"])
    def test_a_time_that_is_past_is_a_slip_and_moves_nothing(self, edda, move):
        story = make_draft() if move == "publish_at" else make_story()
        before = story.status
        response = desk.save(edda, story, _move=move, **{move: "2020-01-01T10:00"})
        assert "This time is past." in desk.messages(response)
        story.refresh_from_db()
        assert story.status == before

    def test_a_refused_move_opens_its_field_with_the_reason(self, edda):
        story = workflow.submit(make_draft(), by=None)
        page = desk.save(edda, story, _move="send_back").content.decode()
        part = page[page.index('id="moves"') : page.index('value="send_back"')]
        assert "autofocus" in part
        assert "Say in a note why the story goes back." in part

    def test_the_note_of_a_story_sent_back_stands_above_it(self, edda):
        story = workflow.submit(make_draft(), by=None)
        workflow.send_back(story, by=edda.user, note="Who says so?")
        assert 'class="sent-back"' in edda.get(url_of(story)).content.decode()
        workflow.submit(story, by=None)
        assert 'class="sent-back"' not in edda.get(url_of(story)).content.decode()

    def test_sending_back_needs_a_note_and_keeps_the_text(self, edda):
        story = workflow.submit(make_draft(), by=None)
        response = desk.save(edda, story, _move="send_back", kicker="Typed")
        assert "Say in a note" in desk.messages(response)
        assert workflow.head(story).content["kicker"] == "Typed"
        desk.save(edda, story, _move="send_back", note="The second source is missing.")
        story.refresh_from_db()
        assert story.status == "draft"
        assert "The second source is missing." in edda.get(url_of(story)).content.decode()

    def test_withdrawing_needs_a_notice(self, edda):
        story = make_story()
        assert "needs a notice" in desk.messages(desk.save(edda, story, _move="withdraw"))
        desk.save(edda, story, _move="withdraw", notice="It was not true.")
        story.refresh_from_db()
        assert (story.status, story.withdrawn_notice) == ("withdrawn", "It was not true.")

    def test_a_refused_move_shows_why_and_saves_the_words(self, edda):
        story = make_draft(body_html="")
        response = desk.save(edda, story, _move="publish", kicker="Typed")
        assert "The story has no text." in desk.messages(response)
        assert 'value="Typed"' in response.content.decode()
        assert workflow.head(story).content["kicker"] == "Typed"

    def test_a_move_by_get_is_none(self, edda):
        story = make_draft()
        edda.get(url_of(story), {"_move": "publish"})
        story.refresh_from_db()
        assert story.status == "draft"

    def test_many_at_once_say_which_were_refused(self, edda):
        good, bad = make_draft(headline="Good"), make_draft(headline="Bad", body_html="")
        response = edda.post(LIST, desk.many("publish", good, bad), follow=True)
        assert "1 story done." in desk.messages(response)
        assert "Bad: The story has no text." in desk.messages(response)

    def test_many_at_once_are_refused_where_the_list_is_old(self, edda):
        story = make_draft()
        seen = desk.many("publish", story)
        desk.save(edda, story, headline="Changed meanwhile")
        for data in (seen, {"action": "publish", "_selected_action": [story.pk]}):
            response = edda.post(LIST, data, follow=True)
            assert "Somebody else saved this story" in desk.messages(response)
            assert f'/story/{story.pk}/revisions/">See what changed</a>' in desk.messages(response)
        story.refresh_from_db()
        assert story.status == "draft"


class TestPeople:
    def test_a_reporter_writes_submits_and_then_only_reads(self, rosa):
        desk.add(rosa, headline="Mine", section=world().pk, body_html="<p>Text.</p>")
        story = Story.objects.get()
        page = rosa.get(url_of(story)).content.decode()
        assert 'value="submit"' in page
        assert 'value="publish"' not in page
        desk.save(rosa, story, _move="submit")
        page = rosa.get(url_of(story)).content.decode()
        assert 'name="headline"' not in page
        assert "Text." in page
        for move in ("", "submit"):  # from a window that was open before
            refused = desk.save(rosa, story, kicker="Late", _move=move)
            assert refused.status_code == 403
            assert "Late</textarea>" in refused.content.decode()

    def test_a_reporter_does_not_see_the_draft_of_another(self, rosa):
        story = make_draft(headline="Bait")
        for name in ("change", "revisions", "preview", "widths"):
            answer = rosa.get(url_of(story, name))
            assert (answer.status_code, b"Bait" in answer.content) == (403, False)
        assert "Bait" not in rosa.get(LIST).content.decode()
        assert "Bait" not in rosa.get(LIST, {"q": "bait"}).content.decode()
        add = f"{LIST}add/?language=ar&translation_of={story.pk}"
        assert "Bait" not in rosa.get(add).content.decode()

    def test_a_reporter_reads_what_others_published(self, rosa):
        story = make_story()
        assert rosa.get(url_of(story))["Location"] == story.get_absolute_url()
        assert desk.save(rosa, story, kicker="X").status_code == 403
        assert workflow.head(story).content["kicker"] == ""

    def test_who_only_reads_sees_what_stands_round_the_text(self, rosa):
        story = make_story(
            by=User.objects.get(username="rosa"),
            picture=make_image().pk,
            topics=["Sea"],
            bylines=[{"author": None, "name": "A guest", "role": "writer"}],
        )
        page = rosa.get(url_of(story)).content.decode()
        for word in ("A guest", "Sea", world().translations.get(language="en").name, "/media/"):
            assert word in page

    def test_a_reporter_cannot_publish_by_hand_made_posts(self, rosa):
        desk.add(rosa, headline="Mine", section=world().pk, body_html="<p>Text.</p>")
        story = Story.objects.get()
        response = desk.save(rosa, story, _move="publish")
        assert "Your account may not do this" in desk.messages(response)
        rosa.post(LIST, desk.many("publish", story))
        story.refresh_from_db()
        assert story.status == "draft"

    def test_a_moderator_only_reads(self, client):
        mona = signed_in(client, "mona", "Moderator")
        story = make_story(headline="Held")
        assert mona.get(url_of(story))["Location"] == story.get_absolute_url()
        assert mona.get(url_of(story, "preview")).status_code == 403
        assert desk.save(mona, story, kicker="X").status_code == 403
        assert mona.get(f"{LIST}add/").status_code == 403

    @pytest.mark.parametrize("name", ["change", "revisions", "preview", "restore"])
    def test_an_outsider_meets_the_sign_in(self, client, name):
        story = make_draft()
        client.force_login(make_user("otto"))
        response = client.get(url_of(story, name))
        assert response.status_code == 302
        assert response.url.startswith("/admin/login/")

    def test_a_missing_story_is_said_to_be_missing(self, edda):
        response = edda.get(f"{LIST}999/change/", follow=True)
        assert "doesn’t exist" in desk.messages(response)
        assert edda.get(f"{LIST}999/preview/").status_code == 404
