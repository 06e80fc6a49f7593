"""Figures of comments by the week: right at any time zone, after deletions, and bounded."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone, translation

from comments import figures, moderation, privacy, retention
from comments.admin.figures import duration
from comments.models import Comment, Decision, Forgotten
from newsroom.lib.privacy import blind_index
from tests.factories import make_comment, make_story, make_user

pytestmark = pytest.mark.django_db
# A Wednesday.
NOW = "2026-11-25T10:00:00Z"
PAGE = "/admin/comments/comment/figures/"


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NOW, tick=False):
        yield


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def decided(comment: Comment, by, after: timedelta, to: str = "approve") -> Comment:
    with time_machine.travel(comment.created_at + after, tick=False):
        return moderation.VERBS[to](comment, by=by)


class TestWeeks:
    def test_what_came_in_is_told_by_what_became_of_it(self, story, mona):
        for status, number in {"approved": 3, "pending": 2, "spam": 4, "trash": 1}.items():
            for _ in range(number):
                make_comment(story, status=status)
        late = make_comment(story, status="pending", at=timezone.now() - timedelta(hours=1))
        decided(late, mona, timedelta(minutes=30))
        week = figures.weeks()[-1]
        assert week.fates == {"at_once": 3, "approved": 1, "pending": 2, "spam": 4, "trash": 1}
        assert (week.received, week.held, week.published) == (11, 8, 4)

    def test_what_its_writer_took_away_was_not_rejected(self, story, mona):
        own = make_comment(story, browser="mine")
        moderation.withdraw(own)
        moderation.trash(make_comment(story), by=mona)
        assert figures.weeks()[-1].fates == {"withdrawn": 1, "trash": 1}

    @pytest.mark.parametrize(
        ("language", "begins"),
        [("ar", date(2026, 11, 22)), ("en", date(2026, 11, 22)), ("fr", date(2026, 11, 23))],
    )
    def test_they_begin_as_the_readers_calendar_has_it(self, language, begins):
        with translation.override(language):
            found = figures.weeks()
        assert len(found) == 12
        assert found[-1].begins == begins
        assert found[0].begins == begins - timedelta(weeks=11)

    def test_the_border_of_weeks_is_midnight_here(self, story, settings):
        settings.TIME_ZONE = "Asia/Beirut"
        # In English weeks begin on Sunday: 22 November, 00:00 in Beirut is 22:00 in UTC.
        make_comment(story, at=at("2026-11-21T21:59:59+00:00"))
        make_comment(story, at=at("2026-11-21T22:00:00+00:00"))
        assert [week.received for week in figures.weeks()[-2:]] == [1, 1]

    def test_what_is_older_than_twelve_weeks_is_not_counted(self, story):
        make_comment(story, at=timezone.now() - timedelta(weeks=13))
        assert sum(week.received for week in figures.weeks()) == 0

    def test_languages_keep_apart(self, story):
        make_comment(story)
        make_comment(make_story(language="ar"))
        assert [figures.weeks(code)[-1].received for code in ("", "ar", "en", "fr")] == [2, 1, 1, 0]

    @pytest.mark.parametrize("number", [1, 30])
    def test_their_queries_do_not_grow(self, story, django_assert_num_queries, number):
        for back in range(number):
            make_comment(story, at=timezone.now() - timedelta(days=back))
        with django_assert_num_queries(2 + figures.WEEKS):
            figures.weeks("en")


class TestDeleted:
    def test_what_the_clocks_delete_still_counts_as_what_it_was(self, story, settings):
        settings.KEEP_SPAM_DAYS = settings.KEEP_TRASH_DAYS = 30
        old = timezone.now() - timedelta(days=40)
        for status in ("spam", "spam", "trash", "approved"):
            make_comment(story, status=status, at=old)
        before = [(week.begins, week.fates) for week in figures.weeks()]
        retention.purge()
        assert Comment.objects.filter(status__in=["spam", "trash"]).count() == 0
        assert [(week.begins, week.fates) for week in figures.weeks()] == before

    def test_a_second_purge_adds_to_the_first(self, story, settings):
        settings.KEEP_SPAM_DAYS = 30
        old = timezone.now() - timedelta(days=40)
        for _ in range(2):
            make_comment(story, status="spam", at=old)
            retention.purge()
        assert Forgotten.objects.get().count == 2

    def test_a_commenter_who_is_forgotten_still_counts(self, story):
        make_comment(story, email="gone@reader.example", status="pending")
        make_comment(story, email="gone@reader.example")
        before = figures.weeks()[-1].fates
        privacy.erase(blind_index("gone@reader.example"), via="command")
        assert figures.weeks()[-1].fates == before

    def test_nothing_of_anybody_is_kept_with_the_count(self):
        names = {field.name for field in Forgotten._meta.get_fields()}
        assert names == {"id", "day", "language", "fate", "count"}


class TestTimes:
    def test_half_and_nine_in_ten(self, story, mona):
        for minutes in range(1, 11):
            comment = make_comment(story, status="pending", at=timezone.now() - timedelta(days=1))
            decided(comment, mona, timedelta(minutes=minutes))
        week = figures.weeks()[-1]
        assert (week.took, week.slowest) == (timedelta(minutes=5.5), timedelta(minutes=10))

    def test_what_was_answered_counts_as_what_it_was_once_and_for_all(self, story, mona):
        comment = make_comment(story, email="gone@mail.example", status="spam")
        answer = make_comment(story, parent=comment, status="spam", email="too@mail.example")
        make_comment(story)
        before = figures.weeks()[-1].fates
        assert before == {"at_once": 1, "spam": 2}
        privacy.erase(comment.email_index, via="desk")
        assert Comment.objects.filter(pk=comment.pk, body="").exists()
        assert figures.weeks()[-1].fates == before
        privacy.erase(answer.email_index, via="desk")
        assert Comment.objects.count() == 1
        assert figures.weeks()[-1].fates == before

    def test_what_nobody_decided_takes_no_time(self, story, mona):
        comment = make_comment(story, status="pending", at=timezone.now() - timedelta(days=1))
        Decision.objects.create(
            comment=comment, by=mona, from_status="pending", to_status="pending", reason="edited"
        )
        moderation.trash(comment, by=None, reason="expired")
        moderation.approve(comment, by=mona)  # from the trash: it waited for nobody
        assert figures.weeks()[-1].took is None

    def test_a_busy_week_is_timed_by_its_newest(self, story, mona, monkeypatch):
        monkeypatch.setattr(figures, "MOST_TIMED", 2)
        for minutes in (60, 20, 10):
            with time_machine.travel(timezone.now() - timedelta(minutes=minutes), tick=False):
                comment = make_comment(story, status="pending")
            decided(comment, mona, timedelta(minutes=minutes // 10))
        assert figures.weeks()[-1].decisions == 2

    @pytest.mark.parametrize(
        ("took", "words"),
        [
            (None, ""),
            (timedelta(seconds=4), "1 minute"),
            (timedelta(minutes=89), "89 minutes"),
            (timedelta(minutes=90), "2 hours"),
            (timedelta(hours=47), "47 hours"),
            (timedelta(hours=60), "2 days"),
        ],
    )
    def test_a_length_is_said_in_the_unit_that_says_enough(self, took, words):
        assert duration(took) == words


class TestThePage:
    def test_who_may_not_moderate_sees_nothing(self, client, rosa, otto):
        for user in (rosa, otto):
            client.force_login(user)
            assert client.get(PAGE).status_code in (302, 403)

    def test_it_only_shows(self, client, mona):
        client.force_login(mona)
        assert client.post(PAGE).status_code == 405

    def test_nothing_at_all_is_said_so(self, client, mona):
        client.force_login(mona)
        page = client.get(PAGE).content.decode()
        assert "No comment came in these twelve weeks." in page
        assert "<svg viewBox" not in page

    def test_the_drawing_and_the_table_say_the_same(self, client, mona, story):
        for _ in range(3):
            make_comment(story)
        make_comment(story, status="spam")
        client.force_login(mona)
        page = client.get(PAGE).content.decode()
        assert page.count('<rect class="is-at_once"') == 1
        assert page.count('<rect class="is-spam"') == 1
        assert "<td>4</td><td>3</td>" in page
        assert "style=" not in page.split('id="content-main"')[1]

    def test_in_arabic_time_runs_from_the_right(self, client, mona, story):
        mona.interface_language = "ar"
        mona.save()
        make_comment(story)
        client.force_login(mona)
        page = client.get(PAGE).content.decode()
        assert '<rect class="is-at_once" x="12"' in page

    def test_an_unknown_language_is_all_of_them(self, client, mona, story):
        make_comment(story)
        client.force_login(mona)
        assert "<td>1</td>" in client.get(f"{PAGE}?language=xx").content.decode()
        assert "<td>1</td>" not in client.get(f"{PAGE}?language=fr").content.decode()

    def test_the_queue_leads_to_it(self, client):
        client.force_login(make_user("maha", "Moderator"))
        assert f'href="{PAGE}"' in client.get("/admin/comments/comment/").content.decode()
