"""Count the queries of pages, as Django makes them: `python -m bench.queries SESSION PATH…`.

Prints a JSON object of path and number.
"""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
django.setup()

from django.conf import settings  # noqa: E402  (needs the settings)
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

HOST = {"host": "127.0.0.1"}


def main() -> None:
    session, *paths = sys.argv[1:]
    reader, editor = Client(headers=HOST), Client(headers=HOST)
    editor.cookies["sessionid"] = session
    desk = f"/{settings.ADMIN_PATH}/"
    counts = {path: count(editor if path.startswith(desk) else reader, path) for path in paths}
    print(json.dumps(counts))


def count(client: Client, path: str) -> int:
    """Return the queries of the second time: the first fills what a worker keeps for good."""
    for number in range(2):
        with CaptureQueriesContext(connection) as captured:
            answer = client.post(path, comment(number)) if is_post(path) else client.get(path)
    if answer.status_code not in (200, 303):
        raise RuntimeError(f"{path}: {answer.status_code}")
    return len(captured)


def is_post(path: str) -> bool:
    return path.endswith("/comments/")


def comment(number: int) -> dict[str, str]:
    mark = f"{os.getpid()}-{number}"
    text = f"I saw boat {mark} leave before the light."
    return {"author": "Rex", "email": f"rex{mark}@example.org", "comment": text}


if __name__ == "__main__":
    main()
