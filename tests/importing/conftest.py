"""What the tests of moving in from WordPress stand on."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from tests.importing.export import PAPER, run


@pytest.fixture(scope="class")
def paper(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The paper, imported once for a class whose tests only look."""
    with django_db_blocker.unblock(), transaction.atomic():
        run(PAPER)
        yield
        transaction.set_rollback(True)
