"""Files that readers may ask for while they are written."""

import secrets
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage


def store_whole(storage: Storage, name: str, data: bytes) -> None:
    """Write `data` under exactly this name, in place of what was there: whoever reads it meanwhile
    gets the whole of one or of the other. A bucket does so by itself."""
    if not isinstance(storage, FileSystemStorage):
        if not getattr(storage, "file_overwrite", False):
            storage.delete(name)
        storage.save(name, ContentFile(data))
        return
    path = Path(storage.path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{secrets.token_hex(8)}")
    try:
        aside.write_bytes(data)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
