"""A backup and the way back: what is inside, what is refused, and who stays forgotten."""

import json
import shutil
import stat
from datetime import datetime
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError
from django.db import connection
from django.utils import timezone

from articles.models import Image, Story
from comments import addresses, privacy
from comments.models import Comment
from newsroom import archive, backups, databases
from newsroom.lib.privacy import blind_index
from newsroom.models import User
from tests import leaks
from tests.backups.archives import files_of, members, newest, run
from tests.factories import make_comment, make_image, make_story, make_user

PLANTED = "Canary.Planted+Tag@Mail.Example.org"


@pytest.mark.django_db(transaction=True)
class TestThereAndBack:
    def test_everything_comes_back_and_nothing_else_stays(self, folder, settings):
        story = make_story(headline="الميناء يصحو", picture=make_image().pk)
        make_comment(story, name="عمر", email="omar@reader.example")
        before = files_of(settings.MEDIA_ROOT)
        assert "Wrote" in run("backup", folder)

        Story.objects.filter(pk=story.pk).update(headline="Changed")
        make_comment(story, body="Written afterwards.")
        extra = make_image(width=700)
        shutil.rmtree(Path(settings.MEDIA_ROOT) / story.picture.rendition_key)

        said = run("restore", newest(folder), yes=True)
        assert "Restored the newsroom of" in said
        assert Story.objects.get().headline == "الميناء يصحو"
        assert Comment.objects.get().email.reveal() == "omar@reader.example"
        assert not Image.objects.filter(pk=extra.pk).exists()
        assert files_of(settings.MEDIA_ROOT) == before

    def test_originals_come_back(self, folder):
        originals = storages["originals"]
        name = originals.save("pictures/2026/harbour.png", ContentFile(b"as it was sent"))
        run("backup", folder)
        originals.delete(name)
        run("restore", newest(folder), yes=True)
        assert originals.open(name).read() == b"as it was sent"

    def test_new_rows_get_numbers_of_their_own(self, folder):
        old = make_story()
        run("backup", folder)
        run("restore", newest(folder), yes=True)
        assert make_story().pk > old.pk

    def test_sessions_stay_behind(self, folder, client):
        client.force_login(make_user("edda", "Editor"))
        assert client.get("/admin/").status_code == 200
        run("backup", folder)
        run("restore", newest(folder), yes=True)
        assert client.get("/admin/").status_code == 302
        assert User.objects.filter(username="edda").exists()

    def test_a_site_goes_on_while_it_is_copied(self, folder, monkeypatch):
        story = make_story()
        real = backups._add_folder

        def meanwhile(writer, name, source):
            make_comment(story)
            real(writer, name, source)

        monkeypatch.setattr(backups, "_add_folder", meanwhile)
        run("backup", folder)
        assert Comment.objects.count() == 2
        run("restore", newest(folder), yes=True)
        assert Comment.objects.count() == 0

    def test_it_does_not_claim_to_hold_what_came_while_it_was_made(self, folder, monkeypatch):
        real = databases.dump
        began = []

        def dump(target):
            began.append(timezone.now())
            real(target)

        monkeypatch.setattr(databases, "dump", dump)
        run("backup", folder)
        manifest = json.loads(members(newest(folder))["manifest.json"])
        assert datetime.fromisoformat(manifest["made_at"]) <= began[0]

    def test_an_older_archive_is_brought_up_to_date(self, folder, monkeypatch):
        make_story()
        run("backup", folder)
        migrated = []
        monkeypatch.setattr(backups, "call_command", lambda name, **options: migrated.append(name))
        run("restore", newest(folder), yes=True)
        assert migrated == ["migrate"]


