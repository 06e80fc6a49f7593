"""Rows that a form names by their numbers. Django asks the database for whatever stands there,
which fails for what is no number and, on SQLite, for too large a one."""

from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest

from newsroom.lib.text import row_number


class RowsField(ModelMultipleChoiceField):
    """Several rows; refuses what is no number of one."""

    def clean(self, value: Any) -> Any:
        for text in value if isinstance(value, list | tuple) else ():
            if not row_number(str(text)):
                code = "invalid_pk_value"
                raise ValidationError(self.error_messages[code], code, params={"pk": text})
        return super().clean(value)


class RowSearch(AutocompleteSelect):
    """A row looked for by its name; shows none for what is no number of one."""

    def optgroups(self, name: str, value: list[str], attr: dict | None = None) -> list:
        return super().optgroups(name, [text for text in value if row_number(str(text))], attr)


def keep_rows_chosen(request: HttpRequest) -> None:
    """Leave of what a list's form chose only numbers of rows."""
    chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
    rows = [text for text in chosen if row_number(text)]
    if rows != chosen:
        request.POST = request.POST.copy()
        request.POST.setlist(ACTION_CHECKBOX_NAME, rows)
