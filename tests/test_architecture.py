"""The rules of the house that a machine can check."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("newsroom", "articles", "comments")

# Who may import whom: newsroom (wiring) → comments → articles → newsroom.lib. The user model is
# the floor everybody stands on.
ALLOWED = {
    "lib": (),
    "articles": ("newsroom.lib", "newsroom.models"),
    "comments": ("newsroom.lib", "newsroom.models", "articles"),
}


def modules(folder: str) -> Iterator[Path]:
    for path in sorted((ROOT / folder).rglob("*.py")):
        if "migrations" not in path.parts:
            yield path


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def reaches(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


@pytest.mark.parametrize(
    ("folder", "own"), [("newsroom/lib", "lib"), ("articles", "articles"), ("comments", "comments")]
)
def test_nothing_points_back(folder, own):
    home = folder.replace("/", ".")
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(folder)
        for name in imports(path)
        if any(reaches(name, app) for app in APPS)
        and not reaches(name, home)
        and not any(reaches(name, allowed) for allowed in ALLOWED[own])
    ]
    assert wrong == []


def test_markup_is_trusted_in_one_place():
    named = re.compile(r"mark_safe|SafeString\(|SafeText\(")
    wrong = [
        str(path.relative_to(ROOT))
        for app in APPS
        for path in modules(app)
        if path != ROOT / "newsroom/lib/html.py" and named.search(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


def test_no_template_switches_escaping_off():
    named = re.compile(r"\|\s*safe\b|autoescape\s+off|\|\s*safeseq\b")
    wrong = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*")
        if path.suffix in {".html", ".xml"} and named.search(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


def test_styles_know_start_and_end_but_no_left_and_right():
    named = re.compile(
        r"(?<![\w-])(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right)\b"
        r"|(?<![\w-])(?:left|right)\s*:"
        r"|(?:text-align|float|clear)\s*:\s*(?:left|right)\b"
        r"|border-(?:top|bottom)-(?:left|right)-radius"
    )
    wrong = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for app in APPS
        for path in sorted((ROOT / app / "static").rglob("*.css"))
        for found in [named.search(path.read_text(encoding="utf-8"))]
        if found
    ]
    assert wrong == []


def test_templates_carry_no_inline_script_or_style():
    named = re.compile(r"<style\b|\sstyle=\"|\son[a-z]+=\"|<script(?![^>]*\bsrc=)[^>]*>", re.I)
    wrong = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path in (ROOT / "templates").rglob("*.html")
        if "emails" not in path.parts
        for found in [named.search(path.read_text(encoding="utf-8"))]
        if found
    ]
    assert wrong == []


def test_nothing_is_loaded_from_elsewhere():
    named = re.compile(
        r"(?:src|srcset|data-src)=\"(?:https?:)?//|url\(\s*['\"]?(?:https?:)?//"
        r"|@import\s+(?:url\()?['\"]?(?:https?:)?//"
    )
    files = [*(ROOT / "templates").rglob("*.html")]
    files += [path for app in APPS for path in (ROOT / app / "static").rglob("*.css")]
    wrong = [
        str(path.relative_to(ROOT))
        for path in files
        if named.search(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


def test_functions_stay_short_and_files_too():
    long_functions = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for app in APPS
        for path in modules(app)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno + 1 > 50
    ]
    long_files = [
        str(path.relative_to(ROOT))
        for app in APPS
        for path in modules(app)
        if len(path.read_text(encoding="utf-8").splitlines()) > 600
    ]
    assert (long_functions, long_files) == ([], [])


def test_only_the_verbs_write_a_status():
    """`story.status = …` and `update(status=…)` stand in the files of the verbs alone."""
    writers = {"articles/workflow.py", "comments/posting.py", "comments/moderation.py"}
    wrong = []
    for app in ("articles", "comments", "newsroom"):
        for path in modules(app):
            if str(path.relative_to(ROOT)) in writers:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                targets = node.targets if isinstance(node, ast.Assign) else []
                if any(isinstance(t, ast.Attribute) and t.attr == "status" for t in targets):
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert wrong == []
