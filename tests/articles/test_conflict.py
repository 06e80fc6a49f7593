"""Two editors saved one story: the second is refused, sees theirs against hers, and chooses."""

import html
import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from articles import workflow
from tests.articles import desk
from tests.factories import content, make_author, make_draft, make_image, make_user, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def edda(client):
    client.force_login(make_user("edda", "Editor", first_name="Edda"))
    return client


@pytest.fixture
def otto():
    return make_user("otto", "Editor", first_name="Otto")


def url(name, *args):
    return reverse(f"admin:articles_story_{name}", args=args)


def sent_by(page) -> dict[str, str]:
    """What the form of an answered page would send."""
    form = page.context["form"]
    carried = {
        f"mine.{name}": value
        for choice in page.context["choices"] or []
        for name, value in choice.mine.items()
    }
    return desk.typed(form) | carried


def press(client, story, page, **button):
    return client.post(url("change", story.pk), sent_by(page) | button)


def differing(page) -> list[str]:
    return [choice.change.name for choice in page.context["choices"]]


class TestConflict:
    def test_shows_theirs_against_mine_in_the_story_s_direction(self, edda):
        story = make_draft(language="ar", headline="الميناء القديم", kicker="موانئ")
        mine = desk.typed(desk.form_of(story), headline="الميناء الجديد")
        workflow.save_draft(
            story, content(headline="الميناء الكبير"), by=make_user("otto", "Editor")
        )
        page = edda.post(url("change", story.pk), mine).content.decode()
        assert (
            '<div class="diff" dir="rtl" lang="ar"><p>الميناء <del>الكبير</del><ins>الجديد</ins>'
            in page
        )
        assert "<ins>موانئ</ins>" in page
        assert workflow.head(story).content["headline"] == "الميناء الكبير"

    @pytest.mark.parametrize("move", ["submit", "publish", "withdraw"])
    def test_a_move_from_an_old_page_is_refused(self, edda, move):
        story = make_draft()
        mine = desk.typed(desk.form_of(story), headline="Mine", _move=move)
        workflow.save_draft(story, content(headline="Theirs"), by=None)
        assert b'id="conflict"' in edda.post(url("change", story.pk), mine).content
        story.refresh_from_db()
        assert story.status == "draft"

    def test_a_move_by_who_only_reads_is_refused_on_an_old_page(self, client):
        group = "Section editor"
        stranger = make_user("sami", group)
        story = workflow.submit(make_draft(), by=None)
        seen = story.version
        world().editors.add(stranger)
        workflow.save_draft(story, content(headline="Theirs"), by=None)
        with pytest.raises(workflow.StaleStory):
            workflow.approve(story, by=stranger, version=seen)

    def test_says_who_saved_and_when(self, edda, otto):
        story = make_draft()
        mine = desk.typed(desk.form_of(story), headline="Mine")
        with time_machine.travel("2031-05-04 09:30:00+00:00", tick=False):
            workflow.save_draft(story, content(headline="Theirs"), by=otto)
        page = edda.post(url("change", story.pk), mine).content.decode()
        assert "Otto\u2069 saved this story while you were writing (\u2068" in page
        assert "May 2031" in page

    def test_says_which_move_somebody_made_where_the_words_are_the_writer_s(self, edda, otto):
        story = make_draft()
        mine = desk.typed(desk.form_of(story), headline="Mine")
        with time_machine.travel(timezone.now() + timedelta(minutes=1)):
            workflow.submit(story, by=otto)
        page = edda.post(url("change", story.pk), mine).content.decode()
        assert "Otto\u2069 changed this story while you were writing" in page
        assert "“Submit for review”" in page

    def test_of_one_person_in_two_windows_says_so(self, edda):
        story = make_draft()
        mine = desk.typed(desk.form_of(story), headline="Mine")
        desk.save(edda, story, headline="Mine in another window")
        assert "You saved this story yourself meanwhile" in (
            edda.post(url("change", story.pk), mine).content.decode()
        )

    def test_where_nothing_differs_there_is_nothing_to_choose(self, edda, otto):
        story = make_draft()
        mine = desk.typed(desk.form_of(story), headline="Same", _move="submit")
        theirs = workflow.head(story).content | {"headline": "Same"}
        workflow.save_draft(story, theirs, by=otto)
        answer = edda.post(url("change", story.pk), mine, follow=True)
        assert "Your words are the same as theirs" in desk.messages(answer)
        story.refresh_from_db()
        assert (story.status, story.revisions.count()) == ("draft", 2)

    def test_shows_only_what_differs(self, edda, otto):
        story = make_draft(kicker="Ports", topics=["Harbour"], comments_open=True)
        mine = desk.typed(desk.form_of(story), standfirst="Mine")
        theirs = workflow.head(story).content | {"standfirst": "Theirs"}
        workflow.save_draft(story, theirs, by=otto)
        assert differing(edda.post(url("change", story.pk), mine)) == ["standfirst"]


