"""What a commenter may ask: a copy of everything (B157–B160), and to be forgotten (B161–B164)."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from comments import moderation, privacy
from comments.models import (
    Comment,
    Decision,
    Erasure,
    MailStop,
    Note,
    Notice,
    Report,
    Rule,
    Subscription,
    VerifiedAddress,
)
from newsroom.lib.privacy import blind_index
from tests import leaks
from tests.factories import make_comment, make_story

pytestmark = pytest.mark.django_db
WHO = "Rare.Reader@mail.example"


@pytest.fixture
def index() -> str:
    return blind_index(WHO)


@pytest.fixture(autouse=True)
def own_ledger(settings, tmp_path):
    settings.ERASURE_LEDGER = tmp_path / "erasures.jsonl"


def written(story, **fields) -> Comment:
    own = {"name": "Rare", "website": "https://rare.example", "ip": "192.0.2.0"}
    own |= {"user_agent": "Rare Browser 9", "browser": "b" * 64}
    return make_comment(story, email=WHO, **own | fields)


@pytest.fixture
def everywhere(story, mona, index) -> dict[str, Comment]:
    """The reader in every state, reported, noted, subscribed, and answered by somebody else."""
    comments = {
        state: written(story, status=state, body=f"Rare {state} words")
        for state in ("approved", "pending", "spam", "trash")
    }
    answered = written(story, status="spam", body="Rare answered words")
    make_comment(story, parent=answered, name="Other", body="An answer", email="o@mail.example")
    moderation.hold(comments["approved"], by=mona, note="Rare is her real name")
    moderation.approve(comments["approved"], by=mona)
    other = make_comment(story, name="Third", email="third@mail.example")
    Report.objects.create(comment=other, reason="hate", browser="b" * 64, note="says Rare")
    Note.objects.create(email_index=index, by=mona, text="Rare again")
    VerifiedAddress.objects.create(email_index=index, browser="b" * 64)
    MailStop.objects.create(email_index=index)
    Subscription.objects.create(comment=comments["approved"], replies=True)
    Notice.objects.create(comment=other, about=comments["approved"], due_at=timezone.now())
    return comments | {"answered": answered, "other": other}


class TestExport:
    def test_b157_everything_of_one_person_and_nothing_of_others(self, everywhere, index):
        found = privacy.export(index)
        assert [row["state"] for row in found["comments"]] == [
            *("approved", "pending", "spam", "trash", "spam")
        ]
        first = found["comments"][0]
        assert first["email"] == WHO
        assert first["network"] == "192.0.2.0"
        assert first["browser"] == "Rare Browser 9"
        assert first["text"] == "Rare approved words"
        assert first["page"].startswith("http")
        assert first["page"].endswith(f"#comment-{first['number']}")
        assert found["notes_of_moderators"][0]["text"] == "Rare again"
        decided = found["decisions_on_comments"]
        assert [row["to_status"] for row in decided] == ["pending", "approved"]
        assert decided[0]["note"] == "Rare is her real name"
        assert found["reports_from_the_same_browsers"][0]["note"] == "says Rare"
        text = json.dumps(found)
        for foreign in ("Third", "An answer", "Other", "mona"):
            assert foreign not in text

    def test_b158_nobody(self):
        found = privacy.export(blind_index("nobody@mail.example"))
        assert found["comments"] == []

    def test_b159_an_empty_field_is_left_out(self, story, index):
        written(story, website="", ip=None)
        row = privacy.export(index)["comments"][0]
        assert {"website", "network", "edited_at"} & set(row) == set()

    def test_b160_all_of_many_in_order_and_in_as_many_queries(
        self, story, index, django_assert_max_num_queries
    ):
        for number in range(30):
            written(story if number % 2 else make_story(), body=f"Number {number}")
        with django_assert_max_num_queries(8):
            found = privacy.export(index)["comments"]
        assert [row["text"] for row in found] == [f"Number {n}" for n in range(30)]

    def test_command(self, everywhere, capsys):
        call_command("export_commenter", WHO)
        assert len(json.loads(capsys.readouterr().out)["comments"]) == 5

    def test_command_reads_the_address_from_standard_input(self, everywhere, monkeypatch, capsys):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{WHO}\n"))
        call_command("export_commenter", "-")
        assert "Rare approved words" in capsys.readouterr().out

    @pytest.mark.parametrize("command", ["export_commenter", "erase_commenter"])
    def test_what_is_no_address_is_refused_without_being_repeated(self, command):
        with pytest.raises(CommandError) as refusal:
            call_command(command, "secret-no-address")
        assert "secret" not in str(refusal.value)


class TestErase:
    def test_b161_b163_every_state_is_reached(self, everywhere, index):
        erased = privacy.erase(index, via="desk")
        assert (erased.anonymised, erased.deleted) == (1, 4)
        kept = Comment.objects.get(pk=everywhere["approved"].pk)
        assert (kept.name, kept.body) == ("Anonymous", "Rare approved words")
        assert kept.created_at == everywhere["approved"].created_at
        assert not Comment.objects.filter(pk=everywhere["pending"].pk).exists()
        # The memory of the erasure is all that knows the index.
        assert Erasure.objects.get().email_index == index
        Erasure.objects.all().delete()
        held = leaks.of_database().replace(b"Rare approved words", b"")
        assert [
            trace for trace in ("Rare", index, "192.0.2.0", "b" * 64) if trace.encode() in held
        ] == []

    def test_it_reaches_reports_notes_mail_and_proofs(self, everywhere, index):
        privacy.erase(index, via="desk")
        for model in (Note, VerifiedAddress, MailStop, Subscription, Notice):
            assert not model.objects.exists()
        report = Report.objects.get()
        assert (report.note, report.reason) == ("", "hate")
        assert report.browser != "b" * 64
        assert set(Decision.objects.values_list("note", flat=True)) == {""}

    def test_the_thread_keeps_its_shape(self, client, everywhere, index, story):
        privacy.erase(index, via="desk")
        place = Comment.objects.get(pk=everywhere["answered"].pk)
        assert (place.status, place.body, place.name) == ("trash", "", "")
        page = client.get(story.get_absolute_url()).content.decode()
        assert "An answer" in page
        assert f'id="comment-{place.pk}"' in page
        story.refresh_from_db()
        assert story.comment_count == Comment.objects.approved().filter(story=story).count() == 3

    def test_b118_the_empty_place_goes_with_its_last_answer(self, everywhere, index):
        privacy.erase(index, via="desk")
        answer = Comment.objects.get(body="An answer")
        privacy.erase(answer.email_index, via="desk")
        answer.refresh_from_db()
        assert answer.body == "An answer"  # published: stays, as nobody's
        privacy.discard(Comment.objects.filter(pk=answer.pk))
        assert not Comment.objects.filter(pk=everywhere["answered"].pk).exists()

    def test_texts_go_too_where_the_paper_says_so(self, everywhere, index, story, settings):
        settings.COMMENT_ERASE_TEXTS = True
        answer = make_comment(story, parent=everywhere["approved"], email="x@mail.example")
        erased = privacy.erase(index, via="desk")
        assert (erased.anonymised, erased.deleted) == (0, 5)
        assert b"Rare" not in leaks.of_database()
        assert Comment.objects.filter(pk=answer.pk, status="approved").exists()

    def test_the_public_page_shows_it_at_once(self, client, everywhere, index, story):
        assert (
            "Rare</a>"
            in client.get(story.get_absolute_url()).content.decode().replace("</bdi>", "")
            or "Rare" in client.get(story.get_absolute_url()).content.decode()
        )
        before = client.get(story.get_absolute_url())
        privacy.erase(index, via="desk")
        after = client.get(story.get_absolute_url(), headers={"If-None-Match": before["ETag"]})
        assert after.status_code == 200
        assert "rare.example" not in after.content.decode()

    def test_b162_again_finds_nothing(self, everywhere, index):
        privacy.erase(index, via="desk")
        assert privacy.erase(index, via="desk").comments == 0
        assert set(Erasure.objects.values_list("comment_count", flat=True)) == {5, 0}

    def test_reports_go_from_every_browser_in_which_the_address_was_proved(self, story, index):
        written(story, browser="a" * 64)
        VerifiedAddress.objects.create(email_index=index, browser="c" * 64)
        other = make_comment(story, name="Third", email="third@mail.example")
        Report.objects.create(comment=other, reason="hate", browser="c" * 64, note="I am Rare")
        found = privacy.export(index)["reports_from_the_same_browsers"]
        assert [(row["comment"], row["note"]) for row in found] == [(other.pk, "I am Rare")]
        privacy.erase(index, via="desk")
        report = Report.objects.get()
        assert (report.note, report.reason) == ("", "hate")
        assert report.browser != "c" * 64

    def test_b164_a_rule_about_the_address_is_kept_and_told(self, everywhere, index):
        Rule.objects.create(kind="address", action="spam", value="R•••", key=index)
        assert privacy.erase(index, via="desk").rules == 1
        assert Rule.objects.count() == 1

    def test_nobody_is_not_everybody(self, everywhere):
        anonymous = make_comment(everywhere["other"].story, email="z@mail.example")
        Comment.objects.filter(pk=anonymous.pk).update(
            email_index="", legacy_source="https://old.example"
        )
        privacy.forget("", timezone.now())
        assert Comment.objects.filter(pk=anonymous.pk, anonymised_at=None).exists()

    def test_command_tells_what_it_did(self, everywhere, capsys):
        call_command("erase_commenter", WHO)
        assert capsys.readouterr().out.startswith("Comments anonymised: 1. Deleted: 4.")
        assert Erasure.objects.get().via == "command"


class TestLedger:
    def test_what_a_backup_brings_back_is_forgotten_again(
        self, everywhere, index, django_capture_on_commit_callbacks
    ):
        rows = list(Comment.objects.filter(pk=everywhere["approved"].pk).values())
        with django_capture_on_commit_callbacks(execute=True):
            privacy.erase(index, via="desk")
        # The old database, as a restore puts it back: without any memory of the erasure.
        Erasure.objects.all().delete()
        Comment.objects.filter(pk=everywhere["approved"].pk).update(**rows[0])
        assert Comment.objects.filter(email_index=index).count() == 1
        assert privacy.replay(privacy.read_ledger()) == 1
        assert not Comment.objects.filter(email_index=index).exists()
        assert privacy.replay(privacy.read_ledger()) == 0
        assert Erasure.objects.filter(email_index=index).exists()

    def test_a_database_put_back_by_other_means_forgets_within_a_minute(
        self, everywhere, index, django_capture_on_commit_callbacks
    ):
        rows = list(Comment.objects.filter(pk=everywhere["approved"].pk).values())
        with django_capture_on_commit_callbacks(execute=True):
            privacy.erase(index, via="desk")
        assert privacy.catch_up() == 0
        Erasure.objects.all().delete()
        Comment.objects.filter(pk=everywhere["approved"].pk).update(**rows[0])
        call_command("tick")
        assert not Comment.objects.filter(email_index=index).exists()
        assert Erasure.objects.filter(email_index=index).count() == 1
        assert privacy.catch_up() == 0

    def test_whoever_asks_again_is_forgotten_up_to_the_last_time(
        self, story, index, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            written(story)
            privacy.erase(index, via="reader")
            later = written(story, status="spam", body="Backed up, then purged")
            rows = Comment.objects.filter(pk=later.pk).values()[0]
            privacy.discard(Comment.objects.filter(pk=later.pk))
            assert privacy.erase(index, via="reader").comments == 0
        Comment.objects.create(**rows)  # what a backup brings back
        assert privacy.replay(privacy.read_ledger()) == 1

    def test_what_was_written_after_the_erasure_stays(
        self, everywhere, index, story, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            privacy.erase(index, via="desk")
        later = written(story, body="I came back")
        privacy.replay(privacy.read_ledger())
        later.refresh_from_db()
        assert (later.name, later.email_index) == ("Rare", index)

    def test_the_ledger_names_nobody_and_survives_rubbish(
        self, everywhere, index, settings, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            privacy.erase(index, via="desk")
        text = settings.ERASURE_LEDGER.read_text()
        assert leaks.found(WHO, text.encode()) == []
        assert settings.ERASURE_LEDGER.stat().st_mode & 0o077 == 0
        naive = json.dumps({"index": index, "at": "2026-01-01T00:00:00"})
        long = json.dumps({"index": "f" * 90, "at": "2026-01-01T00:00:00+00:00"})
        rubbish = f"{text}rubbish\n{{}}\n[]\n{naive}\n{long}\n".encode() + b"\xff\xfe\n"
        settings.ERASURE_LEDGER.write_bytes(rubbish)
        assert set(privacy.read_ledger()) == {index}

    def test_without_a_place_for_the_file_the_erasure_still_happens(
        self, everywhere, index, settings, django_capture_on_commit_callbacks
    ):
        settings.ERASURE_LEDGER = settings.ERASURE_LEDGER / "nowhere" / "x"
        with django_capture_on_commit_callbacks(execute=True):
            privacy.erase(index, via="desk")
        assert set(privacy.read_ledger()) == {index}