@pytest.mark.django_db(transaction=True)
class TestWhoIsForgotten:
    def test_stays_forgotten(self, folder):
        story = make_story()
        make_comment(story, email="gone@reader.example")
        make_comment(story, email="stays@reader.example", status="spam")
        run("backup", folder)
        run("erase_commenter", "gone@reader.example")
        said = run("restore", newest(folder), yes=True)
        assert "forgotten again: 1" in said
        gone = blind_index("gone@reader.example")
        assert not Comment.objects.filter(email_index=gone).exists()
        assert Comment.objects.filter(email_index=blind_index("stays@reader.example")).exists()

    def test_on_another_machine_by_the_ledger_beside_the_archive(self, folder, settings, tmp_path):
        make_comment(make_story(), email="gone@reader.example")
        run("backup", folder)
        first = newest(folder)
        run("erase_commenter", "gone@reader.example")
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        shutil.copy(first, elsewhere)
        # The next night's backup takes the ledger along.
        first.unlink()
        run("backup", folder)
        shutil.copy(folder / "erasures.jsonl", elsewhere)
        Path(settings.ERASURE_LEDGER).unlink()
        privacy.Erasure.objects.all().delete()
        said = run("restore", elsewhere / first.name, yes=True)
        assert "forgotten again: 1" in said
        assert set(privacy.read_ledger_file(Path(settings.ERASURE_LEDGER))) == {
            blind_index("gone@reader.example")
        }

    def test_by_a_ledger_that_is_named(self, folder, settings, tmp_path):
        make_comment(make_story(), email="gone@reader.example")
        run("backup", folder)
        run("erase_commenter", "gone@reader.example")
        kept = shutil.move(settings.ERASURE_LEDGER, tmp_path / "kept.jsonl")
        privacy.Erasure.objects.all().delete()
        assert "forgotten again: 0" in run("restore", newest(folder), yes=True)
        assert "forgotten again: 1" in run("restore", newest(folder), yes=True, ledger=[kept])

    def test_a_ledger_holds_nobody_twice(self, folder):
        make_comment(make_story(), email="gone@reader.example")
        run("erase_commenter", "gone@reader.example")
        ledger = folder / "erasures.jsonl"
        for _ in range(3):
            backups.make(folder / str(_))
            backups.merge_ledger(ledger, privacy.read_ledger())
        assert len(ledger.read_text().splitlines()) == 1
        assert stat.S_IMODE(ledger.stat().st_mode) == 0o600

    def test_wrong_keys_are_told(self, folder, settings):
        make_comment(make_story(), email="omar@reader.example")
        run("backup", folder)
        settings.EMAIL_INDEX_KEY = "another key of the index, long enough"
        assert "put those into .env" in run("restore", newest(folder), yes=True)
        assert addresses.keys_fit() is False


