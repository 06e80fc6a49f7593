"""The benchmark's own sums, and that it posts what the comment form takes."""

from urllib.parse import parse_qs

import pytest

from bench import client, report
from bench.load import Ask
from bench.report import Line
from bench.rows import ROWS


def line(**changed) -> Line:
    usual = {
        "row": "front", "database": "SQLite", "target": 0.15, "is_time": False, "per_second": 100.0,
        "share": 0.2, "cpu_ms": 10.0, "compared_cpu_ms": 0.5, "median_ms": 90.0, "p95_ms": 200.0,
        "bytes": 30_000, "queries": 5,
    }  # fmt: skip
    return Line(**usual | changed)


@pytest.mark.parametrize(
    ("changed", "reached"),
    [
        ({}, True),
        ({"share": 0.149}, False),
        ({"is_time": True, "target": 150}, True),
        ({"is_time": True, "target": 150, "median_ms": 151.0}, False),
    ],
)
def test_target_is_a_share_or_a_time(changed, reached):
    assert line(**changed).is_reached is reached


@pytest.mark.parametrize(
    ("cpu_ms", "compared", "said"),
    # The second machine is half as fast: nothing became dearer.
    [(10.0, 0.5, "+0%"), (20.0, 1.0, "+0%"), (12.0, 0.5, "+20% SLOWER"), (8.0, 0.5, "-20%")],
)
def test_drop_shows_whatever_the_machine(cpu_ms, compared, said):
    before = {"cpu_ms": 10.0, "compared_cpu_ms": 0.5}
    assert report._change(line(cpu_ms=cpu_ms, compared_cpu_ms=compared), before) == said


def test_new_row_has_nothing_before_it():
    assert report._change(line(), None) == ""


def test_rows_have_names_of_their_own():
    assert len({row.name for row in ROWS}) == len(ROWS)


def test_no_comment_is_sent_twice():
    ask = Ask("http://127.0.0.1:1", posts=("/ar/a/1/b/comments/", "/ar/a/2/c/comments/"))
    sent = [client._message(ask, "7", number).split(b"\r\n\r\n") for number in range(4)]
    texts = {parse_qs(body.decode())["comment"][0] for _head, body in sent}
    assert len(texts) == 4
    assert {head.split()[1] for head, _body in sent} == {path.encode() for path in ask.posts}
