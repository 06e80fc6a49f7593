"""What readers narrow their search by: fields of a form that stay in the address."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from articles.models import AuthorTranslation, SectionTranslation
from articles.search.question import MAX_LENGTH, Filters
from articles.site import Site
from newsroom.lib.folding import fold, tokens
from newsroom.lib.rtl import digits
from newsroom.lib.text import one_line

ANY_LANGUAGE = "any"
# Names of authors that are looked through, and how many of one name are searched.
MOST_NAMES, MOST_AUTHORS = 5000, 50


class DayInput(forms.DateInput):
    input_type = "date"


class DayField(forms.DateField):
    """A day as browsers send it: 2026-03-09."""

    widget = DayInput
    input_formats = ["%Y-%m-%d"]


class SearchForm(forms.Form):
    """What is not understood is said beside its field, and the search made without it."""

    q = forms.CharField(required=False)
    section = forms.CharField(required=False, label=_("Section"), widget=forms.Select)
    author = forms.CharField(required=False, label=_("Author"), max_length=120)
    since = DayField(
        required=False,
        label=_("From"),
        error_messages={"invalid": _("This is no day. Write it as 2026-03-09.")},
    )
    until = DayField(
        required=False,
        label=_("Until"),
        error_messages={"invalid": _("This is no day. Write it as 2026-03-09.")},
    )
    language = forms.ChoiceField(
        required=False,
        label=_("Language"),
        error_messages={"invalid_choice": _("The paper has no such language.")},
    )
    DAYS = ("since", "until")
    NARROWING = ("section", "author", "since", "until", "language")

    def __init__(self, data: QueryDict, site: Site) -> None:
        # Half of a pasted page, or a zero byte, is not what anybody looks for.
        plain = {name: one_line(data.get(name, "")[:MAX_LENGTH]) for name in self.base_fields}
        plain |= {name: _as_a_day(plain[name]) for name in self.DAYS}
        super().__init__(plain, auto_id="search-%s")
        self.site = site
        self.fields["section"].widget.choices = _section_choices(site)
        names = [(code, name) for code, name in settings.LANGUAGES if code != site.language]
        own = dict(settings.LANGUAGES).get(site.language, site.language)
        self.fields["language"].choices = [("", own), *names, (ANY_LANGUAGE, _("Every language"))]
        self.full_clean()
        for name in self.DAYS:
            if self.has_error(name, "invalid"):  # A field of days would not show it.
                self.fields[name].widget.input_type = "text"

    def clean_section(self) -> SectionTranslation | None:
        slug = self.cleaned_data["section"]
        if not slug:
            return None
        rows = SectionTranslation.objects.select_related("section")
        row = rows.filter(language=self.site.language, slug=slug).first()
        if row is None:
            raise forms.ValidationError(_("There is no such section any more."))
        known = {value for value, _name in self.fields["section"].widget.choices}
        if slug not in known:
            self.fields["section"].widget.choices.append((slug, row.name))
        return row

    def clean(self) -> None:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and since > until:
            self.add_error("until", _("This day is before the one the search begins with."))

    @property
    def words(self) -> str:
        return self.cleaned_data.get("q", "")

    @property
    def is_narrowed(self) -> bool:
        """Whether any field but the words says something, understood or not."""
        return any(self.data[name] for name in self.NARROWING)

    def narrowing(self) -> list[forms.BoundField]:
        """Return the fields beside the words."""
        return [self[name] for name in self.NARROWING]

    def narrowed_by(self) -> Iterator[tuple[str, str]]:
        """Yield the filters that were understood, as name and value in words."""
        for name in self.NARROWING:
            if value := self.cleaned_data.get(name):
                yield self.fields[name].label, self._in_words(name, value)

    def _in_words(self, name: str, value: Any) -> str:
        if name == "section":
            return value.name
        if name == "language":
            return dict(self.fields[name].choices)[value]
        if isinstance(value, date):
            return digits(date_format(value, "DATE_FORMAT"), self.site.language)
        return value

    def address(self, *without: str) -> str:
        """Return what was asked as it stands in an address, `without` some of it."""
        query = QueryDict(mutable=True)
        query.update({k: v for k, v in self.data.items() if v and k not in without})
        return query.urlencode()

    def filters(self) -> Filters:
        """Return what was understood of the filters."""
        asked = self.cleaned_data
        row, author = asked.get("section"), asked.get("author")
        return Filters(
            languages=_languages(asked.get("language", ""), self.site.language),
            sections=tuple(row.section.descendants()) if row else None,
            authors=_authors_called(author) if author else None,
            guest=tuple(tokens(author)) if author else (),
            since=asked.get("since"),
            until=asked.get("until"),
        )


def _as_a_day(text: str) -> str:
    """Return a day, typed in whichever digits, as browsers write one; other words as they are."""
    try:
        day = parse_date(fold(text).strip())
    except ValueError:
        return text
    return day.isoformat() if day else text


def _section_choices(site: Site) -> list[tuple[str, Any]]:
    choices: list[tuple[str, Any]] = [("", _("Every section"))]
    for row in site.sections:
        choices.append((row["slug"], row["name"]))
        choices += [(child["slug"], f"– {child['name']}") for child in row["children"]]
    return choices


def _languages(asked: str, own: str) -> tuple[str, ...]:
    if asked == ANY_LANGUAGE:
        return tuple(code for code, _name in settings.LANGUAGES)
    return (asked or own,)


def _authors_called(name: str) -> tuple[int, ...]:
    """Return the authors whose name, in any language, holds every word of `name`."""
    words = set(tokens(name))
    rows = AuthorTranslation.objects.order_by("-author_id").values_list("author_id", "name")
    found = [pk for pk, known in rows[:MOST_NAMES] if words and words <= set(tokens(known))]
    return tuple(dict.fromkeys(found))[:MOST_AUTHORS]
