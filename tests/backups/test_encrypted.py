"""With BACKUP_KEYS nobody reads an archive, or puts another in its place."""

import tarfile

import pytest
from django.core.management import CommandError

from articles.models import Story
from newsroom import databases
from tests import leaks
from tests.backups.archives import members, new_key, newest, run
from tests.factories import make_image, make_story


@pytest.mark.django_db(transaction=True)
class TestEncrypted:
    @pytest.fixture(autouse=True)
    def key(self, settings):
        settings.BACKUP_KEYS = [new_key()]
        return settings.BACKUP_KEYS[0]

    def test_it_comes_back_and_the_receipt_tells(self, folder):
        story = make_story(headline="الميناء يصحو", picture=make_image().pk)
        said = run("backup", folder)
        assert newest(folder).name in said
        assert newest(folder).suffix == ".sealed"
        assert "Encrypted under the first of BACKUP_KEYS." in said
        Story.objects.filter(pk=story.pk).update(headline="Changed")
        run("restore", newest(folder), yes=True)
        assert Story.objects.get().headline == "الميناء يصحو"

    def test_nothing_of_it_is_read_without_the_key(self, folder, settings):
        words = "A headline nobody else may read before its time."
        make_story(headline=words)
        run("backup", folder)
        path = newest(folder)
        assert words.encode() not in path.read_bytes()
        with pytest.raises(tarfile.ReadError):
            members(path)
        settings.BACKUP_KEYS = [new_key()]
        with pytest.raises(CommandError, match="under none of the keys in BACKUP_KEYS"):
            run("restore", path, yes=True)
        settings.BACKUP_KEYS = []
        with pytest.raises(CommandError, match="under none of the keys in BACKUP_KEYS"):
            run("restore", path, yes=True)

    def test_nothing_unsealed_ever_lies_beside_it(self, folder, monkeypatch):
        words = "A headline nobody else may read before its time."
        make_story(headline=words)
        seen = []
        real = databases.check

        def and_look(copy):
            seen.extend(path for path in folder.rglob("*") if path.is_file())
            real(copy)

        monkeypatch.setattr(databases, "check", and_look)
        run("backup", folder)
        assert [path.suffix for path in seen] == [".sealed"]

    def test_an_old_key_still_opens_what_was_made_under_it(self, folder, settings, key):
        make_story(headline="Then")
        run("backup", folder)
        settings.BACKUP_KEYS = [new_key(), key]
        assert "Whole" in run("restore", newest(folder), check=True)

    def test_one_that_was_changed_or_cut_short_changes_nothing(self, folder):
        make_story(picture=make_image().pk)
        run("backup", folder)
        path = newest(folder)
        data = path.read_bytes()
        before = leaks.of_database()
        for damaged in (data[:-1], data[:-17], data + b"x", data[:-9] + b"x" + data[-8:]):
            path.write_bytes(damaged)
            with pytest.raises(CommandError, match="cannot be opened: it was changed or cut"):
                run("restore", path, yes=True)
        assert leaks.of_database() == before

    def test_one_that_is_not_may_be_anybodys(self, folder, settings):
        """Who can write into the folder could put a newsroom of their own there."""
        make_story(headline="From before there was a key")
        key, settings.BACKUP_KEYS = settings.BACKUP_KEYS, []
        assert "Not encrypted" in run("backup", folder)
        settings.BACKUP_KEYS = key
        with pytest.raises(CommandError, match="--not-encrypted"):
            run("restore", newest(folder), yes=True)
        run("restore", newest(folder), yes=True, not_encrypted=True)
        assert Story.objects.get().headline == "From before there was a key"
