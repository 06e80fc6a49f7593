"""One file that brings a newsroom back: its database, pictures and originals.

The erasure ledger lies beside the archives as a file of its own, so that a restore forgets again
whoever was forgotten after the backup was made, on whatever machine it is brought back. Keys are
in no archive: without EMAIL_ENCRYPTION_KEYS nobody reads an address out of one. With BACKUP_KEYS
the whole archive is sealed; what was not yet sealed of it lies in VAR_DIR alone.
"""

import fcntl
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
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
from newsroom import databases, pages, sealing
from newsroom.archive import ArchiveError, Writer, files_under, unpack
from newsroom.lib import stamps

_NAME = re.compile(r"newsroom-\d{8}T\d{6}Z\.tar\.gz(\.sealed)?")
LEDGER = "erasures.jsonl"
STORAGES = {"media": "default", "originals": "originals"}


@dataclass
class Made:
    """A backup that was made."""

    path: Path
    size: int
    files: int
    is_sealed: bool
    # Storages that are no folder of this machine, so that their files are not inside.
    elsewhere: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


@dataclass
class Restored:
    """A backup that was brought back."""

    made_at: str
    files: int
    forgotten: int


@dataclass
class Looked:
    """A backup that could be brought back."""

    made_at: str
    files: int


def make(folder: Path, *, keep: int = 0) -> Made:
    """Write an archive of the newsroom into `folder` and return what was made.

    It is sealed under the first of BACKUP_KEYS, if there is one, and read again before it counts.
    With `keep` only so many archives stay there, the newest. Raises ArchiveError, DatabaseError
    or OSError; then nothing lies under an archive's name that is not whole, and none was deleted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keys = _keys()
    name = f"newsroom-{timezone.now():%Y%m%dT%H%M%SZ}.tar.gz{'.sealed' if keys else ''}"
    path = folder / name
    if path.exists():
        raise FileExistsError(_("%(name)s is there already.") % {"name": path.name})
    with _work(".newsroom-", folder) as work:
        part = work / path.name
        files, elsewhere = _write(part, keys)
        unpack(part, None, keys=keys)
        part.rename(path)
    _sync(folder)
    merge_ledger(folder / LEDGER, privacy.read_ledger())
    removed = _remove_old(folder, keep, path) if keep else []
    return Made(path, path.stat().st_size, files, bool(keys), elsewhere, removed)


def restore(source: Path, *, ledgers: Iterable[Path] = (), takes_plain: bool = False) -> Restored:
    """Bring an archive back in the place of everything there is, and forget again whoever was
    forgotten since: the ledger of this machine, the one beside the archive and `ledgers` tell.

    With BACKUP_KEYS one that is not encrypted wants `takes_plain`.

    Raises ArchiveError or DatabaseError before anything changed, or with the database as it was.
    """
    known = _all_ledgers([source.parent / LEDGER, *ledgers])
    with _unpacked(source, takes_plain=takes_plain) as (manifest, unpacked):
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
    pages.watched_table().renew([stamps.SITE])
    return Restored(str(manifest["made_at"]), len(manifest["files"]), forgotten)


def look(source: Path, *, takes_plain: bool = False) -> Looked:
    """Do everything a restore does before it changes anything, and return what could be restored.

    Raises ArchiveError or DatabaseError where a restore would refuse.
    """
    with _unpacked(source, takes_plain=takes_plain) as (manifest, _work):
        return Looked(str(manifest["made_at"]), len(manifest["files"]))


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


def _keys() -> list[bytes]:
    return [sealing.decoded(key) for key in settings.BACKUP_KEYS]


def _write(part: Path, keys: list[bytes]) -> tuple[int, list[str]]:
    """How many files were written to `part`, and which storages are elsewhere."""
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        sealer = sealing.Sealer(target, keys[0]) if keys else None
        with Writer(sealer or target) as writer:
            elsewhere = _fill(writer)
        if sealer:
            sealer.finish()
        target.flush()
        os.fsync(target.fileno())
    return len(writer.files), elsewhere


def _fill(writer: Writer) -> list[str]:
    """Add all there is; return the storages that are elsewhere."""
    # Before the copy: what the archive says of its time must not be later than what is in it.
    facts = _facts()
    with _work(".backup-", settings.VAR_DIR) as work:
        copy = work / databases.file_name()
        databases.dump(copy)
        databases.check(copy)
        writer.add(copy.name, copy)
    # After the database: a picture that comes meanwhile is one too many, none is missing.
    for name, alias in STORAGES.items():
        if folder := _folder(alias):
            _add_folder(writer, name, folder)
    writer.finish(facts)
    return [name for name, alias in STORAGES.items() if not _folder(alias)]


@contextmanager
def _unpacked(source: Path, *, takes_plain: bool) -> Iterator[tuple[dict[str, Any], Path]]:
    """The manifest of an archive and a folder with what is in it, all of it proved to be right."""
    with _work(".restore-", settings.VAR_DIR) as work:
        manifest = unpack(source, work, keys=_keys(), takes_plain=takes_plain)
        _check(manifest, work)
        yield manifest, work


@contextmanager
def _work(prefix: str, parent: Path) -> Iterator[Path]:
    """A folder that goes when the work is over. What whoever was killed left behind goes first:
    it may be as large as the newsroom, and is not encrypted."""
    for left in parent.glob(f"{prefix}*"):
        with suppress(OSError), _locked(left):
            shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=parent) as work, ExitStack() as stack:
        # A folder of another machine may know no locks: then nobody tidies there.
        with suppress(OSError):
            stack.enter_context(_locked(Path(work)))
        yield Path(work)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold a folder until the end, also of the process; raises OSError while another does."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


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


def _remove_old(folder: Path, keep: int, made: Path) -> list[str]:
    """Delete the oldest archives, never the one just `made`: a clock may have been set back."""
    others = [path for path in folder.iterdir() if path != made and _NAME.fullmatch(path.name)]
    archives = sorted(path for path in others if path.is_file() and not path.is_symlink())
    old = archives[: max(0, len(archives) - keep + 1)]
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
