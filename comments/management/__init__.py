"""What the commands about one person share."""

import sys

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from comments import privacy


def asked_address(given: str) -> str:
    """Return the index of the address a command was given, or of the one on standard input, which
    no list of processes shows; raises CommandError, which does not repeat it."""
    try:
        return privacy.index_of(sys.stdin.readline() if given == "-" else given)
    except ValidationError:
        raise CommandError("That is no e-mail address.") from None
