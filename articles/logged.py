"""What the desk writes into its logs: codes and plain values, said in the reader's language.

A sentence in the language of whoever acted would stand there for good, for readers of another.
`detail` is a code, with a value after a blank where it has one; `sentence` is for what Django's
admin logs of other things, where names of fields are kept as they stand in the code.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override as in_language

from articles.models import Correction
from newsroom.lib.rtl import isolate

AT_ITS_TIME = "at_its_time"


def grade(code: str) -> str:
    """Return the detail of a correction."""
    return f"grade {code}"


def restored(at: datetime) -> str:
    """Return the detail of a revision that brings back one saved at `at`."""
    return f"restored {at.isoformat()}"


def detail_in_words(detail: str) -> str:
    """Return what a detail says, in the language of the desk; nothing where there is none."""
    code, _blank, value = detail.partition(" ")
    say = DETAILS.get(code)
    return say(value) if say else detail


def remark(detail: str, note: str) -> str:
    """Return a detail and the note somebody wrote to it as one line."""
    return ": ".join(filter(None, (detail_in_words(detail), note)))


def _grade(code: str) -> str:
    return str(dict(Correction.Grade.choices).get(code, code))


def _restored(at: str) -> str:
    when = timezone.localtime(datetime.fromisoformat(at))
    return _("Restored from %(when)s") % {"when": date_format(when, "j N Y H:i")}


DETAILS: dict[str, Callable[[str], str]] = {
    "grade": _grade,
    "restored": _restored,
    AT_ITS_TIME: lambda _value: _("At the time set for it"),
}


# What Django's admin keeps of everything else.


def fields(*names: Any) -> list[dict]:
    """Return the message of a change of fields, which Django translates as it is read."""
    with in_language(None):
        return [{"changed": {"fields": [str(name) for name in names]}}]


def sentence(code: str, **values: Any) -> list[dict]:
    """Return the message of something that SENTENCES can say."""
    return [{"said": code, "values": values}]


def message_in_words(entry: LogEntry) -> str:
    """Return what an entry of Django's log says, in the language of the desk."""
    if not entry.change_message.startswith('[{"said"'):
        return entry.get_change_message()
    said = json.loads(entry.change_message)
    return " ".join(SENTENCES[part["said"]](part["values"]) for part in said)


def _on_page(values: dict[str, Any]) -> str:
    where = values["section"] or _("Front page")
    return f"{where} ({values['language']})"


def _held(values: dict[str, Any]) -> str:
    said = _("Held at place %(place)s") % values
    return f"{_on_page(values)}: {said}: {isolate(values['story'])}"


def _given_back(values: dict[str, Any]) -> str:
    said = _("Place %(place)s given back") % values
    return f"{_on_page(values)}: {said}: {isolate(values['story'])}"


def _version_restored(values: dict[str, Any]) -> str:
    return _restored(values["at"])


SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    "held": _held,
    "given_back": _given_back,
    "restored": _version_restored,
}
