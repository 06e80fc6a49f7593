"""Pictures of shared links: made when asked for, once; gone with what is on them."""

import threading
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from PIL import Image as Pillow

from articles import pictures, sharing, workflow
from articles.models import Edition, SharePicture, Story
from articles.site import absolute, site_in
from newsroom.checks import share_pictures as check
from newsroom.lib import share_pictures, throttle
from tests.articles.test_heads import Head
from tests.factories import content, make_draft, make_image, make_story, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sets_arabic")]


def picture_of(client, story) -> str:
    """The path of the picture in the story's page."""
    page = client.get(Story.objects.get(pk=story.pk).get_absolute_url())
    (url,) = Head(page.content.decode()).meta("og:image")
    assert url.startswith(absolute("/media/"))
    return url.removeprefix(absolute(""))


def is_kept(url: str) -> bool:
    return default_storage.exists(url.removeprefix("/media/"))


@pytest.fixture
def at_commit(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


class TestTheAddress:
    def test_the_page_says_how_a_link_to_it_looks(self, client):
        head = Head(client.get(make_story().get_absolute_url()).content.decode())
        assert head.meta("twitter:card") == ["summary_large_image"]
        assert head.meta("og:image:width") == ["1200"]
        assert head.meta("og:image:height") == ["630"]
        assert head.meta("og:image:type") == ["image/jpeg"]
        assert head.meta("og:image:alt") == ["The harbour wakes"]

    def test_it_changes_with_what_is_on_the_picture_and_with_nothing_else(self, client):
        story = make_story(picture=make_image().pk)
        known = {picture_of(client, story)}

        def changes(**fields) -> bool:
            before = content(picture=Story.objects.get(pk=story.pk).picture_id)
            workflow.save_draft(story, before | fields, by=None)
            workflow.publish(story, by=None)
            url = picture_of(client, story)
            is_new = url not in known
            known.add(url)
            return is_new

        assert not changes(body_html="<p>Other text.</p>")
        assert changes(headline="Other words")
        assert changes(headline="Other words", picture=make_image().pk)
        Edition.objects.filter(language="en").update(name="The Other Paper")
        assert picture_of(client, story) not in known

    def test_asking_for_the_page_draws_nothing_and_costs_no_query(self, client):
        story = make_story()
        url = picture_of(client, story)
        assert not is_kept(url)
        assert not SharePicture.objects.exists()

    def test_without_raqm_it_is_the_photograph(self, client, monkeypatch):
        monkeypatch.setattr(share_pictures, "is_possible", lambda: False)
        image = make_image(width=1600, height=1200)
        head = Head(client.get(make_story(picture=image.pk).get_absolute_url()).content.decode())
        (url,) = head.meta("og:image")
        data = client.get(url.removeprefix(absolute("")))
        with Pillow.open(BytesIO(b"".join(data))) as photograph:
            assert [str(n) for n in photograph.size] == [
                *head.meta("og:image:width"),
                *head.meta("og:image:height"),
            ]
        without = Head(client.get(make_story().get_absolute_url()).content.decode())
        assert (without.meta("og:image"), without.meta("twitter:card")) == ([], ["summary"])

    def test_without_raqm_the_start_says_so(self, monkeypatch):
        assert check(None) == []
        monkeypatch.setattr("newsroom.checks.can_draw", lambda: False)
        (warning,) = check(None)
        assert warning.id == "newsroom.W006"

    def test_a_headline_in_letters_the_fonts_lack_goes_with_the_photograph(self, client):
        image = make_image()
        url = picture_of(client, make_story(headline="港湾の朝 morning", picture=image.pk))
        assert url == pictures.rendition_url(image, "share")

    def test_other_pages_go_with_the_papers_own(self, client):
        make_story()
        for address in ("/en/", "/en/world/", "/en/corrections/"):
            (url,) = Head(client.get(address).content.decode()).meta("og:image")
            response = client.get(url.removeprefix(absolute("")))
            assert response["Content-Type"] == "image/jpeg"
            assert response.status_code == 200


class TestAsked:
    @pytest.mark.parametrize("language", ["ar", "en", "fr"])
    def test_it_is_made_and_kept_and_may_be_kept_by_everybody(self, client, language):
        story = make_story(
            language=language, headline="الميناء harbour", picture=make_image(width=1300).pk
        )
        url = picture_of(client, story)
        for _turn in range(2):
            response = client.get(url)
            assert response.status_code == 200
            assert response["Content-Type"] == "image/jpeg"
            assert response["Cache-Control"] == "public, max-age=31536000, immutable"
            assert not response.cookies
            data = b"".join(response)
            assert Pillow.open(BytesIO(data)).size == (1200, 630)
            assert is_kept(url)
        (row,) = SharePicture.objects.all()
        assert (row.story_id, row.image_id) == (story.pk, story.picture_id)

    def test_nothing_is_drawn_of_what_nobody_may_read(self, client):
        site = site_in("en")
        later = workflow.publish(
            make_draft(headline="Later"), by=None, at=timezone.now() + timedelta(days=1)
        )
        gone = make_story(headline="Gone")
        workflow.withdraw(gone, by=None, notice="Gone.")
        for pk in (make_draft(headline="Draft").pk, later.pk, gone.pk):
            url = sharing.of_story(Story.objects.for_page().get(pk=pk), site).url
            assert client.get(url).status_code == 404
            assert not is_kept(url)

    @pytest.mark.parametrize(
        "name",
        [
            f"{'0' * 32}/story-999999.jpg",
            f"{'0' * 32}/story-99999999999999999999.jpg",
            f"{'0' * 32}/story-a.jpg",
            f"{'0' * 32}/paper-de.jpg",
            f"{'0' * 31}/story-1.jpg",
        ],
    )
    def test_a_made_up_address_is_missing(self, client, name):
        make_story()
        assert client.get(f"/media/{name}").status_code == 404

    def test_an_older_one_that_is_not_kept_leads_to_the_present_one(self, client):
        story = make_story()
        old = picture_of(client, story)
        workflow.save_draft(story, content(headline="Other words"), by=None)
        workflow.publish(story, by=None)
        response = client.get(old)
        assert (response.status_code, response["Location"]) == (302, picture_of(client, story))
        assert "immutable" not in response["Cache-Control"]
        wrong = f"/media/{'0' * 32}/{old.rpartition('/')[2]}"
        assert client.get(wrong)["Location"] == picture_of(client, story)

    def test_a_picture_in_the_making_is_waited_for_and_not_for_ever(self, client, monkeypatch):
        monkeypatch.setattr(sharing, "_WAIT_SECONDS", 0.3)
        url = picture_of(client, make_story())
        throttle.claim(f"share:{url.removeprefix('/media/')}", 60)
        response = client.get(url)
        assert (response.status_code, response["Retry-After"]) == (503, "5")
        assert response["Cache-Control"] == "no-store"
        throttle.release(f"share:{url.removeprefix('/media/')}")
        assert client.get(url).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_many_who_ask_at_once_one_draws_and_all_get_it(monkeypatch):
    story = make_story(picture=make_image().pk)
    url = picture_of(Client(), story)
    drawn, answers = [], []
    draw = share_pictures.draw

    def counted(*args: object) -> bytes:
        drawn.append(1)
        return draw(*args)

    def ask() -> None:
        try:
            response = Client().get(url)
            answers.append((response.status_code, b"".join(response)))
        finally:
            connection.close()

    monkeypatch.setattr(share_pictures, "draw", counted)
    threads = [threading.Thread(target=ask) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(drawn) == 1
    assert len(set(answers)) == 1
    assert answers[0][0] == 200
    assert SharePicture.objects.count() == 1


class TestItGoes:
    @pytest.fixture
    def shared(self, client):
        """A story and the address of its picture, which is kept."""
        story = make_story(picture=make_image().pk)
        url = picture_of(client, story)
        client.get(url)
        assert is_kept(url)
        return story, url

    @pytest.mark.parametrize("move", ["withdraw", "unpublish"])
    def test_with_a_story_that_is_taken_off(self, client, shared, move, at_commit):
        story, url = shared
        more = {"notice": "Gone."} if move == "withdraw" else {}
        with at_commit():
            getattr(workflow, move)(story, by=None, **more)
        assert not is_kept(url)
        assert client.get(url).status_code == 404

    def test_with_a_photograph_that_is_replaced(self, client, shared, at_commit):
        story, url = shared
        file = BytesIO()
        Pillow.new("RGB", (900, 600), "navy").save(file, "PNG")
        with at_commit():
            pictures.replace(
                story.picture,
                ContentFile(file.getvalue(), name="other.png"),
                by=make_user("edda", "Editor"),
            )
        assert not is_kept(url)
        assert picture_of(client, story) != url

    def test_with_a_photograph_that_is_deleted_from_an_older_one_too(
        self, client, shared, at_commit
    ):
        story, url = shared
        image = story.picture
        workflow.save_draft(story, content(picture=None), by=None)
        workflow.publish(story, by=None)
        client.get(picture_of(client, story))
        assert is_kept(url)
        with at_commit():
            pictures.delete(image)
        assert not is_kept(url)

    def test_after_a_month_where_another_took_its_place(self, client, shared, at_commit):
        story, url = shared
        workflow.save_draft(story, content(headline="Other words"), by=None)
        workflow.publish(story, by=None)
        now = picture_of(client, story)
        client.get(now)
        for days, there in ((29, True), (31, False)):
            with time_machine.travel(timezone.now() + timedelta(days=days)), at_commit():
                sharing.prune()
            assert is_kept(url) is there
        assert is_kept(now)

    def test_by_the_clock_when_the_story_ends_and_when_it_is_deleted(
        self, client, shared, at_commit
    ):
        story, url = shared
        other = make_story()
        others = picture_of(client, other)
        client.get(others)
        Story.objects.filter(pk=story.pk).update(unpublish_at=timezone.now())
        Story.objects.get(pk=other.pk).delete()
        with at_commit():
            assert sharing.prune() == 2
        assert not is_kept(url)
        assert not is_kept(others)

    def test_if_it_was_taken_back_while_it_was_drawn(self, client, monkeypatch, at_commit):
        story = make_story()
        url = picture_of(client, story)
        draw = share_pictures.draw

        def slowly(*args: object) -> bytes:
            workflow.withdraw(story, by=None, notice="Gone.")
            return draw(*args)

        monkeypatch.setattr(share_pictures, "draw", slowly)
        with at_commit():
            assert client.get(url).status_code == 404
        assert not is_kept(url)
        assert not SharePicture.objects.exists()


class TestTick:
    def test_it_draws_what_came_out_and_what_was_changed(self, client):
        old = make_story(at=timezone.now() - timedelta(days=9))
        fresh = make_story(picture=make_image().pk)
        call_command("tick")
        assert is_kept(picture_of(client, old))
        assert is_kept(picture_of(client, fresh))
        assert sharing.make_fresh() == 0
        workflow.save_draft(old, content(headline="Other words"), by=None)
        workflow.publish(old, by=None)
        assert sharing.make_fresh() == 1
        assert is_kept(picture_of(client, old))

    def test_it_goes_on_where_a_file_is_missing(self, client):
        story = make_story(picture=make_image().pk)
        url = pictures.rendition_url(story.picture, "full", 1280)
        default_storage.delete(url.removeprefix("/media/"))
        make_story(headline="Another")
        assert sharing.make_fresh() == 1

    def test_it_draws_a_few_at_a_time(self, monkeypatch):
        monkeypatch.setattr(sharing, "_AT_ONCE", 2)
        for number in range(3):
            make_story(headline=f"Story {number}")
        assert [sharing.make_fresh() for _turn in range(3)] == [2, 1, 0]
