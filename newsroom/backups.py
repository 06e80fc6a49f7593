"""One file that brings a newsroom back: its database, pictures and originals.

The erasure ledger lies beside the archives as a file of its own, so that a restore forgets again
whoever was forgotten after the backup was made, on whatever machine it is brought back. Keys are
in no archive: without EMAIL_ENCRYPTION_KEYS nobody reads an address out of one.
"""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.files.storage import FileSystemStorage, storages
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from django.utils.translation import gettext as _

from comments import privacy
from newsroom import databases, pages
from newsroom.archive import ArchiveError, Writer, files_under, unpack
from newsroom.lib import stamps

_NAME = re.compile(r"newsroom-\d{8}T\d{6}Z\.tar\.gz")
LEDGER = "erasures.jsonl"
STORAGES = {"media": "default", "originals": "originals"}


@dataclass
class Made:
    """A backup that was made."""

    path: Path
    size: int
    files: int
    # Storages that are no folder of this machine, so that their files are not inside.
    elsewhere: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


@dataclass
class Restored:
    """A backup that was brought back."""

    made_at: str
    files: int
    forgotten: int


def make(folder: Path, *, keep: int = 0) -> Made:
    """Write an archive of the newsroom into `folder` and return what was made.

    With `keep` only so many archives stay there, the newest. Raises DatabaseError or OSError;
    then nothing lies under an archive's name that is not whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"newsroom-{timezone.now():%Y%m%dT%H%M%SZ}.tar.gz"
    if path.exists():
        raise FileExistsError(_("%(name)s is there already.") % {"name": path.name})
    with tempfile.TemporaryDirectory(prefix=".newsroom-", dir=folder) as work:
        part = Path(work) / path.name
        writer, elsewhere = _write(part, Path(work))
        part.rename(path)
    _sync(folder)
    merge_ledger(folder / LEDGER, privacy.read_ledger())
    removed = _remove_old(folder, keep) if keep else []
    return Made(path, path.stat().st_size, len(writer.files), elsewhere, removed)


def restore(source: Path, *, ledgers: Iterable[Path] = ()) -> Restored:
    """Bring an archive back in the place of everything there is, and forget again whoever was
    forgotten since: the ledger of this machine, the one beside the archive and `ledgers` tell.

    Raises ArchiveError or DatabaseError before anything changed, or with the database as it was.
    """
    known = _all_ledgers([source.parent / LEDGER, *ledgers])
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.VAR_DIR) as work:
        unpacked = Path(work)
        manifest = unpack(source, unpacked)
        _check(manifest, unpacked)
        # First: whoever is interrupted from here on leaves `tick` a ledger that knows everybody.
        merge_ledger(Path(settings.ERASURE_LEDGER), known)
        databases.load(unpacked / databases.file_name())
        for name, alias in STORAGES.items():
            if folder := _folder(alias):
                _put_back(unpacked / name, folder)
    call_command("migrate", interactive=False, verbosity=0)
    forgotten = privacy.replay(known)
    for cache in caches.all():
        cache.clear()
    pages.table().renew([stamps.SITE])
    return Restored(str(manifest["made_at"]), len(manifest["files"]), forgotten)


def merge_ledger(path: Path, known: dict[str, datetime]) -> None:
    """Add to a ledger file what it does not know yet."""
    there = privacy.read_ledger_file(path)
    missing = {index: at for index, at in known.items() if index not in there or there[index] < at}
    if not missing:
        return
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a") as ledger:
        for index, at in missing.items():
            ledger.write(json.dumps({"index": index, "at": at.isoformat()}) + "\n")


def has_content() -> bool:
    """Tell whether a restore would write over somebody's work."""
    from newsroom.management.commands.prepare import is_untouched

    return "articles_story" in connection.introspection.table_names() and not is_untouched()


def _write(part: Path, work: Path) -> tuple[Writer, list[str]]:
    copy = work / databases.file_name()
    databases.dump(copy)
    elsewhere = []
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        with Writer(target) as writer:
            writer.add(copy.name, copy)
            for name, alias in STORAGES.items():
                if folder := _folder(alias):
                    _add_folder(writer, name, folder)
                else:
                    elsewhere.append(name)
            writer.finish(_facts())
        target.flush()
        os.fsync(target.fileno())
    return writer, elsewhere


def _add_folder(writer: Writer, name: str, folder: Path) -> None:
    for inside, path in files_under(folder):
        try:
            writer.add(f"{name}/{inside}", path)
        except FileNotFoundError:
            continue  # Deleted since the folder was read: the picture is gone, and meant to be.


def _folder(alias: str) -> Path | None:
    storage = storages[alias]
    return Path(storage.location) if isinstance(storage, FileSystemStorage) else None


def _facts() -> dict[str, Any]:
    applied = MigrationLoader(connection).applied_migrations
    return {
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "vendor": connection.vendor,
        "migrations": sorted(f"{app}.{name}" for app, name in applied),
    }


def _check(manifest: dict[str, Any], unpacked: Path) -> None:
    """Refuse what this code on this database cannot bring back."""
    if manifest.get("vendor") != connection.vendor:
        raise ArchiveError(
            _("The archive is of %(theirs)s, this database is %(ours)s.")
            % {"theirs": manifest.get("vendor"), "ours": connection.vendor}
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(connection).disk_migrations}
    unknown = sorted(set(map(str, manifest.get("migrations", ()))) - known)
    if unknown:
        raise ArchiveError(
            _("The archive is of a newer version, which knows %(name)s: install that one first.")
            % {"name": unknown[0]}
        )
    copy = unpacked / databases.file_name()
    if not copy.is_file():
        raise ArchiveError(_("The archive holds no copy of a database."))
    databases.check(copy)


def _put_back(unpacked: Path, folder: Path) -> None:
    """Make `folder` hold what was unpacked, and nothing else: first what is new, so that no
    picture is missing for a moment that both have."""
    kept = set()
    for name, path in files_under(unpacked):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, target)
        kept.add(name)
    for name, path in files_under(folder):
        if name not in kept:
            path.unlink(missing_ok=True)


def _all_ledgers(paths: Iterable[Path]) -> dict[str, datetime]:
    """Who was forgotten and when, of every ledger there is. This database may be new and empty."""
    has_table = "comments_erasure" in connection.introspection.table_names()
    own = Path(settings.ERASURE_LEDGER)
    known = privacy.read_ledger() if has_table else privacy.read_ledger_file(own)
    return privacy.latest(known, *map(privacy.read_ledger_file, paths))


def _remove_old(folder: Path, keep: int) -> list[str]:
    archives = sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))
    old = archives[:-keep]
    for path in old:
        path.unlink()
    return [path.name for path in old]


def _sync(folder: Path) -> None:
    """Make the name of a new file outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
