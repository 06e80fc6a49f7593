"""Static files under hashed names, joined and compressed beforehand."""

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

# On a line of its own, with the media it is for: @import url("print.css") print;
_IMPORT = re.compile(
    r'^@import url\("(?P<name>[\w.-]+\.css)"\)(?: (?P<media>[\w-]+))?;$', re.MULTILINE
)
Paths = dict[str, tuple[Storage, str]]


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """One style sheet a page, and hashed names inside JavaScript modules too.

    A sheet that imports its neighbours is served with them inside: a browser waits for every
    sheet before it paints, and would learn of an imported one only from the first.

    Without the switch a hashed module imports its neighbours by their plain names, which
    are served without far-future caching and may be another release's files.
    """

    support_js_module_import_aggregation = True

    def post_process(self, paths: Paths, **options: Any) -> Iterator[Any]:
        """Process the collected files as Django does, style sheets with their imports inside."""
        joined = {
            name: (_Joined(storage) if name.endswith(".css") else storage, path)
            for name, (storage, path) in paths.items()
        }
        yield from super().post_process(joined, **options)


class _Joined(Storage):
    """Where style sheets lie, opened with those they import in place of the import."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def _open(self, name: str, mode: str = "rb") -> File:
        return ContentFile(self._text(name).encode(), name)

    def _text(self, name: str) -> str:
        with self.storage.open(name) as file:
            text = file.read().decode("utf-8")
        return _IMPORT.sub(lambda found: self._imported(name, **found.groupdict()), text)

    def _imported(self, importer: str, name: str, media: str | None) -> str:
        text = self._text(posixpath.join(posixpath.dirname(importer), name))
        return f"@media {media} {{\n{text}}}" if media else text
