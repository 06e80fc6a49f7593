"""The archive a backup is: one gzipped tar whose last member lists the others with their SHA-256,
sealed where a key is given.

Written and read as a stream, so that memory does not grow with what is in it. Reading trusts
nothing: names, kinds, sizes and sums are checked before anybody uses what was unpacked.
"""

import gzip
import hashlib
import io
import json
import shutil
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from newsroom import sealing

MANIFEST = "manifest.json"
FORMAT = 1
MAX_MANIFEST = 256 * 1024 * 1024
# What must stay free on the disk, whatever an archive says of itself.
SPARE = 64 * 1024 * 1024
FOLDERS = ("media", "originals")
_BLOCK = 1024 * 1024
_BROKEN = (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile)


class ArchiveError(Exception):
    """An archive that is not taken; the message is for the operator."""


class _Hashed(io.RawIOBase):
    """A file that is hashed as it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.sha256 = file, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.sha256.update(data)
        return data


class Writer:
    """Adds files to an archive and keeps their sums for `finish()`; a context."""

    def __init__(self, target: BinaryIO) -> None:
        # Pictures do not get smaller; what packs well does at the fastest level too.
        self._packed = gzip.GzipFile(fileobj=target, mode="wb", compresslevel=1)
        self._tar = tarfile.open(fileobj=self._packed, mode="w|")  # noqa: SIM115
        self.files: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *error: object) -> None:
        self._tar.close()
        self._packed.close()

    def add(self, name: str, path: Path) -> None:
        """Add the file at `path`; raises FileNotFoundError where it went meanwhile."""
        with path.open("rb") as file:
            size = path.stat().st_size
            hashed = _Hashed(file)
            self._put(name, size, hashed)
        self.files[name] = {"size": size, "sha256": hashed.sha256.hexdigest()}

    def finish(self, facts: dict[str, Any]) -> None:
        """Write the list of what is inside, with `facts`: without it an archive is none."""
        manifest = json.dumps({"format": FORMAT, **facts, "files": self.files}).encode()
        self._put(MANIFEST, len(manifest), io.BytesIO(manifest))

    def _put(self, name: str, size: int, file: Any) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self._tar.addfile(member, file)


def unpack(
    source: Path, into: Path | None, *, keys: Sequence[bytes] = (), takes_plain: bool = False
) -> dict[str, Any]:
    """Unpack an archive into an empty folder, or only read all of it, and return its manifest.

    Raises ArchiveError, in one sentence, for anything that is not exactly what `Writer` writes:
    a name that would leave the folder, a link, a device, a file that is not listed or not what
    its sum says, an archive that ends early, goes on, would fill the disk, or is sealed under
    none of `keys`. Where there are keys one that is not sealed wants `takes_plain`: anybody may
    have made it.
    """
    try:
        with source.open("rb") as file:
            stream = _opened(file, keys, takes_plain=takes_plain)
            with gzip.GzipFile(fileobj=stream, mode="rb") as unzipped:
                manifest, found = _members(unzipped, into)
                _read_out(unzipped)
    except sealing.SealError as error:
        raise ArchiveError(_("The archive cannot be opened: %(why)s.") % {"why": error}) from error
    except _BROKEN as error:
        raise ArchiveError(_("The archive is damaged: %(reason)s.") % {"reason": error}) from error
    if manifest is None:
        raise ArchiveError(_("The archive is no backup of Newsroom, or ends early."))
    _compare(manifest["files"], found)
    return manifest


def files_under(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the plain files of a folder with their names in it, in an order that stays."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(folder).as_posix(), path


def _opened(file: BinaryIO, keys: Sequence[bytes], *, takes_plain: bool) -> BinaryIO:
    if sealing.is_sealed(file):
        return sealing.opened(file, keys)
    if keys and not takes_plain:
        raise ArchiveError(
            _(
                "BACKUP_KEYS is set and the archive is not encrypted, so that nothing proves it is "
                "yours: say --not-encrypted if you know that it is."
            )
        )
    return file


def _members(
    unzipped: BinaryIO, into: Path | None
) -> tuple[dict[str, Any] | None, dict[str, dict[str, Any]]]:
    """The manifest, if there is one, and what every file turned out to be."""
    found: dict[str, dict[str, Any]] = {}
    manifest: dict[str, Any] | None = None
    with tarfile.open(fileobj=unzipped, mode="r|") as tar:
        for member in tar:
            _check(member, found, is_over=manifest is not None)
            file = tar.extractfile(member)
            if file is None:
                raise ArchiveError(_odd(member.name))
            if member.name == MANIFEST:
                manifest = _manifest(file.read(MAX_MANIFEST))
            else:
                found[member.name] = _take(file, member, into)
    return manifest, found


def _read_out(unzipped: BinaryIO) -> None:
    """Come to the end, where a stream says whether it is whole: a tar is over before its file."""
    if len(unzipped.read(tarfile.RECORDSIZE + 1)) > tarfile.RECORDSIZE:
        raise ArchiveError(_("The archive goes on after its end."))


def _check(member: tarfile.TarInfo, known: Iterable[str], *, is_over: bool) -> None:
    name = PurePosixPath(member.name)
    is_safe = ".." not in name.parts and not name.is_absolute() and str(name) == member.name
    is_ours = len(name.parts) == 1 or name.parts[0] in FOLDERS
    is_plain = member.isreg() and not member.issparse() and "\\" not in member.name
    if is_over or not (is_safe and is_ours and is_plain) or member.name in known:
        raise ArchiveError(_odd(member.name))


def _odd(name: str) -> str:
    return _("The archive holds something no backup has: %(name)s.") % {"name": repr(name[:200])}


def _take(file: Any, member: tarfile.TarInfo, into: Path | None) -> dict[str, Any]:
    hashed = _Hashed(file)
    if into is None:
        while hashed.read(_BLOCK):
            pass
    else:
        _save(hashed, member, into)
    return {"size": member.size, "sha256": hashed.sha256.hexdigest()}


def _save(file: Any, member: tarfile.TarInfo, into: Path) -> None:
    if member.size + SPARE > shutil.disk_usage(into).free:
        raise ArchiveError(_("There is no room on the disk to unpack the archive."))
    target = into / member.name
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with target.open("xb") as out:
        shutil.copyfileobj(file, out, _BLOCK)


def _manifest(data: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(data)
        is_ours = isinstance(manifest, dict) and isinstance(manifest["files"], dict)
    except (ValueError, KeyError, RecursionError):
        is_ours = False
    if not is_ours:
        raise ArchiveError(_("The archive's list of its files cannot be read."))
    if manifest.get("format") != FORMAT:
        raise ArchiveError(_("The archive was made by another version of Newsroom."))
    return manifest


def _compare(listed: dict[str, Any], found: dict[str, Any]) -> None:
    for name in sorted(listed.keys() | found.keys()):
        if listed.get(name) != found.get(name):
            raise ArchiveError(
                _("%(name)s is not what the archive's list says it is.") % {"name": name[:200]}
            )
