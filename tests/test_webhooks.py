"""What happens is told to other systems: once, signed, and again where nobody answers."""

import base64
import hmac
import json
import re
import textwrap
import threading
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone
from jsonschema import Draft202012Validator

from articles import workflow
from articles.models import Story, Transition
from comments import moderation, privacy
from comments.models import Comment
from newsroom import webhooks
from newsroom.lib import outgoing
from newsroom.models import Delivery, Webhook
from newsroom.webhooks import deliver_due, signature
from tests import receivers
from tests.factories import content, make_comment, make_draft, make_story, make_user
from tests.test_api import SPEC, resolved

pytestmark = pytest.mark.django_db
EVERYTHING = list(Webhook.Event.values)
Outcome = Delivery.Outcome


@pytest.fixture
def server(settings):
    settings.WEBHOOK_NETWORKS = ["127.0.0.1/32"]
    with receivers.receiver() as found:
        yield found


def make_webhook(port: int = 1, events: list[str] | None = None, **fields) -> Webhook:
    url = f"http://127.0.0.1:{port}/in"
    hook = Webhook.objects.create(name="Partner", url=url, events=events or EVERYTHING, **fields)
    hook.secret = hook.renew_secret()
    return hook


@pytest.fixture
def hook(server):
    return make_webhook(server.port)


def told(server) -> list[dict]:
    """Send what is due and return what reached the server, in order."""
    before = len(server.calls)
    deliver_due()
    return [json.loads(call.body) for call in server.calls[before:]]


def types(server) -> list[str]:
    return [said["type"] for said in told(server)]


def is_signed(call: receivers.Call, secret: str) -> bool:
    """Verify a call as a receiver does, by the text of Standard Webhooks alone."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    headers = call.headers
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{call.body.decode()}"
    wanted = base64.b64encode(hmac.new(key, content.encode(), "sha256").digest()).decode()
    signed = [part.split(",") for part in headers["webhook-signature"].split(" ")]
    return any(hmac.compare_digest(one, wanted) for version, one in signed if version == "v1")


def problems(schema: str, data: dict) -> list[str]:
    """Hold something against what the read API's description says of it."""
    checker = Draft202012Validator(resolved(SPEC["components"]["schemas"][schema]))
    return [error.message for error in checker.iter_errors(data)]