class TestChoosing:
    @pytest.fixture
    def story(self):
        return make_draft(headline="Ours", kicker="Ports")

    def refused(self, client, story, by, theirs, **mine):
        """The page of a writer whose form has `mine`, after another saved `theirs`."""
        typed = desk.typed(desk.form_of(story), **mine)
        workflow.save_draft(story, workflow.head(story).content | theirs, by=by)
        return client.post(url("change", story.pk), typed)

    FIELDS = {
        "headline": ("Theirs", "Mine"),
        "body_html": ("<p>Theirs</p>", "<p>Mine</p>"),
        "kind": ("opinion", "video"),
        "topics": (["Sea", "Ports"], "Land"),
        "comments_open": (False, "on"),
        "comments_close_at": ("2031-05-04T09:30:00+00:00", "2032-01-01T10:00"),
    }

    @pytest.mark.parametrize("name", FIELDS)
    def test_theirs_is_taken_and_mine_is_had_back(self, edda, otto, story, name):
        theirs, mine = self.FIELDS[name]
        page = self.refused(edda, story, otto, {name: theirs}, **{name: mine, "kicker": "Mine"})
        (before,) = [value for key, value in sent_by(page).items() if key == name] or [""]
        taken = press(edda, story, page, _take=name)
        assert taken.context["form"].content()[name] == theirs
        assert sorted(differing(taken)) == sorted([name, "kicker"])
        assert workflow.head(story).content["kicker"] == "Ports"
        back = press(edda, story, taken, _keep=name)
        assert sent_by(back).get(name, "") == before
        assert not [key for key in sent_by(back) if key.startswith("mine.")]

    def test_bylines_are_taken_whole_and_had_back(self, edda, otto, story):
        author = make_author()
        theirs = [{"author": author.pk, "name": "", "role": "writer"}]
        mine = {f"bylines-{row}-name": f"Guest {row}" for row in (0, 1)}
        page = self.refused(edda, story, otto, {"bylines": theirs}, **mine)
        taken = press(edda, story, page, _take="bylines")
        assert taken.context["form"].content()["bylines"] == theirs
        back = press(edda, story, taken, _keep="bylines")
        names = [line["name"] for line in back.context["form"].content()["bylines"]]
        assert names == ["Guest 0", "Guest 1"]

    def test_a_picture_is_taken_with_its_thumbnail(self, edda, otto, story):
        image = make_image(alt="Boats")
        page = self.refused(edda, story, otto, {"picture": image.pk}, kicker="Mine")
        assert '<template data-shown><img src="' in page.content.decode()
        taken = press(edda, story, page, _take="picture")
        assert taken.context["form"].content()["picture"] == image.pk

    def test_what_is_chosen_is_saved_and_nothing_else(self, edda, otto, story):
        theirs = {"headline": "Theirs", "standfirst": "Theirs"}
        page = self.refused(edda, story, otto, theirs, headline="Mine", standfirst="Mine")
        page = press(edda, story, page, _take="headline")
        assert press(edda, story, page).status_code == 302
        head = workflow.head(story).content
        assert (head["headline"], head["standfirst"]) == ("Theirs", "Mine")
        assert head["kicker"] == "Ports"

    def test_the_script_gets_theirs_as_the_form_would_send_it(self, edda, otto, story):
        page = self.refused(edda, story, otto, {"headline": 'Their "<b>"'}, headline="Mine")
        sent = re.search(r'data-choice="headline" data-theirs="([^"]*)"', page.content.decode())
        assert json.loads(html.unescape(sent[1])) == {"headline": 'Their "<b>"'}

    def test_saved_once_more_by_another_is_refused_once_more(self, edda, otto, story):
        page = self.refused(edda, story, otto, {"headline": "Theirs"}, headline="Mine")
        taken = press(edda, story, page, _take="headline")
        workflow.save_draft(story, content(headline="Again"), by=otto)
        again = press(edda, story, taken)
        assert again.status_code == 200
        assert b"<del>Again</del><ins>Theirs</ins>" in again.content
        assert workflow.head(story).content["headline"] == "Again"

    def test_a_field_that_is_none_is_left_alone(self, edda, otto, story):
        page = self.refused(edda, story, otto, {"headline": "Theirs"}, headline="Mine")
        taken = press(edda, story, page, _take="version")
        assert sent_by(taken)["headline"] == "Mine"
        assert workflow.head(story).content["headline"] == "Theirs"

    def test_by_who_may_not_write_is_refused(self, client, story):
        client.force_login(make_user("rosa", "Reporter"))
        data = desk.typed(desk.form_of(story)) | {"_take": "headline"}
        assert client.post(url("change", story.pk), data).status_code == 403
