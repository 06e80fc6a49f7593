"""Pictures in a bucket that speaks S3, for several web machines without a shared disk.

One private bucket, two folders. Readers are given renditions by the site itself, at `/media/` as
ever, so pages, their security policy and what others keep of them stay the same; originals have no
address anywhere. Where it lies stands in STORAGE_URL and nowhere else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import ContentFile, File
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

# What Python 3.11 does not know by its name.
TYPES = {"avif": "image/avif", "webp": "image/webp"}


class Bucket(S3Storage):
    """A folder of a bucket. What goes wrong there is an OSError, as it is on a disk."""

    cache_control = ""
    # Who may read is said by the bucket, not by each file in it.
    default_acl = None
    # A bucket that does not answer must not keep every thread waiting.
    client_config = Config(connect_timeout=3, read_timeout=10, retries={"max_attempts": 2})

    def get_object_parameters(self, name: str) -> dict[str, Any]:
        """Return what a file is kept with."""
        kind = TYPES.get(name.rpartition(".")[2].lower())
        kept = {"CacheControl": self.cache_control}
        return kept | {"ContentType": kind} if kind else kept

    def exists(self, name: str) -> bool:
        with _as_on_a_disk(name):
            return super().exists(name)

    def delete(self, name: str) -> None:
        with _as_on_a_disk(name):
            super().delete(name)

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        with _as_on_a_disk(name):
            return super().listdir(name)

    def _open(self, name: str, mode: str = "rb") -> File:
        """Return the whole file, asked for once: pictures weigh 20 MB at most."""
        if mode != "rb":
            raise ValueError("Files of a bucket are saved whole, not opened to be written.")
        key = self._normalize_name(clean_name(name))
        with _as_on_a_disk(name):
            return ContentFile(self.bucket.Object(key).get()["Body"].read(), name)

    def _save(self, name: str, content: File) -> str:
        with _as_on_a_disk(name):
            return super()._save(name, content)


class OriginalsBucket(Bucket):
    """Pictures as they came. Two of the same name get two names."""

    cache_control = "private, no-store"
    file_overwrite = False

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        """Raise ValueError: nobody is given an address, not even a signed one."""
        raise ValueError("This file is not accessible via a URL.")


class MediaBucket(Bucket):
    """Renditions, which readers are given by the site. A name tells its content, so writing it
    again changes nothing, and is one move without a moment in which it is missing."""

    cache_control = "public, max-age=31536000, immutable"
    file_overwrite = True

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        """Return the address at this site."""
        return f"{settings.MEDIA_URL}{name}"


@contextmanager
def _as_on_a_disk(name: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if status == HTTPStatus.NOT_FOUND and code != "NoSuchBucket":
            raise FileNotFoundError(name) from None
        raise OSError(f"The bucket says {code or status} to {name}.") from error
    except (BotoCoreError, Boto3Error) as error:
        raise OSError(f"The bucket cannot be asked for {name}: {type(error).__name__}.") from error
