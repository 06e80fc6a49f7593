"""Carry the pictures of this machine's disk into the bucket that STORAGE_URL names."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, storages
from django.core.management.base import BaseCommand, CommandError

from newsroom.archive import files_under


class Command(BaseCommand):
    help = "Copy what the bucket lacks of var/media and var/originals. Run again, it goes on."

    def handle(self, *args: Any, **options: Any) -> None:
        folders = {
            "default": Path(settings.MEDIA_ROOT),
            "originals": Path(settings.VAR_DIR) / "originals",
        }
        if any(isinstance(storages[alias], FileSystemStorage) for alias in folders):
            raise CommandError("STORAGE_URL names no bucket to copy to.")
        try:
            for alias, folder in folders.items():
                copied, there = _copy(folder, alias)
                self.stdout.write(f"{folder}: copied {copied}, already there {there}.")
        except OSError as error:
            raise CommandError(f"Not everything was copied: {error}") from error


def _copy(folder: Path, alias: str) -> tuple[int, int]:
    bucket, copied, there = storages[alias], 0, 0
    for name, path in files_under(folder) if folder.is_dir() else ():
        if path.name.startswith("."):
            continue  # a probe, or what was cut short
        if bucket.exists(name):
            there += 1
            continue
        with path.open("rb") as file:
            bucket.save(name, File(file))
        copied += 1
    return copied, there
