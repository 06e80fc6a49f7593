"""Moving in from WordPress: again, on trial, and the receipt of it."""

import tracemalloc
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Story
from articles.wordpress import Export
from bench import wordpress as bench
from comments.models import Comment
from tests.factories import make_section, make_story
from tests.importing.export import PAPER, comment, everything, item, old, run, wxr

pytestmark = pytest.mark.django_db


class TestAgain:
    def test_B217_a_second_run_changes_nothing(self):
        run(PAPER)
        before = everything()
        receipt = run(PAPER)
        assert everything() == before
        assert "stories: 0 new, 11 known" in receipt
        assert "comments: 0 new, 9 known" in receipt

    def test_a_later_export_brings_what_is_new(self, tmp_path):
        run(wxr(tmp_path, item(1, comment(1))))
        run(wxr(tmp_path, item(1, comment(1), comment(2, 1)), item(2, title="Newer")))
        assert Story.objects.count() == 2
        assert Comment.objects.get(pk=2).path == "1/2"
        assert old(1).comment_count == 2

    def test_a_story_edited_here_is_left_alone(self, tmp_path):
        run(wxr(tmp_path, item(1)))
        Story.objects.update(headline="Ours", slug="ours")
        run(wxr(tmp_path, item(1)))
        assert Story.objects.get().headline == "Ours"

    def test_another_post_under_the_same_number_is_not_lost(self, tmp_path):
        run(wxr(tmp_path, item(1, comment(1))))
        other = item(1, comment(1), title="Other").replace("2020-05-04", "2024-01-01")
        for _ in range(2):
            run(wxr(tmp_path, other))
        assert list(Story.objects.order_by("pk").values_list("legacy_source", flat=True)) == [
            "one.example",
            "one.example#2",
        ]
        assert Comment.objects.count() == 2

    def test_a_dry_run_changes_nothing_and_says_what_would_come(self):
        before = everything()
        receipt = run(PAPER, dry_run=True)
        assert everything() == before
        assert "Dry run" in receipt
        assert "stories: 11 new" in receipt

    def test_B232_the_receipt_names_what_was_left_out(self):
        receipt = run(PAPER)
        for line in (
            "skipped: attachment (no --media folder was given): 2",
            "skipped: nav_menu_item (menus are made in the admin): 1",
            "skipped: product (no kind of story): 1",
            "skipped: post (status “auto-draft”: never saved by anybody): 1",
            "skipped: post (no number to know it by): 1",
            "skipped: comment (type “order_note” is none of readers' comments): 1",
            "skipped: comment (nothing in it to read): 1",
            "note: protected by a password: kept as draft: 1 (posts 16)",
            "  comment · spam · ar: 1 (level 1: 1)",
        ):
            assert line in receipt.splitlines()

    def test_a_section_of_the_same_slug_is_used(self, tmp_path):
        world = make_section()
        term = '<category domain="category" nicename="world">World</category>'
        run(wxr(tmp_path, item(1, term)), language="en")
        assert old(1).section == world

    def test_comments_here_keep_their_numbers(self, tmp_path):
        story = make_story()
        run(wxr(tmp_path, item(1, comment(1))))
        assert story.comments.count() == 0


class TestLarge:
    """What `python -m bench.wordpress` writes, in small."""

    def write(self, tmp_path, stories: int) -> Path:
        path = tmp_path / f"{stories}.xml"
        path.write_text("".join(bench.export(stories, stories * 6)), encoding="utf-8")
        return path

    def test_comes_whole_with_its_threads_and_its_words(self, tmp_path):
        receipt = run(self.write(tmp_path, 120))
        assert "stories: 120 new, 0 known" in receipt
        assert "comments: 720 new, 0 known" in receipt
        assert "texts: 840, the same words came out" in receipt
        assert "refused" not in receipt
        shown = Comment.objects.filter(status="approved").count()
        assert sum(Story.objects.values_list("comment_count", flat=True)) == shown

    def test_asks_the_same_for_any_number_in_a_batch(self, tmp_path):
        def asked(first: int, end: int) -> int:
            items = [item(n, comment(n), title=f"Story {n}") for n in range(first, end)]
            file = wxr(tmp_path, *items)
            with CaptureQueriesContext(connection) as queries:
                run(file)
            return len(queries)

        asked(1, 3)  # makes what is made once
        assert asked(10, 12) == asked(20, 40)

    def test_is_read_without_holding_it(self, tmp_path):
        def peak(stories: int) -> int:
            path = self.write(tmp_path, stories)
            tracemalloc.start()
            try:
                assert sum(post.type == "post" for post in Export(path).posts()) == stories
                return tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()

        small, large = peak(50), peak(400)
        assert large < 1.5 * small
