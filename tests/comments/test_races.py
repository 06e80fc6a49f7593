"""What must hold when two requests come at the same instant, with real threads and commits."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core import mail
from django.core.management import call_command
from django.db import OperationalError, connections
from django.test import Client
from django.utils import timezone

from articles.models import Story
from comments import (
    addresses,
    editing,
    moderation,
    notifications,
    posting,
    privacy,
    retention,
    screening,
)
from comments.models import Comment, Decision, Notice, Report, Subscription
from comments.moderation import AlreadyDecided
from newsroom.lib.privacy import blind_index
from tests.comments.conftest import GOOD, OWN_PAGE
from tests.factories import make_comment, make_story, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in threads that start together; return results or what was raised."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return call()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def poster(story: Story, **fields: str) -> Callable[[], int]:
    address = f"{story.get_absolute_url()}comments/"
    return lambda: Client().post(address, GOOD | fields, headers=OWN_PAGE).status_code


class TestPosting:
    def test_b061_b051_twins_give_one_row(self):
        story = make_story()
        answers = at_once(*[poster(story)] * 4)
        assert sorted(answers) == [303, 409, 409, 409]
        assert Comment.objects.count() == 1

    def test_b054_flood_lets_one_through(self, settings):
        settings.COMMENT_FLOOD_SECONDS = 15
        story = make_story()
        answers = at_once(*[poster(story, comment=f"Text {number}") for number in range(4)])
        assert sorted(answers) == [303, 429, 429, 429]

    def test_every_approved_comment_is_counted(self):
        story = make_story()
        user = make_user("mona", "Moderator")

        def post(number: int) -> Callable[[], int]:
            client = Client()
            client.force_login(user)
            data = GOOD | {"comment": f"Text {number}"}
            address = f"{story.get_absolute_url()}comments/"
            return lambda: client.post(address, data, headers=OWN_PAGE).status_code

        assert at_once(*[post(number) for number in range(6)]) == [303] * 6
        story.refresh_from_db()
        assert story.comment_count == 6


class TestModeration:
    def test_b138_two_moderators_cannot_both_decide(self):
        story = make_story()
        mona, maha = make_user("mona", "Moderator"), make_user("maha", "Moderator")
        comment = make_comment(story, status="pending")
        first, second = (Comment.objects.get(pk=comment.pk) for _ in range(2))
        results = at_once(
            lambda: moderation.approve(first, by=mona), lambda: moderation.trash(second, by=maha)
        )
        assert sum(isinstance(result, AlreadyDecided) for result in results) == 1
        assert Decision.objects.count() == 1
        comment.refresh_from_db()
        story.refresh_from_db()
        assert story.comment_count == (comment.status == "approved")

    def test_counts_of_decisions_at_once(self):
        story = make_story()
        mona = make_user("mona", "Moderator")
        comments = [make_comment(story, status="pending") for _ in range(6)]
        at_once(*[lambda one=one: moderation.approve(one, by=mona) for one in comments])
        story.refresh_from_db()
        assert story.comment_count == 6

    def test_batches_that_overlap_decide_each_once(self):
        story = make_story()
        mona, maha = make_user("mona", "Moderator"), make_user("maha", "Moderator")
        comments = [make_comment(story, status="pending") for _ in range(8)]
        rows = [str(comment.pk) for comment in comments]

        def press(user, action: str, chosen: list[str]) -> Callable[[], int]:
            client = Client()
            client.force_login(user)
            seen = {f"seen-{pk}": "pending" for pk in chosen}
            data = {"action": action, "_selected_action": chosen, **seen}
            return lambda: client.post("/admin/comments/comment/", data).status_code

        answers = at_once(press(mona, "approve", rows[:6]), press(maha, "trash", rows[2:]))
        assert answers == [302, 302]
        assert Decision.objects.count() == 8
        assert not Comment.objects.filter(status="pending").exists()
        assert_counted(story)

    def test_undo_against_the_decision_of_somebody_else(self):
        story = make_story()
        mona, maha = make_user("mona", "Moderator"), make_user("maha", "Moderator")
        comment = moderation.approve(make_comment(story, status="pending"), by=mona)
        first, second = (Comment.objects.get(pk=comment.pk) for _ in range(2))
        results = at_once(
            lambda: moderation.undo(first, by=mona), lambda: moderation.mark_spam(second, by=maha)
        )
        refused = [result for result in results if isinstance(result, moderation.ModerationError)]
        # The spam verdict may come first (undo is refused) or last (of what waits again it is one).
        assert len(refused) <= 1
        comment.refresh_from_db()
        assert comment.status in ("pending", "spam")
        assert Decision.objects.count() == 3 - len(refused)
        assert_counted(story)

    def test_b134_reports_at_once_hold_once(self, settings):
        settings.COMMENT_REPORTS_TO_HOLD = 3
        story = make_story()
        comment = make_comment(story)

        def report(number: int) -> Callable[[], bool]:
            own = Comment.objects.get(pk=comment.pk)
            return lambda: moderation.report(own, reason="insult", browser=f"browser {number % 5}")

        results = at_once(*[report(number) for number in range(10)])
        assert sorted(results) == [False] * 5 + [True] * 5
        comment.refresh_from_db()
        assert (comment.status, comment.report_count) == ("pending", 5)
        assert Report.objects.count() == 5
        assert Decision.objects.filter(reason="reported").count() == 1
        assert_counted(story)


def assert_counted(*stories: Story) -> None:
    """The counters say what the table holds."""
    for story in stories:
        story.refresh_from_db()
        assert story.comment_count == Comment.objects.approved().filter(story=story).count()


class TestWriters:
    def test_a_new_text_against_a_decision(self):
        story = make_story()
        mona = make_user("mona", "Moderator")
        comment = make_comment(story, status="pending", browser="mine")
        first, second = (Comment.objects.get(pk=comment.pk) for _ in range(2))
        seen = first.as_seen
        edited, decided = at_once(
            lambda: editing.edit(second, body="Another text.", browser="mine"),
            lambda: moderation.approve(first, by=mona, seen=seen),
        )
        comment.refresh_from_db()
        # Nobody approved a text that was not seen.
        is_old = comment.body != "Another text."
        assert isinstance(edited, screening.CommentRefused) is is_old
        if comment.status == "approved":
            assert is_old or comment.edited_at
        else:
            assert isinstance(decided, AlreadyDecided)
        assert_counted(story)

    def test_taking_it_away_against_an_answer(self):
        story = make_story()
        comment = make_comment(story, browser="mine")
        answer = poster(story, comment="I answer.", comment_parent=str(comment.pk))
        mine = Comment.objects.get(pk=comment.pk)
        status, withdrawn = at_once(answer, lambda: editing.withdraw(mine, browser="mine"))
        assert status in (303, 403)
        assert withdrawn.status == "trash"
        assert Comment.objects.filter(body="I answer.").count() == (status == 303)
        assert_counted(story)

    def test_b118_an_answer_to_what_is_erased_meanwhile_is_refused_not_broken(self, monkeypatch):
        """The answered comment goes after the screens looked and before the answer is stored."""
        story = make_story()
        comment = make_comment(story, email="gone@reader.example")
        real = posting._store

        def erased_before(*args):
            privacy.erase(blind_index("gone@reader.example"), via="command")
            Comment.objects.filter(pk=comment.pk).delete()
            return real(*args)

        monkeypatch.setattr(posting, "_store", erased_before)
        response = Client().post(
            f"{story.get_absolute_url()}comments/",
            GOOD | {"comment_parent": str(comment.pk), "comment": "I answer."},
            headers=OWN_PAGE,
        )
        assert response.status_code == 403
        assert "I answer." in response.content.decode()
        assert not Comment.objects.exists()

    def test_a_database_that_is_busy_gives_the_words_back(self, monkeypatch):
        story = make_story()

        def busy(*args):
            raise OperationalError("database is locked")

        monkeypatch.setattr(posting, "_store", busy)
        response = Client().post(f"{story.get_absolute_url()}comments/", GOOD, headers=OWN_PAGE)
        assert (response.status_code, response["Retry-After"]) == (503, "10")
        assert GOOD["comment"] in response.content.decode()


class TestForgetting:
    def test_an_erasure_while_the_same_person_posts(self, settings):
        settings.COMMENT_TRUST_AFTER = 0
        story, address = make_story(), "gone@reader.example"
        for number in range(3):
            make_comment(story, email=address, body=f"Before {number}.")
        index = blind_index(address)
        posts = [poster(story, comment=f"While {n}.", email=address) for n in range(4)]
        results = at_once(*posts, lambda: privacy.erase(index, via="command"))
        assert results[:4] == [303] * 4
        # Whole or gone: nobody is left with half of a person.
        assert (
            not Comment.objects.filter(body__startswith="Before").exclude(email_index="").exists()
        )
        for comment in Comment.objects.filter(email_index=index):
            assert comment.body.startswith("While")
            assert comment.email.reveal() == address
        assert not Comment.objects.filter(email_index="", name=GOOD["author"]).exists()
        assert_counted(story)

    def test_an_erasure_against_moderators(self):
        stories = [make_story() for _ in range(3)]
        mona, index = make_user("mona", "Moderator"), blind_index("gone@reader.example")
        comments = [
            make_comment(story, status="pending", email="gone@reader.example")
            for story in stories
            for _ in range(2)
        ]
        decisions = [partial(moderation.approve, own, by=mona) for own in comments]
        results = at_once(*decisions, lambda: privacy.erase(index, via="command"))
        for result in results[:-1]:
            assert isinstance(result, Comment | AlreadyDecided), result
        assert not Comment.objects.filter(email_index=index).exists()
        assert_counted(*stories)

    def test_two_purges_at_once(self, settings):
        settings.KEEP_SPAM_DAYS = settings.KEEP_PENDING_DAYS = 30
        story, old = make_story(), timezone.now() - timedelta(days=40)
        for status in ("spam", "pending", "approved"):
            for _ in range(4):
                make_comment(story, status=status, at=old, ip="198.51.100.0")
        results = at_once(retention.purge, retention.purge)
        assert [error for error in results if isinstance(error, Exception)] == []
        assert not Comment.objects.filter(status__in=["spam", "pending"]).exists()
        assert Comment.objects.filter(status="trash").count() == 4
        assert Decision.objects.filter(reason="expired").count() == 4
        assert not Comment.objects.filter(ip__isnull=False).exists()
        assert_counted(story)

    def test_b112_what_a_moderator_brings_back_meanwhile_is_not_purged(self, settings, monkeypatch):
        """Spam is approved after the purge found it and before it takes it away."""
        settings.KEEP_SPAM_DAYS = 30
        story, old = make_story(), timezone.now() - timedelta(days=40)
        comment = make_comment(story, status="spam", at=old)
        mona = make_user("mona", "Moderator")
        real = retention._lock

        def approved_before(model, keys):
            if model is Comment:
                moderation.approve(Comment.objects.get(pk=comment.pk), by=mona)
                monkeypatch.setattr(retention, "_lock", real)
            real(model, keys)

        monkeypatch.setattr(retention, "_lock", approved_before)
        settings.KEEP_NETWORK_DAYS = settings.KEEP_ADDRESS_DAYS = settings.KEEP_INDEX_DAYS = 0
        retention.purge()
        assert Comment.objects.get().status == "approved"
        assert_counted(story)

    def test_keys_are_rotated_while_readers_post(self, settings):
        settings.COMMENT_TRUST_AFTER = 0
        story = make_story()
        for number in range(20):
            make_comment(story, email=f"old{number}@reader.example")
        old = list(settings.EMAIL_ENCRYPTION_KEYS)
        newest = Fernet.generate_key().decode()
        settings.EMAIL_ENCRYPTION_KEYS = [newest, *old]
        posts = [
            poster(story, comment=f"New {n}.", email=f"new{n}@reader.example") for n in range(4)
        ]
        results = at_once(*posts, addresses.rotate, addresses.rotate)
        assert results[:4] == [303] * 4
        settings.EMAIL_ENCRYPTION_KEYS = [newest]
        opened = {comment.email.reveal() for comment in Comment.objects.all()}
        assert len(opened) == 24


class TestTicks:
    def test_two_at_once_send_each_mail_once(self, settings):
        settings.EMAIL_URL = "smtp://localhost"
        story = make_story()
        for number in range(6):
            comment = make_comment(story, email=f"asker{number}@mail.example")
            Subscription.objects.create(
                comment=comment, replies=True, verdict=True, confirmed_at=timezone.now()
            )
            Notice.objects.create(kind="published", comment=comment, due_at=timezone.now())
        results = at_once(*[lambda: call_command("tick", verbosity=0, stdout=io.StringIO())] * 3)
        assert [error for error in results if isinstance(error, Exception)] == []
        recipients = [message.to for message in mail.outbox]
        assert sorted(recipients) == [[f"asker{number}@mail.example"] for number in range(6)]

    def test_mail_to_somebody_who_is_forgotten_in_that_moment(self, settings, monkeypatch):
        settings.EMAIL_URL = "smtp://localhost"
        comment = make_comment(make_story(), email="gone@reader.example")
        Notice.objects.create(kind="published", comment=comment, due_at=timezone.now())
        real = notifications._claim

        def forgotten_before(notice):
            claimed = real(notice)
            Comment.objects.all().delete()
            return claimed

        monkeypatch.setattr(notifications, "_claim", forgotten_before)
        assert notifications.send_due() == (0, 0)
        assert mail.outbox == []