class TestSigning:
    def test_the_example_of_standard_webhooks(self):
        secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        message = "msg_p5jXN8AQM9LWM0D4loKWxJek"
        found = signature(secret, message, 1614265330, b'{"test": 2432232314}')
        assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    def test_a_call_is_signed_by_the_secret_that_was_shown(self, server, hook):
        make_story()
        deliver_due()
        (call,) = server.calls
        assert is_signed(call, hook.secret)
        assert not is_signed(call, "whsec_" + base64.b64encode(b"x" * 32).decode())
        assert not is_signed(call._replace(body=call.body + b" "), hook.secret)
        assert abs(int(call.headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60
        assert call.headers["content-type"] == "application/json"

    def test_the_former_secret_is_believed_for_a_day(self, server, hook):
        former, present = hook.secret, hook.renew_secret()
        make_story()
        deliver_due()
        assert is_signed(server.calls[0], former)
        assert is_signed(server.calls[0], present)
        with time_machine.travel(timezone.now() + timedelta(hours=25)):
            make_story()
            deliver_due()
        assert not is_signed(server.calls[1], former)
        assert is_signed(server.calls[1], present)

    def test_a_key_that_was_changed_signs_on_while_it_is_a_fallback(self, server, hook, settings):
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another key that nobody knows, long enough"
        make_story()
        deliver_due()
        assert is_signed(server.calls[0], hook.secret)

    def test_the_secret_stands_nowhere(self, hook):
        from tests import leaks

        raw = base64.b64decode(hook.secret.removeprefix("whsec_"))
        held = leaks.of_database() + leaks.of_dumpdata()
        for form in (hook.secret.encode(), raw, raw.hex().encode()):
            assert form not in held

    def test_two_webhooks_have_two_secrets(self, server, hook):
        assert make_webhook(server.port).secret != hook.secret


class TestTheDocumentation:
    """docs/webhooks.md tells what is so."""

    TEXT = (settings.BASE_DIR / "docs" / "webhooks.md").read_text("utf-8")

    def test_its_code_believes_our_calls_and_no_others(self, server, hook):
        begin = self.TEXT.index("    import base64")
        code = textwrap.dedent(self.TEXT[begin : self.TEXT.index("\n\n- `webhook-id`", begin)])
        names: dict = {}
        exec(code, names)  # noqa: S102
        make_story()
        deliver_due()
        (call,) = server.calls
        is_ours = names["is_ours"]
        assert is_ours(hook.secret, call.headers, call.body)
        assert not is_ours(hook.secret, call.headers, call.body + b" ")
        other = base64.b64encode(b"another secret").decode()
        assert not is_ours(f"whsec_{other}", call.headers, call.body)
        with time_machine.travel(timezone.now() + timedelta(minutes=6)):
            assert not is_ours(hook.secret, call.headers, call.body)

    def test_it_names_every_event(self):
        named = set(re.findall(r"^\| `([a-z.]+)` \|", self.TEXT, re.MULTILINE))
        assert named - {"type"} == set(webhooks.DATA)

    def test_it_names_the_minutes_and_the_bounds(self):
        assert webhooks.RETRIES == (1, 5, 30, 120, 300, 600, 840)
        said = " ".join(self.TEXT.split())
        assert "tried again after 1, 5 and 30 minutes, 2, 5, 10 and 14 hours" in said
        assert f"{webhooks.MOST_FAILURES} failures in a row over a day" in said
        assert f"within {outgoing.SECONDS} seconds" in said


class TestStories:
    def test_published(self, client, server, hook):
        story = make_story(headline="صدر العدد")
        (said,) = told(server)
        assert said["type"] == "story.published"
        answer = client.get(f"/api/v1/stories/{story.pk}/").json()
        assert said["data"] == {"story": answer["data"]}
        assert "صدر العدد" in server.calls[0].body.decode()
        assert told(server) == []

    def test_the_story_has_the_shape_that_the_read_api_promises(self, server, hook):
        make_story(body_html="<p>One.</p>")
        (said,) = told(server)
        assert problems("WholeStory", said["data"]["story"]) == []

    def test_scheduled_when_its_time_comes_and_not_before(self, server, hook):
        at = timezone.now() + timedelta(hours=2)
        story = make_story(at=at)
        assert told(server) == []
        with time_machine.travel(at + timedelta(seconds=30)):
            (said,) = told(server)
        assert (said["type"], said["data"]["story"]["id"]) == ("story.published", story.pk)
        assert said["timestamp"] == at.isoformat()

    def test_a_time_that_is_changed_tells_once(self, server, hook):
        later, sooner = (timezone.now() + timedelta(hours=hours) for hours in (5, 2))
        story = make_story(at=later)
        workflow.publish(story, by=None, at=sooner)
        for at in (sooner, later):
            with time_machine.travel(at + timedelta(minutes=1)):
                assert types(server) == (["story.published"] if at == sooner else [])

    def test_a_scheduled_story_published_at_once(self, server, hook):
        at = timezone.now() + timedelta(hours=2)
        workflow.publish(make_story(at=at), by=None)
        assert types(server) == ["story.published"]
        with time_machine.travel(at + timedelta(minutes=1)):
            assert told(server) == []

    def test_a_scheduled_story_that_is_taken_off_is_nobodys_business(self, server, hook):
        at = timezone.now() + timedelta(hours=2)
        for take_off in (workflow.unpublish, workflow.withdraw):
            notice = {"notice": "Never mind."} if take_off is workflow.withdraw else {}
            take_off(make_story(at=at, headline="Embargo"), by=None, **notice)
        with time_machine.travel(at + timedelta(minutes=1)):
            assert told(server) == []
        assert Delivery.objects.count() == 0

    def test_updated(self, server, hook):
        story = make_story()
        told(server)
        workflow.save_draft(story, content(headline="Better"), by=None)
        assert told(server) == []
        workflow.publish(story, by=None)
        (said,) = told(server)
        assert said["type"] == "story.updated"
        assert said["data"]["story"]["headline"] == "Better"

    def test_edits_that_tick_publishes_at_their_time(self, server, hook):
        story, edda = make_story(), make_user("edda", "Editor")
        told(server)
        story = workflow.save_draft(story, content(headline="Timed"), by=edda)
        at = timezone.now() + timedelta(hours=1)
        workflow.publish_edits_at(story, by=edda, at=at)
        assert told(server) == []
        with time_machine.travel(at + timedelta(seconds=20)):
            call_command("tick", stdout=StringIO())
        said = json.loads(server.calls[-1].body)
        assert said["type"] == "story.updated"
        assert said["data"]["story"]["headline"] == "Timed"

    def test_corrected(self, server, hook):
        story = make_story()
        told(server)
        fix = workflow.correct(story, grade="correction", text="Nine, not ten.", by=None)
        (said,) = told(server)
        assert said["type"] == "story.corrected"
        assert [row["text"] for row in said["data"]["story"]["corrections"]] == ["Nine, not ten."]
        workflow.take_back_correction(fix, by=None)
        assert types(server) == ["story.updated"]

    def test_withdrawn_with_its_notice_alone(self, server, hook):
        story = make_story(headline="Wrong")
        told(server)
        workflow.withdraw(story, by=None, notice="We were wrong.", note="Ask legal")
        (said,) = told(server)
        assert said["type"] == "story.withdrawn"
        known = {"id": story.pk, "language": "en", "notice": "We were wrong."}
        assert said["data"] == {"story": known}

    def test_unpublished_tells_nothing_of_what_is_written_since(self, server, hook):
        story = make_story()
        told(server)
        workflow.unpublish(story, by=None)
        secret = content(headline="Secret plans", slug="secret-plans")
        workflow.save_draft(story, secret, by=None)
        (said,) = told(server)
        assert said["type"] == "story.unpublished"
        assert said["data"] == {"story": {"id": story.pk, "language": "en"}}
        workflow.publish(Story.objects.get(pk=story.pk), by=None)
        assert types(server) == ["story.published"]

    def test_its_end_by_the_clock(self, server, hook):
        story, at = make_story(), timezone.now() + timedelta(hours=3)
        told(server)
        workflow.unpublish(story, by=None, at=at)
        assert told(server) == []
        with time_machine.travel(at + timedelta(minutes=1)):
            assert types(server) == ["story.unpublished"]
            workflow.publish(Story.objects.get(pk=story.pk), by=None)
            assert types(server) == ["story.published"]

    def test_an_end_that_was_called_off(self, server, hook):
        story, at = make_story(), timezone.now() + timedelta(hours=3)
        told(server)
        workflow.unpublish(story, by=None, at=at)
        workflow.cancel_unpublish_at(story, by=None)
        with time_machine.travel(at + timedelta(minutes=1)):
            assert told(server) == []

    def test_what_became_untrue_before_it_was_told(self, server, hook):
        workflow.unpublish(make_story(), by=None)
        assert types(server) == ["story.unpublished"]
        outcomes = Delivery.objects.order_by("id").values_list("outcome", flat=True)
        assert list(outcomes) == [Outcome.VOID, Outcome.DELIVERED]

    def test_drafts_reviews_and_pages_are_not_told(self, server, hook):
        draft = make_draft()
        workflow.submit(draft, by=None)
        make_story(kind="page")
        assert Delivery.objects.count() == 0

    def test_imports_are_silent(self, server, hook):
        story = workflow.create(
            content(), by=None, language="en", legacy_source="old", legacy_id="7"
        )
        workflow.publish(story, by=None, at=timezone.now() - timedelta(days=900))
        assert Delivery.objects.count() == 0
        edda = make_user("edda", "Editor")
        workflow.save_draft(story, content(headline="Ours now"), by=edda)
        workflow.publish(Story.objects.get(pk=story.pk), by=edda)
        assert types(server) == ["story.updated"]

    def test_a_move_that_fails_tells_nothing(self, server, hook):
        story = make_draft(headline="")
        with pytest.raises(workflow.WorkflowError):
            workflow.publish(story, by=None)
        assert (Delivery.objects.count(), Transition.objects.filter(action="publish").count()) == (
            0,
            0,
        )


class TestComments:
    @pytest.fixture
    def story(self, server, hook):
        story = make_story()
        told(server)
        return story

    def test_approved_as_the_read_api_shows_it(self, client, server, story):
        comment = make_comment(story, status="pending", body="Well said.")
        assert told(server) == []
        moderation.approve(comment, by=None)
        (said,) = told(server)
        assert said["type"] == "comment.approved"
        (row,) = client.get(f"/api/v1/stories/{story.pk}/comments/").json()["data"]
        assert said["data"]["comment"] == row
        assert said["data"]["story"]["id"] == story.pk
        assert problems("Comment", said["data"]["comment"]) == []

    def test_posted_and_published_at_once(self, client, server, story, settings):
        settings.COMMENT_TRUST_AFTER = 0
        client.force_login(make_user("mona", "Moderator", email="mona@paper.example"))
        answer = client.post(
            f"{story.get_absolute_url()}comments/",
            {"comment": "From the paper."},
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        assert answer.status_code == 303
        assert Comment.objects.get().status == "approved"
        assert types(server) == ["comment.approved"]

    @pytest.mark.parametrize("take", [moderation.hold, moderation.mark_spam, moderation.trash])
    def test_removed(self, server, story, take):
        comment = make_comment(story)
        take(comment, by=None)
        (said,) = told(server)
        assert said["type"] == "comment.removed"
        assert said["data"] == {"comment": {"id": comment.pk}, "story": {"id": story.pk}}

    def test_decisions_that_no_reader_sees_are_not_told(self, server, story):
        comment = make_comment(story, status="pending")
        moderation.mark_spam(comment, by=None)
        moderation.restore(comment, by=None)
        assert Delivery.objects.filter(comment=comment.pk).count() == 0

    def test_undone_before_it_was_told(self, server, story):
        comment = make_comment(story, status="pending")
        moderation.approve(comment, by=None)
        moderation.hold(comment, by=None)
        assert types(server) == ["comment.removed"]

    def test_changed_by_its_writer(self, server, story):
        comment = make_comment(story)
        moderation.rewrite(comment, "approved", body="Better.", body_html="<p>Better.</p>")
        (said,) = told(server)
        assert said["type"] == "comment.updated"
        assert said["data"]["comment"]["body_html"] == "<p>Better.</p>"

    @pytest.mark.parametrize(
        ("erase_texts", "event"), [(False, "comment.updated"), (True, "comment.removed")]
    )
    def test_a_person_who_is_forgotten_is_forgotten_there_too(
        self, server, story, settings, erase_texts, event
    ):
        """Whoever was told a name is told that it is gone (GDPR, article 19)."""
        settings.COMMENT_ERASE_TEXTS = erase_texts
        comment = make_comment(story, name="Rima", email="rima@mail.example")
        answered = make_comment(story, name="Rima", email="rima@mail.example")
        make_comment(story, parent=answered, name="Sami", email="sami@mail.example")
        make_comment(story, status="pending", name="Rima", email="rima@mail.example", body="x")
        privacy.erase(privacy.index_of("rima@mail.example"), via="desk")
        said = told(server)
        assert [one["type"] for one in said] == [event] * 2
        assert {one["data"]["comment"]["id"] for one in said} == {comment.pk, answered.pk}
        assert "Rima" not in json.dumps(said)

    def test_under_a_story_that_is_not_public_any_more(self, server, story):
        comment = make_comment(story, status="pending")
        workflow.unpublish(story, by=None)
        moderation.approve(comment, by=None)
        assert types(server) == ["story.unpublished"]


class TestWhoIsTold:
    def test_each_what_it_asked_for(self, server):
        make_webhook(server.port, ["comment.approved"])
        make_webhook(server.port, ["story.published", "comment.approved"])
        story = make_story()
        assert types(server) == ["story.published"]
        moderation.approve(make_comment(story, status="pending"), by=None)
        assert types(server) == ["comment.approved"] * 2

    def test_nobody_who_is_off_or_has_no_secret(self, server):
        make_webhook(server.port, is_active=False)
        Webhook.objects.create(name="New", url="https://x.example/", events=EVERYTHING)
        make_story()
        assert Delivery.objects.count() == 0

    def test_a_move_costs_one_query_where_there_are_none(self, django_assert_num_queries):
        story = make_story()
        move = story.transitions.last()
        with django_assert_num_queries(1):
            Delivery.objects.note("story.published", [(story.pk, None)])
        assert move.action == "create"


class TestFailures:
    def test_it_is_tried_again_later_each_time_and_given_up(self, server, hook):
        server.answers = [500]
        make_story()
        start = timezone.now()
        waited = []
        with time_machine.travel(start, tick=False) as clock:
            for minutes in (0, *webhooks.RETRIES):
                clock.shift(timedelta(minutes=minutes, seconds=-1))
                assert told(server) == []
                clock.shift(timedelta(seconds=1))
                assert len(told(server)) == 1
                waited.append(minutes)
            clock.shift(timedelta(days=9))
            assert told(server) == []
        delivery = Delivery.objects.get()
        assert (delivery.outcome, delivery.answer, delivery.tries) == ("given-up", "500", 8)
        assert len({call.headers["webhook-id"] for call in server.calls}) == 1
        assert len({call.headers["webhook-timestamp"] for call in server.calls}) == 8
        assert all(is_signed(call, hook.secret) for call in server.calls)

    def test_a_success_after_failures(self, server, hook):
        server.answers = [503, 302, 200]
        make_story()
        with time_machine.travel(timezone.now(), tick=False) as clock:
            for minutes in (0, 1, 5):
                clock.shift(timedelta(minutes=minutes))
                deliver_due()
                hook.refresh_from_db()
        assert (hook.failures, hook.failing_since) == (0, None)
        assert Delivery.objects.get().outcome == Outcome.DELIVERED
        assert [call.path for call in server.calls] == ["/in"] * 3

    def test_what_is_tried_again_tells_what_is_true_then(self, server, hook):
        server.answers = [500, 200]
        story = make_story(headline="First")
        deliver_due()
        workflow.save_draft(story, content(headline="Second"), by=None)
        workflow.publish(story, by=None)
        with time_machine.travel(timezone.now() + timedelta(minutes=2)):
            said = told(server)
        assert {one["data"]["story"]["headline"] for one in said} == {"Second"}

    def test_who_fails_is_left_alone_for_the_run_and_others_are_told(self, server, hook):
        dead = make_webhook(1)
        for _ in range(3):
            make_story()
        deliver_due()
        dead.refresh_from_db()
        assert dead.failures == 1
        assert len(server.calls) == 3

    def test_long_failure_switches_off_and_is_told(self, server, hook, settings):
        settings.EMAIL_URL = "smtp://127.0.0.1"
        make_user("adam", "Administrator", email="adam@paper.example", interface_language="en")
        make_user("edda", "Editor", email="edda@paper.example")
        server.answers, story = [500], make_story()
        start = timezone.now()
        with time_machine.travel(start, tick=False) as clock:
            while Webhook.objects.get().is_active and timezone.now() < start + timedelta(days=9):
                Delivery.objects.note("story.updated", [(story.pk, None)])
                deliver_due()
                clock.shift(timedelta(hours=1))
            stopped_after = timezone.now() - start
        hook.refresh_from_db()
        assert hook.failures >= webhooks.MOST_FAILURES
        assert timedelta(days=1) <= stopped_after <= timedelta(days=2)
        assert Delivery.objects.filter(ended_at=None).count() == 0
        (message,) = mail.outbox
        assert message.to == ["adam@paper.example"]
        assert message.subject == "The webhook \u2068Partner\u2069 was switched off"
        assert f"/admin/newsroom/webhook/{hook.pk}/change/" in message.body
        assert hook.url not in message.body
        make_story()
        assert Delivery.objects.filter(ended_at=None).count() == 0

    def test_many_failures_in_an_hour_do_not(self, server, hook):
        server.answers, story = [500], make_story()
        with time_machine.travel(timezone.now(), tick=False) as clock:
            for _ in range(30):
                Delivery.objects.note("story.updated", [(story.pk, None)])
                deliver_due()
                clock.shift(timedelta(minutes=1))
        hook.refresh_from_db()
        assert hook.failures >= webhooks.MOST_FAILURES
        assert hook.is_active

    def test_who_says_to_be_gone_is_switched_off_at_once(self, server, hook):
        server.answers = [410]
        make_story()
        deliver_due()
        hook.refresh_from_db()
        assert (hook.is_active, hook.stopped_at is None) == (False, False)

    def test_a_fault_of_ours_keeps_nobody_else_waiting(self, server, hook, monkeypatch):
        def fail(delivery: Delivery) -> None:
            raise RuntimeError("broken")

        monkeypatch.setitem(webhooks.DATA, "story.published", fail)
        make_story()
        other = make_webhook(server.port, ["comment.approved"])
        story = Story.objects.get()
        moderation.approve(make_comment(story, status="pending"), by=None)
        assert types(server) == ["comment.approved"]
        assert Delivery.objects.filter(webhook=other).get().outcome == Outcome.DELIVERED
        assert Delivery.objects.filter(webhook=hook, answer="fault", ended_at=None).count() == 1

    def test_an_inside_address_is_never_called(self, server, hook, settings):
        settings.WEBHOOK_NETWORKS = []
        make_story()
        hook.url = f"https://127.0.0.1:{server.port}/"
        hook.save()
        deliver_due()
        assert server.calls == []
        assert Delivery.objects.get().answer == "not-public"

    def test_what_is_over_is_kept_in_bounds(self, server, hook, monkeypatch):
        monkeypatch.setattr(webhooks, "KEPT", 3)
        for _ in range(6):
            make_story()
        deliver_due()
        assert len(server.calls) == 6
        newest = Delivery.objects.order_by("-id").values_list("story", flat=True)
        assert list(newest) == list(Story.objects.order_by("-id").values_list("pk", flat=True)[:3])

    def test_tick_says_what_it_did(self, server, hook):
        make_story()
        out = StringIO()
        call_command("tick", stdout=out)
        assert "Webhooks called: 1. Not called yet: 0." in out.getvalue()


@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    def test_two_ticks_call_once(self, server):
        """Both see the same rows; whoever claims one makes the call."""
        hook = make_webhook(server.port)
        for _ in range(6):
            make_story()
        barrier = threading.Barrier(2, timeout=20)
        server.before_answer = lambda: None

        def run() -> None:
            try:
                barrier.wait()
                deliver_due()
            finally:
                connections.close_all()

        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        ids = [call.headers["webhook-id"] for call in server.calls]
        assert len(ids) == len(set(ids)) == 6
        assert hook.deliveries.filter(outcome=Outcome.DELIVERED).count() == 6

    def test_a_claim_made_meanwhile_is_respected(self, server):
        make_webhook(server.port)
        make_story()
        (first,), (second,) = ([*Delivery.objects.all()] for _ in range(2))
        assert webhooks._claim(first)
        assert not webhooks._claim(second)

    def test_the_row_stands_only_with_the_move(self, server):
        """Written in the transaction of the move: when that is rolled back, nothing is told."""
        from django.db import transaction

        make_webhook(server.port)
        story = make_draft()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            workflow.publish(story, by=None)
            assert Delivery.objects.count() == 1
            raise ZeroDivisionError
        assert Delivery.objects.count() == 0
        assert connection.in_atomic_block is False
