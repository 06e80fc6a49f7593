"""Style sheets and scripts as they are collected: one a page, with what it imports inside."""

import re
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage

from newsroom.storage import HashedStaticFilesStorage


@pytest.fixture
def collected(tmp_path):
    """Collect the files given by name; return what is served for each."""

    def collect(kind: str = "css", **sheets: str) -> dict[str, str]:
        source, target = tmp_path / "source", tmp_path / "static"
        names = {name: f"{kind}/{name}.{kind}" for name in sheets}
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


def test_a_script_that_only_lists_others_is_served_with_them_inside(collected):
    scripts = collected(
        "js",
        page='// What a page runs.\n\nimport "./one.js";\nimport "./two.js";\n',
        one='import { keep } from "./kept.js";\nconst here = keep(1);\n',
        two='import { forget, keep } from "./kept.js";\nconst here = forget(keep(2));\n',
        kept="export const keep = (x) => x;\nexport const forget = (x) => x;\n",
    )
    head, *blocks = scripts["page"].split("\n", 1)
    assert re.fullmatch(r'import \{ forget, keep \} from "./kept.\w{12}.js";', head)
    assert blocks == ["{\nconst here = keep(1);\n}\n{\nconst here = forget(keep(2));\n}\n"]


def test_a_script_that_does_something_itself_stays_as_it_is(collected):
    scripts = collected("js", page='import "./one.js";\nrun();\n', one="go();\n")
    assert re.fullmatch(r'import\s*"./one.\w{12}.js";\nrun\(\);\n', scripts["page"])


@pytest.mark.parametrize(
    "statement",
    [
        "export const one = 1;",
        'import * as kept from "./kept.js";',
        'import {\n  keep,\n} from "./kept.js";',
    ],
)
def test_a_script_that_cannot_stand_in_a_block_is_said_by_name(collected, statement):
    """Else no script of the page would run, and nobody would know before readers do."""
    with pytest.raises(ValueError, match=r"js/one\.js cannot"):
        collected("js", page='import "./one.js";\n', one=f"{statement}\n", kept="let x;\n")


def test_a_last_line_needs_no_end(collected):
    scripts = collected("js", page='import "./one.js";\n', one="go(); // last")
    assert scripts["page"] == "{\ngo(); // last\n}\n"
