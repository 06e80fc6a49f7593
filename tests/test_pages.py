"""The page store in front of the whole site: whatever changes, the next reader sees it."""

from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import unquote_to_bytes

import pytest
from django.apps import apps
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError
from django.db.models import QuerySet
from django.test import RequestFactory
from django.utils import timezone

from articles import reads, strip, workflow
from articles.models import Author, Breaking, Byline, Pin, RootFile, SectionTranslation, Story
from comments import moderation, posting, privacy
from comments.models import Comment
from newsroom import pages
from newsroom.lib.caching import Making
from newsroom.lib.page_store import PageStore
from newsroom.lib.stamps import FileStamps
from tests.factories import make_comment, make_draft, make_story, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_every_table_it_is_said_whether_readers_see_it():
    ours = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in ("newsroom", "articles", "comments")
    }
    assert ours == pages.SHOWN | pages.UNSEEN
    assert not pages.SHOWN & pages.UNSEEN


@pytest.fixture
def site(tmp_path, watched, settings):
    """The site behind a store; `get` returns a page's text, `asked` counts what Django made."""
    django = WSGIHandler()
    asked: list[str] = []

    def counting(environ, start_response):
        asked.append(environ["PATH_INFO"])
        return django(environ, start_response)

    store = PageStore(
        counting,
        watched(FileStamps(tmp_path / "stamps")),
        tmp_path / "turns",
        others=("/admin/",),
        next_change=pages.NextChange(),
        count=lambda *told: None,
        seconds=60,
        most_bytes=10**7,
    )

    def get(path: str) -> str:
        environ = RequestFactory().get(path).environ | {"HTTP_HOST": "testserver"}
        # As a server passes it (PEP 3333); Django has read it already here.
        environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1")
        told: list[str] = []
        body = b"".join(store(environ, lambda status, head: told.append(status)))
        return f"{told[0]}\n{body.decode()}"

    return SimpleNamespace(get=get, asked=asked)


@pytest.fixture
def editor():
    return make_user("edda", "Editor")


@pytest.fixture
def moderator():
    return make_user("mona", "Moderator")


def kept(site, path: str) -> str:
    """A page that was made already, and now comes from memory."""
    site.get(path)
    before = len(site.asked)
    text = site.get(path)
    assert len(site.asked) == before
    return text


class TestChanges:
    def test_a_story_published_withdrawn_and_published_again(self, site, editor):
        story = make_draft(headline="Harbour opens")
        assert "Harbour opens" not in kept(site, "/en/")
        workflow.publish(story, by=None)
        assert "Harbour opens" in site.get("/en/")
        assert kept(site, story.get_absolute_url()).startswith("200")
        workflow.withdraw(story, by=None, notice="Wrong.")
        assert "Harbour opens" not in site.get("/en/")
        assert site.get(story.get_absolute_url()).startswith("410")

    def test_a_name_changed_in_bulk(self, site):
        story = make_story()
        kept(site, story.get_absolute_url())
        SectionTranslation.objects.update(name="Renamed")
        assert "Renamed" in site.get(story.get_absolute_url())

    def test_a_byline(self, site):
        story = make_story()
        kept(site, story.get_absolute_url())
        author = Author.objects.create()
        author.translations.create(language="en", name="Rima Haddad", slug="rima-haddad")
        Byline.objects.create(story=story, author=author)
        assert "Rima Haddad" in site.get(story.get_absolute_url())

    def test_a_line_of_breaking_news_begun_and_ended(self, site):
        kept(site, "/en/")
        until = timezone.now() + timedelta(hours=1)
        line = Breaking.objects.create(language="en", text="Storm warning", until=until)
        assert "Storm warning" in kept(site, "/en/")
        strip.end(line)
        assert "Storm warning" not in site.get("/en/")


def test_what_strangers_do_leaves_every_page_as_it_is(site, client, settings):
    """Else anybody could have the whole site made anew as often as they like."""
    settings.COMMENT_REPORTS_TO_HOLD = 0
    story = make_story()
    kept(site, "/en/")
    before = len(site.asked)
    own = {"Sec-Fetch-Site": "same-origin"}
    assert client.get("/en/search/?q=harbour").status_code == 200
    assert client.get("/en/nothing/").status_code == 404
    assert client.post(f"/en/me/read/{story.pk}/", headers=own).status_code == 204
    reads.write()
    assert client.post("/admin/login/", {"username": "x", "password": "y"}).status_code == 200
    assert client.get("/readyz").status_code in (200, 503)
    form = {"author": "Rana", "email": "rana@mail.example", "comment": "Is this right?"}
    address = f"{story.get_absolute_url()}comments/"
    assert client.post(address, form, headers=own).status_code == 303
    site.get("/en/")
    assert len(site.asked) == before


