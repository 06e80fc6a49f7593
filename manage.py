#!/usr/bin/env python
"""Newsroom's command line."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)
    except (ImproperlyConfigured, OperationalError) as error:
        # A setting, or the database it names: the operator's to mend, not a fault of the code.
        if "--traceback" in sys.argv:
            raise
        of_database = "DATABASE_URL: " if isinstance(error, OperationalError) else ""
        sys.exit(f"{type(error).__name__}: {of_database}{error}".strip())


if __name__ == "__main__":
    main()
