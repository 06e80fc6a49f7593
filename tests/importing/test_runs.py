"""Moving in from WordPress: again, on trial, and the receipt of it."""

import pytest

from articles.models import Story
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
