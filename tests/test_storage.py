"""Style sheets as they are collected: one a page, with what it imports inside."""

import re
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage

from newsroom.storage import HashedStaticFilesStorage


@pytest.fixture
def collected(tmp_path):
    """Collect the sheets given by name; return what is served for each."""

    def collect(**sheets: str) -> dict[str, str]:
        source, target = tmp_path / "source", tmp_path / "static"
        names = {name: f"css/{name}.css" for name in sheets}
        for name, text in sheets.items():
            for root in (source, target):
                path = root / names[name]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
        origin = FileSystemStorage(source)
        storage = HashedStaticFilesStorage(target)
        problems = [
            result
            for _name, _hashed, result in storage.post_process(
                {path: (origin, path) for path in names.values()}
            )
            if isinstance(result, Exception)
        ]
        if problems:
            raise problems[0]
        return {
            name: Path(storage.path(storage.stored_name(path))).read_text("utf-8")
            for name, path in names.items()
        }

    return collect


def test_a_sheet_is_served_with_its_imports_inside(collected):
    sheets = collected(
        page='@import url("site.css");\n@import url("own.css");\n',
        site='@import url("base.css");\n',
        base="a { color: red }\n",
        own="b { color: blue }\n",
    )
    assert re.sub(r"\s+", " ", sheets["page"]).strip() == "a { color: red } b { color: blue }"


def test_an_import_for_print_stays_for_print(collected):
    sheets = collected(page='@import url("own.css") print;\n', own="b { color: blue }\n")
    assert sheets["page"].strip() == "@media print {\nb { color: blue }\n}"


def test_the_name_changes_with_an_imported_sheet(collected, tmp_path):
    names = []
    for colour in ("red", "blue"):
        collected(page='@import url("own.css");\n', own=f"b {{ color: {colour} }}\n")
        names.append(sorted(path.name for path in (tmp_path / "static/css").glob("page.*.css")))
    assert len(names[0]) == 1
    assert len(names[1]) == 2


def test_a_sheet_that_is_not_there_is_said_by_name(collected):
    with pytest.raises(FileNotFoundError, match=r"absent\.css"):
        collected(page='@import url("absent.css");\n')
