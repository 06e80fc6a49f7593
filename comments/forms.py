"""The comment form: fields named as WordPress names them, limits as readers count."""

import re
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.datastructures import MultiValueDict

from comments import fields
from comments.screening import CommentRefused
from newsroom.models import User

# Field of the form → argument of `posting.post`.
ARGUMENTS = {"comment": "body", "author": "name", "email": "email", "url": "website"}
FIELDS = {argument: field for field, argument in ARGUMENTS.items()}
OF_ACCOUNT = ("author", "email")


class CommentForm(forms.Form):
    """What a reader types. Of a member, name and address are the account's and not asked."""

    comment = forms.CharField(required=False, strip=False, widget=forms.Textarea)
    author = forms.CharField(required=False)
    email = forms.CharField(required=False)
    url = forms.CharField(required=False)
    notify_replies = forms.BooleanField(required=False)
    notify_verdict = forms.BooleanField(required=False)
    comment_parent = forms.CharField(required=False, widget=forms.HiddenInput)
    website_confirm = forms.CharField(required=False)

    def __init__(
        self, data: MultiValueDict | None = None, *, user: User | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data, auto_id="%s", **kwargs)
        self.user = user

    @property
    def parent_id(self) -> int | None:
        """The comment that is answered; None for an ordinary comment or what is no number."""
        try:
            return parent_id(self["comment_parent"].value() or "")
        except ValueError:
            return None

    def clean(self) -> dict[str, Any]:
        for field in ARGUMENTS:
            if field in self.cleaned_data and not (self.user and field in OF_ACCOUNT):
                self._clean_text(field)
        return self.cleaned_data

    def _clean_text(self, field: str) -> None:
        argument = ARGUMENTS[field]
        try:
            fields.check_length(argument, self.cleaned_data[field])
            self.cleaned_data[field] = fields.CLEANERS[argument](self.cleaned_data[field])
        except forms.ValidationError as error:
            self.add_error(field, error)

    def arguments(self) -> dict[str, Any]:
        """Return what `posting.post` wants; raises CommentRefused when a field is wrong."""
        if not self.is_valid():
            raise CommentRefused("invalid", "", 422)
        values = {argument: self.cleaned_data[field] for field, argument in ARGUMENTS.items()}
        return values | {
            "parent_id": self.parent_id,
            "trap": self.cleaned_data["website_confirm"],
            "wants_replies": self.cleaned_data["notify_replies"],
            "wants_verdict": self.cleaned_data["notify_verdict"],
            "user": self.user,
        }

    def refuse(self, refusal: CommentRefused) -> "CommentForm":
        """Return the form with the refusal beside its field, every word still in it. A reply to
        what is not there becomes an ordinary comment."""
        self.is_valid()
        if refusal.field == "parent":
            self.data = self.data.copy()
            self.data["comment_parent"] = ""
        if refusal.message:
            self.add_error(FIELDS.get(refusal.field or "", NON_FIELD_ERRORS), refusal.message)
        return self


def parent_id(text: str) -> int | None:
    """Return the number of the comment that is answered, None for none ("" or "0", as WordPress
    sends); raises ValueError for what is no number."""
    text = text.strip()
    if not re.fullmatch(r"[0-9]{0,19}", text):
        raise ValueError(text)
    return int(text or 0) or None
