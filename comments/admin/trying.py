"""The box in which moderators try their rules: what would happen to a text, and why."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy

from articles.models import Story
from comments import fields, screening
from comments.admin import marks
from comments.admin.queue import reason_label
from comments.models import Comment
from comments.screening import Finding, Submission
from newsroom.lib.privacy import blind_index

Status = Comment.Status
OUTCOMES = {
    Status.APPROVED: gettext_lazy(
        "Nothing in it would be held. The first comment of somebody new is held all the same."
    ),
    Status.PENDING: gettext_lazy("It would wait for a moderator."),
    Status.SPAM: gettext_lazy("It would go to spam."),
}
LET_THROUGH = gettext_lazy("It would be held, but a rule lets it through: published at once.")


class TryForm(forms.Form):
    """A comment somebody might send. Only what is filled in is looked at."""

    body = forms.CharField(
        label=gettext_lazy("Comment"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )
    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=245)
    email = forms.CharField(
        label=gettext_lazy("Email"),
        required=False,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    is_proved = forms.BooleanField(
        label=gettext_lazy("the address was proved in this browser"), required=False
    )
    website = forms.CharField(
        label=gettext_lazy("Website"), required=False, widget=forms.TextInput(attrs={"dir": "ltr"})
    )
    ip = forms.GenericIPAddressField(
        label=gettext_lazy("IP address"),
        required=False,
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )

    user_agent = forms.CharField(
        label=gettext_lazy("Name of the browser or program"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        """Clean what is filled in as the comment form would."""
        data = super().clean()
        for name in ("body", "name", "email", "website"):
            if (data.get(name) or "").strip():
                self._clean_text(name, data)
        return data

    def _clean_text(self, name: str, data: dict[str, Any]) -> None:
        try:
            fields.check_length(name, data[name])
            data[name] = fields.CLEANERS[name](data[name])
        except forms.ValidationError as error:
            self.add_error(name, error)


@dataclass(frozen=True)
class Verdict:
    """What would happen, the findings in words, and the text with their places marked."""

    status: str
    outcome: str
    findings: list[str]
    text: SafeString


def judge(typed: dict[str, Any]) -> Verdict:
    """Return what the rules would do to what was typed; nothing is stored or counted."""
    submission = Submission(
        # Of no story: what hangs on one is not tried.
        Story(language=get_language()),
        **{name: typed[name] or "" for name in ("name", "email", "body", "website")},
        email_index=blind_index(typed["email"]) if typed["email"] else "",
        ip=typed["ip"] or None,
        user_agent=typed["user_agent"],
    )
    submission.is_proved = typed["is_proved"]
    status, findings = screening.try_out(submission)
    held = any(found.status == Status.PENDING for found in findings)
    outcome = LET_THROUGH if held and status == Status.APPROVED else OUTCOMES[Status(status)]
    spans = marks.tidy(found.span for found in findings if found.span)
    words = [_said(found) for found in findings]
    return Verdict(status, outcome, words, marks.marked(submission.body, spans))


def _said(found: Finding) -> str:
    label = reason_label(found.as_reason())
    return f"{label} · #{found.rule}" if found.rule else label