@pytest.mark.django_db(transaction=True)
class TestWhatIsInside:
    def test_the_archive_is_private_and_lists_what_it_holds(self, folder):
        make_story(picture=make_image().pk)
        run("backup", folder)
        path = newest(folder)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        inside = members(path)
        manifest = json.loads(inside.pop("manifest.json"))
        assert manifest["files"].keys() == inside.keys()
        assert manifest["vendor"] == connection.vendor
        assert "articles.0001_stories" in manifest["migrations"]
        assert databases.file_name() in inside

    def test_no_address_is_in_it(self, folder, tmp_path):
        story = make_story()
        make_comment(story, email=PLANTED)
        make_comment(story, email=PLANTED, status="spam")
        run("erase_commenter", "somebody@else.example")
        run("backup", folder)
        everything = dict(members(newest(folder)), ledger=(folder / "erasures.jsonl").read_bytes())
        if connection.vendor == "postgresql":
            dump = tmp_path / "dump"
            dump.write_bytes(everything["database.dump"])
            databases._run("pg_restore", f"--file={tmp_path / 'sql'}", str(dump))
            everything["sql"] = (tmp_path / "sql").read_bytes()
            assert "عمر" not in everything["sql"].decode()
        for name, content in everything.items():
            assert leaks.found(PLANTED, content) == [], name

    def test_no_key_is_in_it(self, folder, settings):
        make_comment(make_story(), email=PLANTED)
        run("backup", folder)
        keys = [settings.SECRET_KEY, settings.EMAIL_INDEX_KEY, *settings.EMAIL_ENCRYPTION_KEYS]
        for content in members(newest(folder)).values():
            assert not [key for key in keys if key.encode() in content]

    def test_a_picture_that_goes_meanwhile_is_left_out(self, folder, monkeypatch):
        make_image()
        real = archive.files_under

        def and_one_that_went(source):
            yield from real(source)
            yield "gone.jpg", source / "gone.jpg"

        monkeypatch.setattr(backups, "files_under", and_one_that_went)
        run("backup", folder)
        assert "media/gone.jpg" not in members(newest(folder))

    def test_only_so_many_stay(self, folder):
        folder.mkdir()
        for day in range(1, 5):
            (folder / f"newsroom-2026110{day}T000000Z.tar.gz").touch()
        (folder / "newsroom-of-mine.tar.gz").touch()
        assert "Deleted newsroom-20261101T000000Z.tar.gz" in run("backup", folder, keep=2)
        names = sorted(path.name for path in folder.glob("*.tar.gz"))
        assert names[0] == "newsroom-20261104T000000Z.tar.gz"
        assert len(names) == 3
        assert "newsroom-of-mine.tar.gz" in names

    def test_the_newest_stays_when_the_clock_was_set_back(self, folder):
        folder.mkdir()
        later = folder / "newsroom-21260101T000000Z.tar.gz"
        later.touch()
        assert f"Deleted {later.name}" in run("backup", folder, keep=1)
        assert len(list(folder.glob("newsroom-*"))) == 1

    def test_encrypted_or_not_they_are_counted_together(self, folder):
        folder.mkdir()
        for name in ("newsroom-20261101T000000Z.tar.gz.sealed", "newsroom-20261102T000000Z.tar.gz"):
            (folder / name).touch()
        assert "Deleted newsroom-20261101T000000Z.tar.gz.sealed" in run("backup", folder, keep=2)
        assert (folder / "newsroom-20261102T000000Z.tar.gz").exists()

    def test_what_is_not_ours_stays(self, folder, tmp_path):
        folder.mkdir()
        (folder / "newsroom-20261101T000000Z.tar.gz").mkdir()
        (folder / "newsroom-20261102T000000Z.tar.gz").symlink_to(tmp_path)
        for name in ("newsroom-20261103T000000Z.tar.gz.sealed.part", "photos-20261103T000000Z.zip"):
            (folder / name).touch()
        before = set(folder.iterdir())
        assert "Deleted" not in run("backup", folder, keep=1)
        assert before < set(folder.iterdir())

    def test_an_archive_that_cannot_be_read_again_costs_no_older_one(self, folder, monkeypatch):
        """A disk that stores something else than it was given."""
        folder.mkdir()
        older = folder / "newsroom-20261101T000000Z.tar.gz"
        older.touch()
        real = backups._write

        def stored_badly(part, keys):
            written = real(part, keys)
            data = bytearray(part.read_bytes())
            data[len(data) // 2] ^= 1
            part.write_bytes(data)
            return written

        monkeypatch.setattr(backups, "_write", stored_badly)
        with pytest.raises(CommandError, match="No backup was made"):
            run("backup", folder, keep=1)
        assert list(folder.iterdir()) == [older]


@pytest.mark.django_db(transaction=True)
class TestOnlyLookedAt:
    def test_nothing_is_changed(self, folder):
        story = make_story(headline="Then")
        run("backup", folder)
        Story.objects.filter(pk=story.pk).update(headline="Now")
        before = leaks.of_database()
        assert "Whole: the newsroom of" in run("restore", newest(folder), check=True)
        assert leaks.of_database() == before
        assert list(folder.parent.glob(".restore-*")) == []

    def test_a_damaged_one_is_told(self, folder):
        make_story()
        run("backup", folder)
        path = newest(folder)
        path.write_bytes(path.read_bytes()[:-200])
        with pytest.raises(CommandError, match="It cannot be restored"):
            run("restore", path, check=True)


def test_a_missing_program_is_named(monkeypatch):
    monkeypatch.setattr(databases.shutil, "which", lambda program: None)
    with pytest.raises(databases.DatabaseError, match="pg_dump is missing"):
        databases._run("pg_dump")


@pytest.mark.django_db(transaction=True)
class TestInterrupted:
    def test_a_backup_that_breaks_off_leaves_no_archive(self, folder, monkeypatch):
        make_image()

        def full(*args):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(backups.Writer, "finish", full)
        with pytest.raises(CommandError, match="No space left"):
            run("backup", folder)
        assert list(folder.iterdir()) == []

    @pytest.mark.parametrize("prefix", [".newsroom-", ".backup-", ".restore-"])
    def test_what_one_that_was_killed_left_goes_with_the_next(self, folder, settings, prefix):
        parent = folder if prefix == ".newsroom-" else settings.VAR_DIR
        left = parent / f"{prefix}killed"
        left.mkdir(parents=True)
        (left / "database.sqlite3").write_bytes(b"everything")
        with backups._locked(left):
            run("backup", folder)
            run("restore", newest(folder), check=True)
            assert left.exists(), "another one that still runs lost its work"
        newest(folder).unlink()
        run("backup", folder)
        run("restore", newest(folder), check=True)
        assert not left.exists()
        assert list(parent.glob(f"{prefix}*")) == []

    def test_a_restore_that_breaks_off_leaves_the_database(self, folder, monkeypatch):
        story = make_story(headline="Now")
        run("backup", folder)
        Story.objects.filter(pk=story.pk).update(headline="Later")

        def breaks(*args, **options):
            raise databases.DatabaseError("it broke")

        monkeypatch.setattr(databases, "load", breaks)
        with pytest.raises(CommandError, match="Nothing was restored: it broke"):
            run("restore", newest(folder), yes=True)
        assert Story.objects.get().headline == "Later"
        assert list(Path(folder.parent).glob(".restore-*")) == []

    @pytest.mark.skipif("connection.vendor != 'postgresql'")
    def test_half_a_script_changes_nothing(self, folder, monkeypatch):
        """PostgreSQL: the script fails at its end, in the one transaction that drops and makes."""
        make_story(headline="Now")
        run("backup", folder)
        real = databases._run

        def with_an_error(program, *arguments, **options):
            real(program, *arguments, **options)
            if program == "pg_restore" and "--list" not in arguments:
                script = next(word for word in arguments if word.startswith("--file="))
                with Path(script.removeprefix("--file=")).open("a") as file:
                    file.write("SELECT 1/0;\n")

        monkeypatch.setattr(databases, "_run", with_an_error)
        with pytest.raises(CommandError, match="division by zero"):
            run("restore", newest(folder), yes=True)
        assert Story.objects.get().headline == "Now"
