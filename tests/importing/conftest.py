"""What the tests of moving in from WordPress stand on."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from tests.importing.export import PAPER, run


@pytest.fixture(scope="class")
def paper(made_once: Callable[[], AbstractContextManager]) -> Iterator[None]:
    """The paper, imported once for a class whose tests only look."""
    with made_once():
        run(PAPER)
        yield
