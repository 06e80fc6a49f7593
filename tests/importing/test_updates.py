"""Moving in from WordPress: late edits of the old site, never over ours; an import cut off."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError
from django.core.management.base import OutputWrapper

from articles import workflow
from articles.models import OldAddress, Story
from articles.wordpress import Mover
from comments import moderation
from comments.models import Comment
from newsroom.lib.html import to_text
from newsroom.management.commands.import_wordpress import Bar
from tests.factories import content, make_user
from tests.importing.export import comment, everything, item, old, run, wxr

pytestmark = pytest.mark.django_db


def again(tmp_path, *items: str) -> str:
    return run(wxr(tmp_path, *items), update=True)


class TestLateEdits:
    def test_a_text_is_brought_and_kept_as_a_revision(self, tmp_path):
        run(wxr(tmp_path, item(1)))
        receipt = again(tmp_path, item(1, title="Newer", text="Longer text."))
        assert (old(1).headline, to_text(old(1).body_html)) == ("Newer", "Longer text.")
        assert old(1).revisions.count() == 2
        assert old(1).is_public
        assert not old(1).has_edits
        assert "stories: 0 new, 0 known, 1 updated" in receipt

    @pytest.mark.parametrize(
        ("status", "becomes"),
        [
            ("draft", "draft"),
            ("pending", "in_review"),
            ("trash", "withdrawn"),
            ("future", "published"),
        ],
    )
    def test_so_is_a_status_and_back(self, tmp_path, status, becomes):
        run(wxr(tmp_path, item(1)))
        again(tmp_path, item(1).replace(">publish<", f">{status}<"))
        assert old(1).status == becomes
        again(tmp_path, item(1))
        assert old(1).status == "published"

    def test_a_story_without_alternative_text_is_not_kept_out(self, tmp_path, settings):
        settings.PUBLISH_BLOCKERS = ["picture", "standfirst"]
        run(wxr(tmp_path, item(1)))
        again(tmp_path, item(1, text="Longer."))
        assert to_text(old(1).body_html) == "Longer."

    def test_the_same_again_changes_nothing(self, tmp_path):
        run(wxr(tmp_path, item(1), item(2, title="Two").replace(">post<", ">page<")))
        before = everything()
        again(tmp_path, item(1), item(2, title="Two").replace(">post<", ">page<"))
        assert everything() == before

    def test_without_the_option_nothing_is_brought(self, tmp_path):
        run(wxr(tmp_path, item(1)))
        run(wxr(tmp_path, item(1, text="Longer.")))
        assert to_text(old(1).body_html) == "Text."

    @pytest.mark.parametrize("work", ["saved", "published", "withdrawn"])
    def test_over_ours_they_never_go(self, tmp_path, work):
        edda = make_user("edda", "Editor")
        run(wxr(tmp_path, item(1)))
        ours = content(section=old(1).section_id, headline="Ours")
        if work != "withdrawn":
            workflow.save_draft(old(1), ours, by=edda)
        if work == "published":
            workflow.publish(old(1), by=edda)
        if work == "withdrawn":
            workflow.withdraw(old(1), by=edda, notice="Wrong.")
        before = everything()
        receipt = again(tmp_path, item(1, title="Theirs"))
        assert everything() == before
        assert "note: changed there and edited here: ours stays: 1 (posts 1)" in receipt

    def test_ours_is_not_named_where_theirs_did_not_change(self, tmp_path):
        edda = make_user("edda", "Editor")
        run(wxr(tmp_path, item(1)))
        ours = content(section=old(1).section_id, headline="Ours")
        workflow.save_draft(old(1), ours, by=edda)
        assert "ours stays" not in again(tmp_path, item(1))


class TestLateDecisions:
    def test_on_comments_are_brought(self, tmp_path):
        run(wxr(tmp_path, item(1, comment(1, state="0"), comment(2))))
        receipt = again(tmp_path, item(1, comment(1), comment(2, state="spam")))
        assert dict(Comment.objects.values_list("pk", "status")) == {1: "approved", 2: "spam"}
        assert old(1).comment_count == 1
        assert "comments: 0 new, 2 known, 2 updated" in receipt

    def test_never_over_ours(self, tmp_path):
        mona = make_user("mona", "Moderator")
        run(wxr(tmp_path, item(1, comment(1, state="0"))))
        moderation.trash(Comment.objects.get(), by=mona)
        receipt = again(tmp_path, item(1, comment(1)))
        assert Comment.objects.get().status == "trash"
        assert "comment decided there and here: ours stays: 1" in receipt


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


class TestProgress:
    def test_on_a_terminal_a_bar_grows_to_its_end(self):
        out = Terminal()
        bar = Bar(4, OutputWrapper(out))
        bar.go_on(1)
        bar.go_on(3)
        bar.close()
        lines = out.getvalue().split("\r")
        assert " 25%" in lines[1]
        assert lines[-1].startswith("█" * 40 + " 100%")
        assert out.getvalue().endswith("\n")

    def test_elsewhere_a_large_one_says_a_line_every_tenth(self):
        out = StringIO()
        bar = Bar(2000, OutputWrapper(out))
        for _ in range(40):
            bar.go_on(50)
        lines = out.getvalue().splitlines()
        assert lines[0] == "10% of 2000 items"
        assert len(lines) == 10

    def test_nothing_is_said_where_nothing_is_to_be(self):
        Bar(0, None).go_on(1)


class TestCutOff:
    def test_what_was_brought_stays_and_the_next_run_goes_on(self, tmp_path, monkeypatch):
        items = [item(n, comment(n), title=f"Story {n}") for n in range(1, 121)]
        save, calls = Mover.save, []

        def save_twice(mover, ready):
            calls.append(ready)
            if len(calls) == 3:
                raise KeyboardInterrupt
            return save(mover, ready)

        monkeypatch.setattr(Mover, "save", save_twice)
        with pytest.raises(CommandError, match="run the same command again"):
            run(wxr(tmp_path, *items))
        assert Story.objects.count() == Comment.objects.count() == 100
        monkeypatch.setattr(Mover, "save", save)
        receipt = run(wxr(tmp_path, *items))
        assert Story.objects.count() == Comment.objects.count() == 120
        assert "stories: 20 new, 100 known" in receipt


class TestReceipt:
    def test_as_data_counts_what_came(self, tmp_path):
        path = tmp_path / "receipt.json"
        run(wxr(tmp_path, item(1, comment(1), comment(2, 1))), receipt=path, language="en")
        data = json.loads(path.read_text())
        assert data["stories"] == [
            {"kind": "story", "state": "published", "language": "en", "count": 1}
        ]
        assert [(row["depth"], row["count"]) for row in data["comments"]] == [(1, 1), (2, 1)]
        assert data["texts"]["count"] == 3
        assert data["texts"]["sha256_in"] == data["texts"]["sha256_out"]
        assert data["texts"]["equal"]
        assert data["refused"] == []

    def test_what_the_database_refuses_is_named_and_the_others_come(self, tmp_path, monkeypatch):
        def refuse(mover, ready):
            if any(one.post.number == 2 for one in ready):
                raise ValueError("cannot be kept")
            return save(mover, ready)

        save = Mover.save
        monkeypatch.setattr(Mover, "save", refuse)
        path = tmp_path / "receipt.json"
        items = [item(n, title=f"Story {n}") for n in (1, 2, 3)]
        receipt = run(wxr(tmp_path, *items), receipt=path)
        assert sorted(Story.objects.values_list("legacy_id", flat=True)) == [1, 3]
        assert "stories: 2 new, 0 known" in receipt
        assert "refused: post 2, line 1: cannot be kept" in receipt
        assert json.loads(path.read_text())["refused"] == [
            {"what": "post", "number": 2, "line": 1, "reason": "cannot be kept"}
        ]

    def test_a_changed_word_is_told(self, tmp_path, monkeypatch):
        monkeypatch.setattr("articles.arriving.contents.clean", lambda html: "<p>Other.</p>")
        receipt = run(wxr(tmp_path, item(1)))
        assert "note: words of the text changed on the way: 1 (posts 1)" in receipt
        assert "NOT the same words" in receipt

    def test_on_trial_it_is_written_too(self, tmp_path):
        path = tmp_path / "receipt.json"
        run(wxr(tmp_path, item(1)), receipt=path, dry_run=True)
        assert json.loads(path.read_text())["dry_run"]
        assert not OldAddress.objects.exists()

    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            ({"media": "absent"}, "no such folder"),
            ({"receipt": "absent/receipt.json"}, "no such folder to write the receipt into"),
        ],
    )
    def test_folders_that_are_none_are_refused_first(self, tmp_path, options, sentence):
        paths = {name: tmp_path / value for name, value in options.items()}
        with pytest.raises(CommandError, match=sentence):
            run(wxr(tmp_path, item(1)), **paths)
        assert not Story.objects.exists()
