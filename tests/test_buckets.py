"""Pictures in a bucket: what a disk does, a real server that speaks S3 does as well."""

from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.management import CommandError, call_command

from articles import pictures
from articles.models import Image
from newsroom import backups
from newsroom.environment import Environment
from newsroom.lib.files import store_whole
from tests import factories

KEY, SECRET = "an+id", "a/secret:of+40"
REQUIRED = "not on this machine: pip install 'moto[s3]' flask flask-cors 'django-storages[s3]'"


@pytest.fixture(scope="module")
def server():
    """A server on this machine that speaks S3."""
    pytest.importorskip("storages.backends.s3", reason=REQUIRED)
    moto = pytest.importorskip("moto.server", reason=REQUIRED)
    running = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    yield "http://{}:{}".format(*running.get_host_and_port())
    running.stop()


@pytest.fixture
def bucket(server, settings, monkeypatch):
    """Both storages in a bucket of their own, as STORAGE_URL puts them there."""
    import boto3

    keys = {"aws_access_key_id": KEY, "aws_secret_access_key": SECRET}
    client = boto3.client("s3", endpoint_url=server, region_name="us-east-1", **keys)
    client.create_bucket(Bucket="paper")
    monkeypatch.setenv("STORAGE_URL", url_of(server))
    options = Environment().bucket("STORAGE_URL")
    settings.STORAGES = settings.STORAGES | {
        alias: {
            "BACKEND": f"newsroom.buckets.{name}",
            "OPTIONS": options | {"location": f"ours/{folder}"},
        }
        for alias, name, folder in (
            ("default", "MediaBucket", "media"),
            ("originals", "OriginalsBucket", "originals"),
        )
    }
    monkeypatch.setattr(Image._meta.get_field("original"), "storage", storages["originals"])
    yield SimpleNamespace(
        client=client,
        names=lambda: [
            row["Key"] for row in client.list_objects_v2(Bucket="paper").get("Contents", ())
        ],
        head=lambda name: client.head_object(Bucket="paper", Key=name),
    )
    for row in client.list_objects_v2(Bucket="paper").get("Contents", ()):
        client.delete_object(Bucket="paper", Key=row["Key"])
    client.delete_bucket(Bucket="paper")


def url_of(server: str) -> str:
    return f"s3://an%2Bid:a%2Fsecret%3Aof%2B40@paper/ours?endpoint={server}&region=us-east-1"


class TestStorage:
    def test_renditions_may_be_kept_for_ever_and_originals_by_nobody(self, bucket):
        default_storage.save("a1b2c3d4/wide-640.avif", ContentFile(b"small"))
        storages["originals"].save("pictures/harbour.jpg", ContentFile(b"as it was sent"))
        small = bucket.head("ours/media/a1b2c3d4/wide-640.avif")
        assert small["CacheControl"] == "public, max-age=31536000, immutable"
        assert small["ContentType"] == "image/avif"
        large = bucket.head("ours/originals/pictures/harbour.jpg")
        assert large["CacheControl"] == "private, no-store"
        assert large["ContentType"] == "image/jpeg"

    def test_nobody_is_given_the_address_of_an_original(self, bucket):
        name = storages["originals"].save("pictures/harbour.jpg", ContentFile(b"as it was sent"))
        with pytest.raises(ValueError, match="not accessible"):
            storages["originals"].url(name)
        assert default_storage.url("a1b2c3d4/wide-640.avif") == "/media/a1b2c3d4/wide-640.avif"

    def test_two_originals_of_one_name_are_two(self, bucket):
        originals = storages["originals"]
        first = originals.save("harbour.jpg", ContentFile(b"one"))
        second = originals.save("harbour.jpg", ContentFile(b"two"))
        assert first != second
        assert originals.open(first).read() == b"one"

    def test_what_is_written_again_stays_under_its_name(self, bucket):
        store_whole(default_storage, "a1b2c3d4/story-7.jpg", b"older")
        store_whole(default_storage, "a1b2c3d4/story-7.jpg", b"newer")
        assert bucket.names() == ["ours/media/a1b2c3d4/story-7.jpg"]
        assert default_storage.open("a1b2c3d4/story-7.jpg").read() == b"newer"

    def test_missing_is_told_as_a_disk_tells_it(self, bucket):
        assert not default_storage.exists("a1b2c3d4/none.jpg")
        with pytest.raises(FileNotFoundError):
            default_storage.open("a1b2c3d4/none.jpg")

    def test_a_bucket_that_is_away_is_an_os_error_and_no_missing_file(self, bucket):
        bucket.client.delete_bucket(Bucket="paper")
        try:
            with pytest.raises(OSError, match="NoSuchBucket") as told:
                default_storage.open("a1b2c3d4/none.jpg")
            assert not isinstance(told.value, FileNotFoundError)
            assert SECRET not in str(told.value)
        finally:
            bucket.client.create_bucket(Bucket="paper")


