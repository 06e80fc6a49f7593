"""Moving in from WordPress: whole exports, where a folder of them is named."""

import os
from pathlib import Path

import pytest

from articles.models import Author, Section, Story, Topic
from comments.models import Comment
from tests.importing.export import everything, run

pytestmark = pytest.mark.django_db

REAL = os.environ.get("NEWSROOM_TEST_DATA", "")


@pytest.mark.skipif(not REAL, reason="NEWSROOM_TEST_DATA names no folder of real exports")
class TestRealExports:
    """Exports that WordPress itself wrote, by the counts known of them."""

    def check(self, name: str, stories: dict, comments: dict) -> None:
        path = Path(REAL) / "wordpress" / name
        run(path)
        before = everything()
        rows = Story.objects.values_list("kind", "status")
        assert {key: list(rows).count(key) for key in stories} == stories
        assert Story.objects.count() == sum(stories.values())
        rows = Comment.objects.values_list("kind", "status")
        assert {key: list(rows).count(key) for key in comments} == comments
        assert Comment.objects.count() == sum(comments.values())
        run(path)
        assert everything() == before

    def test_B216_small_export(self):
        self.check(
            "small-export.xml",
            {
                ("story", "published"): 5,
                ("story", "draft"): 1,
                ("page", "published"): 4,
                ("page", "draft"): 1,
            },
            {("comment", "approved"): 1},
        )
        assert (Author.objects.count(), Topic.objects.count()) == (3, 3)
        # Thirty categories, of which "uncategorized" is the general section.
        assert Section.objects.exclude(code="pages").count() == 30
        assert Section.objects.get(code="foo-bar").parent.code == "bar"

    def test_theme_unit_test(self):
        self.check(
            "theme-unit-test.xml",
            {("story", "published"): 56, ("story", "draft"): 2, ("page", "published"): 21},
            {("comment", "approved"): 26, ("comment", "pending"): 3, ("pingback", "approved"): 4},
        )
        assert Story.objects.scheduled().count() == 1
        # 110 tags of the list and three that only posts name.
        assert Topic.objects.count() == 113
        assert Section.objects.exclude(code="pages").count() == 68
        assert Section.objects.exclude(parent=None).count() == 10
        assert Comment.objects.filter(depth__gt=5).count() == 0

    def test_blocks(self):
        self.check(
            "blocks.xml",
            {("story", "published"): 61, ("page", "published"): 1},
            {("comment", "approved"): 2},
        )
        assert Story.objects.filter(slug="footnotes").count() == 2
        assert Comment.objects.get(legacy_id=3).path == "2/3"
