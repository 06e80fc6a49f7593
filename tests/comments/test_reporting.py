"""Readers report a comment; enough of them put it back into the queue (B134–B136)."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from comments import moderation, notifications, reporting, trust
from comments.models import Comment, Decision, Digest, Report
from newsroom.lib.text import grapheme_length
from tests.comments.conftest import OWN_PAGE
from tests.factories import make_comment

pytestmark = pytest.mark.django_db


@pytest.fixture
def comment(story) -> Comment:
    return make_comment(story, name="Ann", body="A word too much.")


def report(client, comment: Comment, *, headers=None, ip: str = "192.0.2.1", **fields):
    data = {"reason": "insult", "note": "The second line."} | fields
    return client.post(
        f"/en/me/report/{comment.pk}/", data, headers=headers or OWN_PAGE, REMOTE_ADDR=ip
    )


def too_busy(*args, **fields):
    raise OperationalError("database is locked")


def report_often(comment: Comment, number: int) -> None:
    for count in range(number):
        moderation.report(comment, reason="hate", browser=f"browser {count}")


class TestPage:
    def test_link_leads_from_the_comment(self, client, story, comment):
        page = client.get(story.get_absolute_url()).content.decode()
        assert f'href="/en/me/report/{comment.pk}/"' in page
        answer = client.get(f"/en/me/report/{comment.pk}/")
        shown = answer.content.decode()
        assert "A word too much." in shown
        assert shown.count('type="radio"') == 7
        assert "no-store" in answer["Cache-Control"]
        assert not answer.cookies

    @pytest.mark.parametrize("status", ["pending", "spam", "trash"])
    def test_what_is_not_public_is_not_there(self, client, story, status):
        hidden = make_comment(story, status=status, body="Bait text")
        for answer in (client.get(f"/en/me/report/{hidden.pk}/"), report(client, hidden)):
            assert answer.status_code == 404
            assert "Bait text" not in answer.content.decode()
        assert not Report.objects.exists()

    @pytest.mark.parametrize("pk", [987654, 9999999999999999999])
    def test_missing(self, client, pk):
        assert report(client, Comment(pk=pk)).status_code == 404


class TestReport:
    def test_is_stored_and_thanked_for(self, client, comment):
        answer = report(client, comment)
        assert answer.status_code == 303
        assert "Thank you" in client.get(answer["Location"]).content.decode()
        row = Report.objects.get()
        assert (row.reason, row.note, row.closed_at) == ("insult", "The second line.", None)
        comment.refresh_from_db()
        assert (comment.report_count, comment.status) == (1, "approved")

    def test_a_note_in_pointed_arabic_is_as_long_as_readers_count(self, client, comment):
        note = "مُحَمَّدٌ كَتَبَ هَذَا " * 38
        assert grapheme_length(note.strip()) <= 500 < len(note.strip())
        assert report(client, comment, note=note).status_code == 303
        assert Report.objects.get().note == note.strip()

    def test_of_a_comment_deleted_in_this_moment_is_said_and_kept(
        self, client, comment, monkeypatch
    ):
        claim = reporting._claim

        def purged(*args):
            Comment.objects.filter(pk=comment.pk).delete()
            return claim(*args)

        monkeypatch.setattr(reporting, "_claim", purged)
        answer = report(client, comment, note="It is my neighbour.")
        assert answer.status_code == 404
        assert "It is my neighbour." in answer.content.decode()

    def test_a_database_too_busy_loses_no_word(self, client, comment, monkeypatch):
        monkeypatch.setattr(moderation, "report", too_busy)
        answer = report(client, comment, note="It is my neighbour.")
        assert (answer.status_code, answer["Retry-After"]) == (503, "10")
        assert "It is my neighbour.</textarea>" in answer.content.decode()

    def test_nothing_of_the_reporter_but_the_browser(self, client, comment):
        report(client, comment, ip="198.51.100.77")
        row = Report.objects.values().get()
        token = client.cookies[trust.COOKIE].value
        assert "198.51" not in str(row)
        assert token.split(":")[0] not in str(row)
        assert len(row["browser"]) == 64

    def test_b134_twice_from_one_browser_counts_once(self, client, comment):
        assert report(client, comment).status_code == 303
        assert report(client, comment, reason="hate", ip="192.0.2.2").status_code == 303
        comment.refresh_from_db()
        assert comment.report_count == Report.objects.count() == 1

    def test_one_machine_that_forgets_its_cookie_counts_once(self, comment):
        assert report(Client(), comment).status_code == 303
        again = report(Client(), comment)
        assert again.status_code == 429
        assert 0 < int(again["Retry-After"]) <= 3600
        assert "The second line.</textarea>" in again.content.decode()
        assert report(Client(), comment, ip="192.0.2.2").status_code == 303
        assert Report.objects.count() == 2

    def test_one_machine_reports_only_so_much(self, client, story, monkeypatch):
        monkeypatch.setattr("comments.reporting.MOST_REPORTS", 2)
        answers = [report(client, make_comment(story)).status_code for _ in range(3)]
        assert answers == [303, 303, 429]

    @pytest.mark.parametrize("fields", [{"reason": ""}, {"reason": "because"}, {"note": "ن" * 501}])
    def test_wrong_report_keeps_the_words(self, client, comment, fields):
        answer = report(client, comment, **fields)
        assert answer.status_code == 422
        note = fields.get("note", "The second line.")
        assert f"\n{note}</textarea>" in answer.content.decode()
        assert 'role="alert"' in answer.content.decode()
        assert not Report.objects.exists()

    def test_b135_report_sent_by_another_site(self, client, comment):
        answer = report(client, comment, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403
        assert "The second line.</textarea>" in answer.content.decode()
        assert not Report.objects.exists()

    def test_b136_reports_stand_in_the_digest(self, comment, mona, mailoutbox, settings):
        settings.EMAIL_URL = "smtp://localhost"
        Digest.objects.create(user=mona, every=Digest.Every.HOUR)
        moderation.report(comment, reason="hate", browser="one")
        notifications.send_digests()
        assert "report" in mailoutbox[0].body
        assert "A word too much." not in mailoutbox[0].body


class TestThreshold:
    def test_third_report_puts_it_back(self, story, comment):
        report_often(comment, 2)
        story.refresh_from_db()
        assert story.comment_count == 1
        report_often(comment, 3)
        comment.refresh_from_db()
        story.refresh_from_db()
        assert (comment.status, comment.report_count, story.comment_count) == ("pending", 3, 0)
        last = Decision.objects.get()
        assert (last.reason, last.by, last.to_status) == ("reported", None, "pending")

    def test_never_again_once_a_moderator_let_it_stand(self, comment, mona):
        report_often(comment, 3)
        comment.refresh_from_db()
        moderation.approve(comment, by=mona)
        assert comment.report_count == 0
        for count in range(5):
            moderation.report(comment, reason="hate", browser=f"later {count}")
        comment.refresh_from_db()
        assert (comment.status, comment.report_count) == ("approved", 5)

    def test_dismissed_reports_are_known_reports(self, comment, mona):
        report_often(comment, 2)
        moderation.dismiss_reports(comment, by=mona)
        comment.refresh_from_db()
        assert comment.report_count == 0
        for count in range(3):
            moderation.report(comment, reason="hate", browser=f"later {count}")
        comment.refresh_from_db()
        assert comment.status == "approved"

    def test_only_moderators_dismiss(self, comment, otto):
        report_often(comment, 1)
        with pytest.raises(moderation.PermissionDenied):
            moderation.dismiss_reports(comment, by=otto)
        assert Report.objects.get().closed_at is None

    def test_report_since_the_page_was_loaded_waits_on(self, comment, mona):
        loaded = Comment.objects.get(pk=comment.pk)
        report_often(comment, 1)
        moderation.trash(loaded, by=mona)
        assert Report.objects.get().closed_at is None
        comment.refresh_from_db()
        assert comment.report_count == 1

    def test_can_be_switched_off(self, comment, settings):
        settings.COMMENT_REPORTS_TO_HOLD = 0
        report_often(comment, 4)
        comment.refresh_from_db()
        assert comment.status == "approved"

    def test_what_was_held_already_only_counts(self, comment, mona):
        loaded = Comment.objects.get(pk=comment.pk)
        moderation.hold(comment, by=mona)
        report_often(loaded, 3)
        comment.refresh_from_db()
        assert (comment.status, comment.report_count) == ("pending", 3)

    def test_age_does_not_matter(self, story):
        old = make_comment(story, at=timezone.now() - timedelta(days=400))
        assert moderation.report(old, reason="false", browser="one") is True
        assert moderation.report(old, reason="false", browser="one") is False
