"""Taking a story apart, and telling which paragraph changed (N12)."""

import time
from collections import Counter

import pytest

from articles.paragraphs import Paragraph, beside, compare, settled, split

A, B, C, D = (
    "The first boat left the harbour at four.",
    "The second boat waited for the tide.",
    "Nobody saw the last one leave.",
    "A market opened late on Friday morning.",
)
B2 = "The second boat waited two hours for the tide."
C2 = "Nobody saw the very last one leave."


def p(*texts):
    return [Paragraph("p", text) for text in texts]


def shape(changes):
    return [
        (change.kind, *(side.text if side else "" for side in (change.old, change.new)))
        for change in changes
    ]


class TestSplit:
    def test_names_lines_and_every_block(self):
        texts = {
            "kicker": "Ports",
            "headline": "H",
            "standfirst": "S",
            "body_html": "<h2>Dawn</h2><p>One <em>two</em>.<br>Three</p><ul><li>a</li><li><p>b</p>"
            "<ul><li>c</li></ul></li></ul><blockquote><p>q</p></blockquote><hr>"
            '<figure><img src="/media/k/full-768.jpg" alt="x > y"><figcaption>cap</figcaption>'
            "</figure><table><caption>t</caption><tbody><tr><th>h</th><td>d</td></tr></tbody>"
            "</table><pre><code>x = 1</code></pre><p> </p>loose &amp; free",
        }
        assert split(texts) == [
            *(("kicker", "Ports"), ("headline", "H"), ("standfirst", "S")),
            *(("h2", "Dawn"), ("p", "One two. Three")),
            *(("li", "a"), ("li", "b"), ("li", "c")),
            *(("blockquote", "q"), ("figcaption", "cap"), ("caption", "t")),
            *(("th", "h"), ("td", "d"), ("pre", "x = 1"), ("p", "loose & free")),
        ]

    def test_leaves_out_empty_lines(self):
        texts = {"kicker": "", "headline": "H", "standfirst": "", "body_html": ""}
        assert split(texts) == [Paragraph("headline", "H")]


class TestCompare:
    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ([A, B], [A, B], []),
            ([A, B], [B, A], []),
            ([A, B, C], [C, A, B], []),
            ([], [A], [("added", "", A)]),
            ([A], [], [("removed", A, "")]),
            ([A], [D], [("changed", A, D)]),
            ([A, B], [A, B2], [("changed", B, B2)]),
            ([A, B], [A, C, B], [("added", "", C)]),
            ([A, B], [C, A, B], [("added", "", C)]),
            ([A, B, C], [A, C], [("removed", B, "")]),
            ([A, B, C], [B, C], [("removed", A, "")]),
            ([A, B], [B2, A], [("changed", B, B2)]),
            ([A, B, C], [A, B2, D, C], [("changed", B, B2), ("added", "", D)]),
            ([A, B, C], [A, D, B2, C], [("added", "", D), ("changed", B, B2)]),
            ([A, B, C], [C2, B2], [("changed", C, C2), ("changed", B, B2), ("removed", A, "")]),
            ([A, B], [A, D, C], [("changed", B, D), ("added", "", C)]),
            ([A, A, B], [A, B], [("removed", A, "")]),
            ([A, B], [A, A, B], [("added", "", A)]),
            ([B, A, C], [C, B2, A], [("changed", B, B2)]),
        ],
    )
    def test_tells_changed_added_and_removed_and_not_moved(self, old, new, expected):
        assert sorted(shape(compare(p(*old), p(*new)))) == sorted(expected)

    def test_holds_a_headline_against_the_headline(self):
        old, new = [Paragraph("headline", A), *p(B)], [Paragraph("headline", D), *p(B)]
        assert shape(compare(old, new)) == [("changed", A, D)]

    def test_sees_no_change_in_a_paragraph_that_became_a_heading(self):
        assert compare(p(A), [Paragraph("h2", A)]) == []

    def test_names_a_change_by_its_words_and_not_by_its_place(self):
        (first,) = compare(p(A, B), p(A, B2))
        ids = [change.id for change in compare(p(A, B), p(D, A, B2))]
        assert first.id in ids
        assert len(set(ids)) == 2
        (other,) = compare(p(A, B), p(A, "The second boat waited an hour for the tide."))
        assert other.id != first.id

    def test_gives_equal_changes_names_of_their_own(self):
        ids = [change.id for change in compare(p(A), p(A, B, B))]
        assert len(set(ids)) == 2

    @pytest.mark.parametrize("first", range(5))
    def test_a_settled_change_leaves_the_others_as_they_were(self, first):
        old, new = p(A, B, C, "One more."), p(D, A, B2, "Quite new words.", C2, "An end.")
        changes = compare(old, new)
        assert len(changes) == 5
        rest = [change.id for change in changes if change is not changes[first]]
        assert [change.id for change in compare(settled(old, changes[first]), new)] == rest

    def test_settling_all_one_by_one_leaves_nothing(self):
        old, new = p(A, B, C, D), p(D, C2, "New.", "Newer.", A)
        while changes := compare(old, new):
            old = settled(old, changes[-1])
        assert sorted(old) == sorted(new)

    def test_is_quick_with_a_long_text_written_anew(self):
        old = p(*(f"Old sentence {n} of a long report about boats." * 3 for n in range(400)))
        new = p(*(f"Neue Zeile {n} eines ganz anderen Berichts." * 3 for n in range(400)))
        begun = time.perf_counter()
        assert len(compare(old, new)) == 400
        assert time.perf_counter() - begun < 5

    @pytest.mark.parametrize(
        ("old", "new", "kinds"),
        [
            ([f"old{n}" for n in range(8000)], [f"new{n}" for n in range(8000)], {"changed": 8000}),
            ([f"old{n}" for n in range(8000)], ["old5"], {"removed": 7999}),
            (["a"] * 8000, ["a"] * 400 + ["b"], {"changed": 1, "removed": 7599}),
            (["a"] * 8000, ["b"] + ["a"] * 8000, {"added": 1}),
        ],
        ids=["written anew", "all but one taken out", "most taken out", "one put before all"],
    )
    def test_is_quick_with_thousands_of_short_paragraphs(self, old, new, kinds):
        begun = time.perf_counter()
        assert Counter(change.kind for change in compare(p(*old), p(*new))) == kinds
        assert time.perf_counter() - begun < 4


class TestBeside:
    def test_pairs_lines_by_name_and_blocks_in_order(self):
        theirs = [Paragraph("headline", A), Paragraph("standfirst", B), *p(C, D)]
        mine = [Paragraph("kicker", "ك"), Paragraph("headline", "أ"), *p("ج", "د")]
        assert beside(theirs, mine) == [1, None, 2, 3]

    def test_skips_the_paragraph_that_nobody_translated(self):
        long, short = "word " * 80, "word " * 8
        theirs = [Paragraph("h2", "Dawn"), *p(long, short, long)]
        mine = [Paragraph("h2", "فجر"), *p("كلمة " * 80, "كلمة " * 80)]
        assert beside(theirs, mine) == [0, 1, None, 2]

    def test_has_nothing_to_say_of_an_empty_translation(self):
        assert beside(p(A, B), []) == [None, None]
        assert beside([], p(A)) == []

    def test_pairs_very_long_texts_by_order(self):
        assert beside(p(A) * 300, p(B) * 300) == list(range(300))