@pytest.mark.django_db
class TestSite:
    def test_a_picture_is_stored_served_and_deleted(self, bucket, client, tmp_path):
        """The whole way of an upload, with nothing on this machine's disk."""
        image = factories.make_image()
        inside = bucket.names()
        assert f"ours/media/{image.rendition_key}/wide-640.jpg" in inside
        assert f"ours/originals/{image.original.name}" in inside
        assert not [path for path in tmp_path.rglob("*") if path.is_file()]

        response = client.get(pictures.rendition_url(image, "wide", 640))
        shown = default_storage.open(f"{image.rendition_key}/wide-640.jpg").read()
        assert b"".join(response.streaming_content) == shown
        assert response["Content-Type"] == "image/jpeg"
        assert response["Content-Length"] == str(len(shown))
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        for address in (f"/media/{image.original.name}", f"/media/originals/{image.original.name}"):
            assert client.get(address).status_code == 404

        pictures.images.delete_renditions(image.rendition_key, default_storage)
        assert bucket.names() == [f"ours/originals/{image.original.name}"]

    def test_while_the_bucket_is_away_readers_are_told_to_come_back(self, bucket, client, caplog):
        bucket.client.delete_bucket(Bucket="paper")
        try:
            response = client.get("/media/a1b2c3d4/wide-640.jpg")
            assert response.status_code == 503
            assert response["Cache-Control"] == "no-store"
            assert client.get("/readyz").json()["media"] == "failing"
        finally:
            bucket.client.create_bucket(Bucket="paper")
        assert client.get("/readyz").json()["media"] == "ok"
        assert bucket.names() == []

    @pytest.mark.django_db(transaction=True)
    def test_a_backup_says_what_is_not_inside(self, bucket, tmp_path):
        assert backups.make(tmp_path / "backups").elsewhere == ["media", "originals"]


class TestUpload:
    def test_carries_what_the_bucket_lacks(self, bucket, settings, tmp_path):
        """What lay on a disk is in the bucket afterwards; a second run copies nothing."""
        settings.VAR_DIR = tmp_path
        for name in ("media/a1b2c3d4/wide-640.jpg", "originals/pictures/2026/11/ميناء.jpg"):
            path = tmp_path / name
            path.parent.mkdir(parents=True)
            path.write_bytes(name.encode())
        (tmp_path / "media" / ".readyz").touch()
        assert "copied 1, already there 0" in run()
        assert bucket.names() == [
            "ours/media/a1b2c3d4/wide-640.jpg",
            "ours/originals/pictures/2026/11/ميناء.jpg",
        ]
        with storages["originals"].open("pictures/2026/11/ميناء.jpg") as file:
            assert file.read() == "originals/pictures/2026/11/ميناء.jpg".encode()
        assert "copied 0, already there 1" in run()

    def test_without_a_bucket_nothing_happens(self):
        with pytest.raises(CommandError, match="STORAGE_URL"):
            run()


def run() -> str:
    out = StringIO()
    call_command("upload_media", stdout=out)
    return out.getvalue()


class TestUrl:
    @pytest.fixture(autouse=True)
    def installed(self):
        pytest.importorskip("storages.backends.s3", reason=REQUIRED)

    def read(self, monkeypatch, url):
        monkeypatch.setenv("STORAGE_URL", url)
        return Environment().bucket("STORAGE_URL")

    def test_unset_means_the_disk(self, monkeypatch):
        assert self.read(monkeypatch, "") is None

    def test_keys_are_decoded(self, monkeypatch):
        found = self.read(monkeypatch, url_of("https://objects.example:9000"))
        assert (found["access_key"], found["secret_key"]) == (KEY, SECRET)
        assert (found["bucket_name"], found["location"]) == ("paper", "ours")
        assert found["endpoint_url"] == "https://objects.example:9000"

    def test_without_keys_the_machines_own_are_left_to_be_found(self, monkeypatch):
        found = self.read(monkeypatch, "s3://paper")
        assert "access_key" not in found
        assert found["location"] == ""

    @pytest.mark.parametrize(
        "url",
        [
            "https://paper",
            "s3://",
            "s3://an-id@paper",
            "s3://an-id:secret@paper?endpoint=objects.example",
            "s3://an-id:secret@paper?endpoint=https://objects.example/paper",
            "s3://an-id:secret@paper?zone=1",
            "s3://an-id:secret@paper?region",
            "s3://an-id:sec#ret@paper",
            "s3://an-id:secret@paper:99999",
        ],
    )
    def test_anything_else_stops_the_start_without_telling_the_secret(self, monkeypatch, url):
        with pytest.raises(ImproperlyConfigured, match="STORAGE_URL") as told:
            self.read(monkeypatch, url)
        assert "sec" not in str(told.value).replace("secret", "")
        assert "an-id" not in str(told.value)
