"""Moving in from WordPress: comments and their threads."""

from datetime import UTC, datetime

import pytest
from django.utils.translation import gettext, override

from comments.models import Comment
from newsroom.lib.privacy import blind_index
from tests.importing.export import HEAD, comment, item, old, run, wxr

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("paper")
class TestComments:
    @pytest.mark.parametrize(
        ("number", "status"),
        [(101, "approved"), (102, "pending"), (103, "spam"), (105, "trash"), (120, "trash")],
    )
    def test_B230_states_are_kept(self, number, status):
        assert Comment.objects.get(pk=number).status == status

    def test_numbers_are_kept_as_ids(self):
        assert not Comment.objects.exclude(legacy_source="almanara.example").exists()
        assert all(row.pk == row.legacy_id for row in Comment.objects.all())

    def test_a_reply_finds_its_parent_though_it_stands_before_it(self):
        reply = Comment.objects.get(pk=104)
        assert (reply.parent_id, reply.path, reply.depth, reply.thread) == (101, "101/104", 2, 101)

    def test_an_orphan_begins_a_thread(self):
        orphan = Comment.objects.get(pk=107)
        assert (orphan.parent, orphan.path, orphan.depth) == (None, "107", 1)

    def test_under_a_refused_comment_replies_move_up(self):
        assert not Comment.objects.filter(pk=109).exists()
        assert Comment.objects.get(pk=110).path == "101/104/110"

    def test_pingbacks_are_kept_apart_and_notes_of_other_software_left_out(self):
        assert Comment.objects.get(kind="pingback").name == "مدونة « صدى »"
        assert not Comment.objects.filter(body__contains="card").exists()

    def test_plain_text_keeps_its_paragraphs(self):
        comment = Comment.objects.get(pk=101)
        assert comment.name == "Omar عمر & Co"
        assert comment.website == "https://omar.example/?a=1&b=2"
        assert comment.body == ("خبر جميل & مهم\nانظر https://omar.example/more\n\nشكراً \\o/")
        assert comment.body_html.count("<p ") == 2
        assert (
            'href="https://omar.example/more" rel="nofollow ugc external noopener"'
            in comment.body_html
        )
        assert comment.published_at == comment.created_at == datetime(2021, 3, 2, 8, tzinfo=UTC)

    def test_markup_is_cleaned(self):
        comment = Comment.objects.get(pk=102)
        with override("ar"):
            assert comment.name == gettext("Anonymous")
        assert comment.body == "قيد المراجعة"
        assert "javascript" not in comment.body_html
        assert comment.website == ""
        assert comment.created_at == old(10).published_at
        assert comment.published_at is None

    def test_B231_addresses_are_sealed_and_networks_cut(self):
        comment = Comment.objects.get(pk=101)
        assert comment.email.reveal() == "Omar.Reader@Example.com"
        assert "omar" not in str(comment.email).lower()
        assert comment.email_index == blind_index("omar.reader@example.com")
        assert comment.ip == "2001:db8:1::"
        assert Comment.objects.get(pk=104).ip == "192.0.2.0"
        assert Comment.objects.get(pk=102).ip is None
        assert Comment.objects.get(pk=102).email_index == ""

    def test_the_story_counts_what_readers_see(self):
        assert old(10).comment_count == Comment.objects.approved().filter(story=old(10)).count()
        assert old(10).comment_count == 5

    def test_the_next_comment_gets_a_number_of_its_own(self):
        comment = Comment.objects.get(pk=101)
        comment.pk, comment.legacy_id, comment._state.adding = None, None, True
        comment.save()
        assert comment.pk > 120


class TestThreads:
    def test_deep_replies_stand_at_the_deepest_level(self, tmp_path):
        chain = [comment(n, parent=n - 1) for n in range(1, 9)]
        run(wxr(tmp_path, item(1, *chain)))
        depths = list(Comment.objects.order_by("pk").values_list("depth", flat=True))
        assert depths == [1, 2, 3, 4, 5, 5, 5, 5]
        assert Comment.objects.get(pk=8).path == "1/2/3/4/8"

    def test_circles_are_cut(self, tmp_path):
        run(wxr(tmp_path, item(1, comment(1, 1), comment(2, 3), comment(3, 2))))
        paths = dict(Comment.objects.values_list("pk", "path"))
        assert paths[1] == "1"
        assert sorted(path.count("/") for path in paths.values()) == [0, 0, 1]

    def test_a_number_that_is_taken_is_kept_beside_a_new_one(self, tmp_path):
        run(wxr(tmp_path, item(1, comment(7))))
        other = HEAD.replace("one.example", "two.example")
        run(wxr(tmp_path, item(1, comment(7), comment(8, 7)), head=other))
        new = Comment.objects.get(legacy_source="two.example", legacy_id=7)
        assert new.pk > 8
        assert Comment.objects.get(pk=8).path == f"{new.pk}/8"

    def test_a_number_beyond_reason_does_not_use_up_the_others(self, tmp_path):
        run(wxr(tmp_path, item(1, comment(2**63 - 1), comment(2**63), comment(3))))
        assert Comment.objects.get(legacy_id=2**63 - 1).pk < 2**31
        assert Comment.objects.count() == 2
