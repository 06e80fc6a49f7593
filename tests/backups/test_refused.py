"""What is not exactly an archive of ours changes nothing."""

import gzip
import io
import json
import shutil
import tarfile

import pytest
from django.core.management import CommandError

from newsroom import archive, databases
from tests import leaks
from tests.backups.archives import members, newest, packed, run, with_facts, writer_lists
from tests.factories import make_image, make_story


@pytest.mark.django_db(transaction=True)
class TestRefused:
    @pytest.fixture
    def made(self, folder):
        make_story(picture=make_image().pk)
        run("backup", folder)
        return newest(folder)

    def refusal(self, path, **options) -> str:
        before = leaks.of_database()
        with pytest.raises(CommandError) as refused:
            run("restore", path, **{"yes": True, **options})
        assert leaks.of_database() == before
        assert "\n" not in str(refused.value)
        return str(refused.value)

    def test_a_newsroom_with_content_unless_told(self, made, monkeypatch):
        monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
        assert "--yes" in self.refusal(made, yes=False)

    @pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b" + b"\0" * 50])
    def test_what_is_no_archive(self, tmp_path, content):
        path = tmp_path / "odd.tar.gz"
        path.write_bytes(content)
        assert "Nothing was restored" in self.refusal(path)

    def test_a_file_that_is_not_there(self, tmp_path):
        assert "There is no file" in self.refusal(tmp_path / "nothing.tar.gz")

    def test_one_that_ends_early(self, made):
        data = made.read_bytes()
        for length in (len(data) // 3, len(data) - 200):
            made.write_bytes(data[:length])
            assert "Nothing was restored" in self.refusal(made)

    def test_one_whose_content_was_changed(self, made, tmp_path):
        inside = members(made)
        name = next(name for name in inside if name.startswith("media/"))
        inside[name] = inside[name][:-1] + bytes([inside[name][-1] ^ 1])
        assert "is not what" in self.refusal(packed(tmp_path, inside))

    def test_one_that_lacks_a_file(self, made, tmp_path):
        inside = members(made)
        del inside[next(name for name in inside if name.startswith("media/"))]
        assert "is not what" in self.refusal(packed(tmp_path, inside))

    def test_one_of_another_database(self, made, tmp_path):
        inside = with_facts(members(made), vendor="oracle")
        assert "The archive is of oracle" in self.refusal(packed(tmp_path, inside))

    def test_one_of_a_newer_version(self, made, tmp_path):
        inside = with_facts(members(made), migrations=["articles.9999_much_later"])
        assert "articles.9999_much_later" in self.refusal(packed(tmp_path, inside))

    def test_one_of_another_format(self, made, tmp_path):
        inside = with_facts(members(made), format=2)
        assert "another version" in self.refusal(packed(tmp_path, inside))

    def test_a_copy_of_a_database_that_is_damaged(self, made, tmp_path):
        inside = members(made)
        name = databases.file_name()
        inside[name] = b"SQLite format 3\0" + b"x" * 5000
        manifest = json.loads(inside["manifest.json"])
        writer_lists(manifest, inside)
        inside["manifest.json"] = json.dumps(manifest).encode()
        assert "Nothing was restored" in self.refusal(packed(tmp_path, inside))

    @pytest.mark.parametrize(
        "more", [b"x", gzip.compress(b"\0" * 20_000)], ids=["a byte", "an archive"]
    )
    def test_one_that_goes_on_after_its_end(self, made, more):
        made.write_bytes(made.read_bytes() + more)
        assert "Nothing was restored" in self.refusal(made)

    @pytest.mark.parametrize(
        "name",
        [
            *("../outside", "/etc/outside", "media/../../outside", "media/./x", "other/x"),
            *("media/a\\..\\b", "originals//x", "manifest.json/x"),
        ],
    )
    def test_names_that_would_leave_the_folder(self, made, tmp_path, name):
        inside = {name: b"x", **members(made)}
        assert "something no backup has" in self.refusal(packed(tmp_path, inside))
        assert not (tmp_path / "outside").exists()

    @pytest.mark.parametrize(
        "kind",
        [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE],
    )
    def test_links_devices_and_folders(self, made, tmp_path, kind):
        path = tmp_path / "odd.tar.gz"
        with tarfile.open(path, "w:gz") as tar:
            member = tarfile.TarInfo("media/link")
            member.type, member.linkname = kind, "/etc/passwd"
            tar.addfile(member)
        assert "something no backup has" in self.refusal(path)

    def test_one_that_would_fill_the_disk(self, made, monkeypatch):
        nearly_full = shutil.disk_usage("/")._replace(free=archive.SPARE + 10)
        monkeypatch.setattr(archive.shutil, "disk_usage", lambda path: nearly_full)
        assert "no room on the disk" in self.refusal(made)

    def test_a_name_that_stands_twice(self, made, tmp_path):
        path = tmp_path / "odd.tar.gz"
        with tarfile.open(path, "w:gz") as tar:
            for _ in range(2):
                member = tarfile.TarInfo("media/x")
                tar.addfile(member, io.BytesIO(b""))
        assert "something no backup has" in self.refusal(path)