class TestComments:
    def test_approved_and_taken_away_on_the_story_in_lists_and_in_feeds(self, site, moderator):
        story = make_story()
        comment = make_comment(story, body="Well said", status=Comment.Status.PENDING)
        paths = [story.get_absolute_url(), "/en/comments/feed/", "/en/"]
        for path in paths:
            assert "Well said" not in kept(site, path)
        moderation.approve(comment, by=moderator)
        assert "Well said" in kept(site, paths[0])
        assert "Well said" in kept(site, paths[1])
        assert "1 comment" in kept(site, paths[2])
        moderation.trash(comment, by=moderator, reason="insult")
        assert "Well said" not in site.get(paths[0])
        assert "Well said" not in site.get(paths[1])
        assert "1 comment" not in site.get(paths[2])

    def test_erased(self, site):
        story = make_story()
        make_comment(story, name="Forget Me", email="reader@mail.example")
        moderation.recount(story)
        assert "Forget Me" in kept(site, story.get_absolute_url())
        privacy.erase(privacy.index_of("reader@mail.example"), via="command")
        assert "Forget Me" not in site.get(story.get_absolute_url())

    def test_one_that_waits_leaves_every_page_as_it_is(self, site):
        story = make_story()
        kept(site, story.get_absolute_url())
        before = len(site.asked)
        typed = {"name": "Rana", "email": "rana@mail.example", "body": "Is this right?"}
        posted = posting.post(story, **typed)
        assert posted.status == Comment.Status.PENDING
        site.get(story.get_absolute_url())
        assert len(site.asked) == before

    def test_one_under_a_story_leaves_pages_that_do_not_show_it(self, site, moderator):
        story, other = make_story(), make_story(language="ar")
        comment = make_comment(story, status=Comment.Status.PENDING)
        kept(site, other.get_absolute_url())
        before = len(site.asked)
        moderation.approve(comment, by=moderator)
        site.get(other.get_absolute_url())
        assert len(site.asked) == before


class TestTheClock:
    @pytest.mark.parametrize(
        "make",
        [
            lambda at: make_story(at=at),
            lambda at: Story.objects.filter(pk=make_story().pk).update(unpublish_at=at),
            lambda at: Pin.objects.create(language="en", story=make_story(), until=at),
            lambda at: Breaking.objects.create(language="en", text="x", until=at),
        ],
    )
    def test_tells_when_it_will_next_change_a_page(self, make):
        now = timezone.now()
        at = now + timedelta(seconds=7)
        make(at)
        page = Making([0] * 1024, now.timestamp(), now.timestamp() + 60)
        assert pages.NextChange()(page) == pytest.approx(at.timestamp())

    def test_nothing_is_asked_again_until_then_unless_something_was_written(
        self, django_assert_num_queries
    ):
        next_change, now = pages.NextChange(), timezone.now().timestamp()
        with django_assert_num_queries(4):
            next_change(Making([0] * 1024, now, now + 60))
            next_change(Making([0] * 1024, now + 1, now + 61))
        with django_assert_num_queries(4):
            next_change(Making([1] * 1024, now + 2, now + 62))

    def test_while_the_database_does_not_say_nothing_is_kept(self, monkeypatch):
        def away(began: float) -> float:
            raise OperationalError("the database is away")

        monkeypatch.setattr(pages, "next_change", away)
        now = timezone.now().timestamp()
        assert pages.NextChange()(Making([0] * 1024, now, now + 60)) <= now

    def test_robots_is_there_and_not_kept_while_the_database_is_away(self, site, monkeypatch):
        """To crawlers, an error at this address forbids the whole site."""

        def away(*args: object) -> None:
            raise OperationalError("the database is away")

        kept(site, "/en/")
        RootFile.objects.filter(name="robots.txt").update(text="Disallow: /secret/")
        with monkeypatch.context() as patched:
            patched.setattr(QuerySet, "first", away)
            patched.setattr(QuerySet, "aggregate", away)
            assert site.get("/robots.txt").startswith("200")
        assert "Disallow: /secret/" in site.get("/robots.txt")

    def test_a_scheduled_story_appears_in_its_moment(self, site, time_machine):
        time_machine.move_to(now := timezone.now(), tick=False)
        make_story(headline="At eight", at=now + timedelta(seconds=20))
        assert "At eight" not in kept(site, "/en/")
        time_machine.move_to(now + timedelta(seconds=21), tick=False)
        assert "At eight" in site.get("/en/")

    def test_comments_close_in_theirs(self, site, time_machine):
        time_machine.move_to(now := timezone.now(), tick=False)
        story = make_story(comments_close_at=now + timedelta(seconds=20))
        assert 'id="commentform"' in kept(site, story.get_absolute_url())
        time_machine.move_to(now + timedelta(seconds=21), tick=False)
        assert 'id="commentform"' not in site.get(story.get_absolute_url())
