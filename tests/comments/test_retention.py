"""A clock a field: at its day, not a second before, and once."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from comments import moderation, posting, retention, rules
from comments.models import Comment, MailStop, Note, Report, VerifiedAddress
from tests.factories import make_comment, make_story

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def written(story, **fields) -> Comment:
    own = {"ip": "192.0.2.0", "user_agent": "Browser 9", "browser": "b" * 64}
    return make_comment(story, **own | fields)


def after(comment: Comment, days: int) -> timedelta:
    return comment.created_at + timedelta(days=days)


def turn(name: str, at) -> int:
    return {turned.clock.name: turned.count for turned in retention.purge(now=at)}[name]


FIELDS = [
    ("networks", "KEEP_NETWORK_DAYS", "ip", None),
    ("browsers’ names", "KEEP_AGENT_DAYS", "user_agent", ""),
    ("browsers’ tokens", "KEEP_BROWSER_DAYS", "browser", ""),
    ("addresses", "KEEP_ADDRESS_DAYS", "email", ""),
    ("indexes of addresses", "KEEP_INDEX_DAYS", "email_index", ""),
]


@pytest.mark.parametrize(("name", "setting", "field", "empty"), FIELDS)
class TestFields:
    def test_at_its_day_and_not_a_second_before(self, story, settings, name, setting, field, empty):
        setattr(settings, setting, 10)
        comment = written(story)
        at = after(comment, 10)
        assert turn(name, at) == 0
        assert getattr(Comment.objects.get(), field) != empty
        assert turn(name, at + SECOND) == 1
        assert getattr(Comment.objects.get(), field) == empty
        assert turn(name, at + SECOND) == 0

    def test_a_clock_that_stands_still(self, story, settings, name, setting, field, empty):
        for other in retention.CLOCKS:
            setattr(settings, other.setting, 0)
        written(story)
        assert retention.purge(now=timezone.now() + timedelta(days=10_000)) == []
        assert getattr(Comment.objects.get(), field) != empty


class TestClosing:
    @pytest.mark.parametrize(
        ("name", "setting"),
        [("addresses", "KEEP_ADDRESS_DAYS"), ("indexes of addresses", "KEEP_INDEX_DAYS")],
    )
    def test_an_address_is_counted_from_the_end_of_the_discussion(self, settings, name, setting):
        setattr(settings, setting, 10)
        story = make_story()
        comment = written(story)
        closing = comment.created_at + timedelta(days=30)
        type(story).objects.filter(pk=story.pk).update(comments_close_at=closing)
        assert turn(name, after(comment, 11)) == 0
        assert turn(name, closing + timedelta(days=10)) == 0
        assert turn(name, closing + timedelta(days=10) + SECOND) == 1


class TestFindings:
    """What a rule found in a field goes with the field, where the moderators read it too."""

    @pytest.fixture
    def comment(self, story) -> Comment:
        rules.add_many("198.51.100.7", by=None, kind="network", action="hold")
        rules.add_many("mail.example", by=None, kind="domain", action="hold")
        rules.add_many("curl", by=None, kind="agent", action="hold")
        rules.add_many("boat", by=None, kind="word", action="hold")
        sent = {"name": "Rex", "email": "rex@mail.example", "body": "A boat"}
        held = posting.post(story, **sent, ip="198.51.100.7", user_agent="curl 8")
        return moderation.approve(held, by=None)

    def details(self) -> dict[str, str | None]:
        reasons = Comment.objects.get().reasons
        return {reason["screen"]: reason.get("detail") for reason in reasons}

    def test_a_whole_network_address_is_never_kept(self, comment):
        assert self.details()["network"] == "198.51.100.0/24"

    @pytest.mark.parametrize(
        ("clock", "screen"),
        [("networks", "network"), ("browsers’ names", "agent"), ("addresses", "domain")],
    )
    def test_each_goes_at_its_day(self, comment, clock, screen):
        days = {clock.name: clock.days for clock in retention.CLOCKS}[clock]
        assert turn(clock, after(comment, days)) == 0
        assert self.details()[screen]
        assert turn(clock, after(comment, days) + SECOND) == 1
        assert self.details()[screen] is None
        assert self.details()["words"] == "boat"

    def test_a_domain_goes_with_the_index_at_the_latest(self, comment, settings):
        settings.KEEP_ADDRESS_DAYS, settings.KEEP_INDEX_DAYS = 0, 40
        turn("indexes of addresses", after(comment, 40) + SECOND)
        assert self.details()["domain"] is None


class TestStops:
    def test_a_wish_for_no_mail_ends_with_the_last_comment(self, story):
        comment = written(story)
        stop = MailStop.objects.create(email_index=comment.email_index)
        at = stop.at + timedelta(days=1095) + SECOND
        assert turn("wishes for no mail", stop.at + timedelta(days=1095)) == 0
        retention.purge(now=at)
        assert not MailStop.objects.exists()

    def test_it_stays_as_long_as_something_is_kept_of_the_person(self, story, settings):
        comment = written(story)
        closing = timezone.now() + timedelta(days=10)
        type(story).objects.filter(pk=story.pk).update(comments_close_at=closing)
        stop = MailStop.objects.create(email_index=comment.email_index)
        assert turn("wishes for no mail", stop.at + timedelta(days=1095) + SECOND) == 0


class TestStates:
    def test_what_waited_too_long_goes_to_the_trash_and_then_away(self, story):
        comment = written(story, status="pending")
        at = after(comment, 30) + SECOND
        with time_machine.travel(at, tick=False):
            assert turn("comments left waiting", at) == 1
        comment.refresh_from_db()
        assert comment.status == "trash"
        assert comment.decisions.get().reason == "expired"
        assert turn("trash", at + timedelta(days=30)) == 0
        assert turn("trash", at + timedelta(days=30) + SECOND) == 1
        assert not Comment.objects.exists()

    @pytest.mark.parametrize("state", ["spam", "trash"])
    def test_thrown_out_is_counted_from_the_decision(self, story, mona, state):
        comment = written(story, status="pending")
        at = after(comment, 29)
        with time_machine.travel(at, tick=False):
            moderation.VERBS[state](comment, by=mona)
        assert turn(state, after(comment, 40)) == 0
        assert turn(state, at + timedelta(days=30) + SECOND) == 1
        assert not Comment.objects.exists()

    def test_an_answered_one_leaves_its_place(self, story, client):
        comment = written(story, status="spam")
        make_comment(story, parent=comment, body="Still here")
        assert turn("spam", after(comment, 31)) == 1
        assert turn("spam", after(comment, 31)) == 0
        place = Comment.objects.get(pk=comment.pk)
        assert (place.name, place.body, place.email_index) == ("", "", "")
        assert "Still here" in client.get(story.get_absolute_url()).content.decode()

    def test_what_readers_see_stays(self, story):
        comment = written(story)
        retention.purge(now=after(comment, 5000))
        comment.refresh_from_db()
        assert (comment.name, comment.body) == ("Rex", "I saw that boat leave.")
        assert (comment.status, comment.email_index) == ("approved", "")


class TestTheRest:
    def test_notes_reports_and_proofs(self, story, mona):
        comment = written(story)
        Note.objects.create(email_index="x" * 64, by=mona, text="A note")
        VerifiedAddress.objects.create(browser="b" * 64, email_index="x" * 64)
        Report.objects.create(
            comment=comment, reason="hate", browser="c" * 64, closed_at=timezone.now()
        )
        Report.objects.create(comment=comment, reason="hate", browser="d" * 64)
        retention.purge(now=timezone.now() + timedelta(days=366))
        assert (Note.objects.count(), VerifiedAddress.objects.count()) == (0, 0)
        assert Report.objects.get().closed_at is None  # not looked at: kept

    def test_a_dry_run_tells_what_and_why_and_changes_nothing(self, story, capsys):
        comment = written(story)
        with time_machine.travel(after(comment, 31), tick=False):
            call_command("purge_comments", "--dry-run")
            told = capsys.readouterr().out
            assert "networks: 1 would be forgotten (KEEP_NETWORK_DAYS=30; kept to see" in told
            assert Comment.objects.get().ip == "192.0.2.0"
            call_command("purge_comments")
            assert "networks: 1 forgotten" in capsys.readouterr().out
            assert Comment.objects.get().ip is None

    def test_batches_reach_every_row(self, story, monkeypatch):
        monkeypatch.setattr(retention, "BATCH", 2)
        for number in range(5):
            written(story, body=f"Number {number}")
        assert turn("networks", timezone.now() + timedelta(days=31)) == 5
