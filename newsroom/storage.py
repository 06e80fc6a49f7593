"""Static files under hashed names, joined and compressed beforehand."""

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

# On a line of its own, with the media it is for: @import url("print.css") print;
_SHEET = re.compile(
    r'^@import url\("(?P<name>[\w.-]+\.css)"\)(?: (?P<media>[\w-]+))?;$', re.MULTILINE
)
_MODULE = re.compile(r'^import "\./([\w-]+\.js)";\n', re.MULTILINE)
_NAMES = re.compile(r'^import \{ ([\w, ]+) \} from "(\./[\w-]+\.js)";\n', re.MULTILINE)
_STATEMENT = re.compile(r"^(?:import|export)\b", re.MULTILINE)
_COMMENT = re.compile(r"//.*\n|/\*.*?\*/", re.DOTALL)
Paths = dict[str, tuple[Storage, str]]


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """One style sheet and one script a page, and hashed names inside modules too.

    What imports its neighbours is served with them inside: a browser waits for every sheet before
    it paints, and would learn of what a file imports only from the file.

    Without the switch a hashed module imports its neighbours by their plain names, which
    are served without far-future caching and may be another release's files.
    """

    support_js_module_import_aggregation = True

    def post_process(self, paths: Paths, **options: Any) -> Iterator[Any]:
        """Process the collected files as Django does, sheets and modules joined."""
        joined = {name: (_Joined(storage), path) for name, (storage, path) in paths.items()}
        yield from super().post_process(joined, **options)


class _Joined(Storage):
    """Where files lie, opened with those they import in place of the import."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def _open(self, name: str, mode: str = "rb") -> File:
        join = {".css": self._sheet, ".js": self._script}.get(posixpath.splitext(name)[1])
        return ContentFile(join(name).encode(), name) if join else self.storage.open(name, mode)

    def _text(self, name: str) -> str:
        with self.storage.open(name) as file:
            return file.read().decode("utf-8")

    def _sheet(self, name: str) -> str:
        def imported(found: re.Match[str]) -> str:
            text = self._sheet(posixpath.join(posixpath.dirname(name), found["name"]))
            return f"@media {found['media']} {{\n{text}}}" if found["media"] else text

        return _SHEET.sub(imported, self._text(name))

    def _script(self, name: str) -> str:
        """A module that is nothing but a list of others, each of them in a block of its own; any
        other as it is. Raises ValueError for one that can stand in no block: it gives others
        something, or takes it otherwise than by names on one line."""
        text = self._text(name)
        names = _MODULE.findall(text)
        if not names or _COMMENT.sub("", _MODULE.sub("", text)).strip():
            return text
        folder = posixpath.dirname(name)
        parts, imports = [], dict[str, set[str]]()
        for each in names:
            part = self._script(posixpath.join(folder, each))
            for words, module in _NAMES.findall(part):
                imports.setdefault(module, set()).update(words.split(", "))
            parts.append(_NAMES.sub("", part).rstrip("\n"))
            if _STATEMENT.search(parts[-1]):
                raise ValueError(
                    f"{folder}/{each} cannot be joined into {name}: it imports or exports."
                )
        head = (
            f'import {{ {", ".join(sorted(words))} }} from "{module}";\n'
            for module, words in imports.items()
        )
        return "".join([*head, *(f"{{\n{part}\n}}\n" for part in parts)])
