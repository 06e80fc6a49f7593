"""Commands as an operator calls them, and archives taken apart and put together."""

import base64
import io
import json
import os
import tarfile
from pathlib import Path

from django.core.management import call_command

from newsroom import archive
from newsroom.archive import Writer


def run(name: str, *args, **options) -> str:
    out = io.StringIO()
    call_command(name, *map(str, args), stdout=out, stderr=out, **options)
    return out.getvalue()


def newest(folder: Path) -> Path:
    return max(folder.glob("newsroom-*"))


def members(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}


def files_of(folder: Path) -> dict[str, bytes]:
    return {name: path.read_bytes() for name, path in archive.files_under(folder)}


def packed(folder: Path, inside: dict[str, bytes]) -> Path:
    """An archive with exactly these members, the list last as `Writer` has it."""
    path = folder / "packed.tar.gz"
    last = inside.pop("manifest.json")
    with tarfile.open(path, "w:gz") as tar:
        for name, content in [*inside.items(), ("manifest.json", last)]:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def new_key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def with_facts(inside: dict[str, bytes], **facts) -> dict[str, bytes]:
    manifest = json.loads(inside["manifest.json"]) | facts
    return inside | {"manifest.json": json.dumps(manifest).encode()}


def writer_lists(manifest: dict, inside: dict[str, bytes]) -> None:
    """Write the sums of what is inside into a manifest."""
    writer = Writer(io.BytesIO())
    for name, content in inside.items():
        if name != "manifest.json":
            writer._put(name, len(content), hashed := archive._Hashed(io.BytesIO(content)))
            sums = {"size": len(content), "sha256": hashed.sha256.hexdigest()}
            manifest["files"][name] = sums
