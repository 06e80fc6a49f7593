"""The pages of the docs: their pictures are there, and light enough to be looked at anywhere."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), DOCS.parent / "README.md"])
COMPONENTS = sorted((DOCS / "pictures" / "components").glob("*.png"))
_LINK = re.compile(r"\]\(([^)\s#]+)[^)]*\)|<img src=\"([^\"]+)\"")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_links_to_is_there(page):
    links = [first or second for first, second in _LINK.findall(page.read_text(encoding="utf-8"))]
    near = [link for link in links if "://" not in link and not link.startswith(("/", "mailto:"))]
    assert [link for link in near if not (page.parent / link).exists()] == []


def test_every_component_has_its_picture_in_the_design():
    text = (DOCS / "design.md").read_text(encoding="utf-8")
    assert COMPONENTS
    assert [path.name for path in COMPONENTS if f"components/{path.name})" not in text] == []


def test_pictures_of_components_are_light():
    assert [path.name for path in COMPONENTS if path.stat().st_size >= 60_000] == []
