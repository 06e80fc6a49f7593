"""What two revisions differ in, as editors read it."""

import pytest

from articles.content import normalise
from articles.revisions import compare, paragraph_diff, word_diff
from tests.factories import content, make_author

pytestmark = pytest.mark.django_db


def marked(old: str, new: str) -> list[str]:
    """The lines of both, words taken out in [-…-], words put in in {+…+}."""
    shapes = {"": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return [
        "".join(shapes[piece.change].format(piece.text) for piece in line.pieces)
        for line in paragraph_diff(old, new)
    ]


class TestParagraphs:
    def test_a_new_one_is_marked_whole_beside_one_like_it(self):
        old = "قال الوزير إن السفينة وصلت.\nعاد الصيادون قبل الفجر."
        new = "قال الوزير إن السفينة غرقت.\nفقرة جديدة تماماً هنا.\nعاد الصيادون قبل الفجر."
        assert marked(old, new) == [
            "قال الوزير إن السفينة [-وصلت.-]{+غرقت.+}",
            "{+فقرة جديدة تماماً هنا.+}",
            "عاد الصيادون قبل الفجر.",
        ]

    def test_one_taken_out_stands_where_it_stood(self):
        assert marked("one two\nthree\nfour five", "one two\nfour five") == [
            "one two",
            "[-three-]",
            "four five",
        ]

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ("", "new", ["{+new+}"]),
            ("old", "", ["[-old-]"]),
            ("a b c d", "w x y z", ["[-a b c d-]{+w x y z+}"]),
            ("same", "same", ["same"]),
        ],
    )
    def test_at_the_edges(self, old, new, expected):
        assert marked(old, new) == expected

    def test_long_unchanged_stretches_are_folded_and_nothing_is_lost(self):
        lines = [f"Paragraph number {number}." for number in range(12)]
        old, new = ("".join(f"<p>{line}</p>" for line in [*lines, last]) for last in ("A.", "B."))
        (change,) = compare(normalise(content(body_html=old)), normalise(content(body_html=new)))
        assert [(run.is_folded, len(run.paragraphs)) for run in change.runs] == [
            (True, 11),
            (False, 2),
        ]


class TestWords:
    def differing(self, old: dict, new: dict) -> dict[str, str]:
        changes = compare(normalise(content(**old)), normalise(content(**new)))
        return {
            change.label: " → ".join(
                piece.text for line in change.paragraphs for piece in line.pieces if piece.change
            )
            for change in changes
        }

    def test_a_choice_is_a_word_and_a_time_is_a_date(self, settings):
        settings.TIME_ZONE = "UTC"
        found = self.differing(
            {"comments_open": True, "kind": "story"},
            {
                "comments_open": False,
                "kind": "opinion",
                "comments_close_at": "2026-03-01T09:30:00+00:00",
            },
        )
        assert found["comments open"] == "yes → no"
        assert found["kind"] == "story → opinion"
        assert "2026-03-01T" not in found["comments close"]
        assert "2026 09:30" in found["comments close"]

    def test_names_are_shown_and_a_role_that_changed(self):
        author = make_author()
        line = {"author": author.pk, "name": ""}
        found = self.differing(
            {"bylines": [line | {"role": "writer"}]}, {"bylines": [line | {"role": "photos"}]}
        )
        assert "(" in found["bylines"]
        assert str(author.pk) not in found["bylines"]

    @pytest.mark.parametrize(
        ("old", "new", "differs"),
        [
            ("<p>One two</p>", "<p><strong>One </strong>two</p>", "One → [Bold: One]"),
            ("<p>One two</p>", "<p>One <em>two</em></p>", "two → [Italic: two]"),
            ("<p>One</p>", "<h2>One</h2>", "[Heading] "),
            ("<p>One</p>", "<ol><li>One</li></ol>", "[Numbered list] "),
            ("<p>One</p>", '<p dir="rtl">One</p>', "[rtl] "),
            ("<p>One</p>", "<p>One</p><hr>", "[Line]"),
            (
                '<p>One <a href="/a">two</a></p>',
                '<p>One <a href="/b">two</a></p>',
                "\u2068/a\u2069] → \u2068/b\u2069]",
            ),
            (
                "<p>One</p>",
                '<p>One</p><figure><img src="/media/ab/a.webp" alt="Dawn"></figure>',
                "[Picture: Dawn \u2068/media/ab/a.webp\u2069]",
            ),
        ],
    )
    def test_markup_that_differs_is_named(self, old, new, differs):
        assert self.differing({"body_html": old}, {"body_html": new}) == {"text": differs}

    def test_markup_is_named_beside_words_that_differ_as_well(self):
        old, new = "<p>One two</p>", '<p>One <a href="/a">three</a></p>'
        found = self.differing({"body_html": old}, {"body_html": new})
        assert found == {"text": "two → [Link: three \u2068/a\u2069]"}

    def test_markup_that_both_have_is_not_named(self):
        old, new = "<p><em>One</em> two</p>", "<p><em>One</em> three</p>"
        found = self.differing({"body_html": old}, {"body_html": new})
        assert found == {"text": "two → three"}

    def test_what_has_no_words_is_said_to_differ(self):
        old, new = '<p lang="en">One</p>', "<p>One</p>"
        assert self.differing({"body_html": old}, {"body_html": new}) == {"text": ""}


class TestWhatCouldBeSlow:
    """Bounded by the number of comparisons, which is counted, not by a clock."""

    @pytest.fixture
    def asked(self, monkeypatch):
        """How many elements were laid side by side, each time."""
        from difflib import SequenceMatcher

        sizes = []
        real = SequenceMatcher.__init__

        def count(self, isjunk=None, a="", b="", autojunk=True):
            sizes.append((len(a), len(b), autojunk))
            real(self, isjunk, a, b, autojunk)

        monkeypatch.setattr(SequenceMatcher, "__init__", count)
        return sizes

    def test_a_line_of_very_many_words_is_shown_whole(self, asked):
        old, new = ("word " * 3000).strip(), ("other " * 3000).strip()
        pieces = list(word_diff(old, new))
        assert [(piece.text, piece.change) for piece in pieces] == [
            (old, "removed"),
            (new, "added"),
        ]
        assert asked == []

    def test_very_many_lines_are_compared_without_the_frequent_ones(self, asked):
        compare({"body_html": "<p>a</p>" * 3000}, {"body_html": "<p>b</p>" + "<p>a</p>" * 3000})
        assert all(autojunk for old, _new, autojunk in asked if old > 1000)
