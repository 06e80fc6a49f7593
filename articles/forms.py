"""What editors type, checked. `StoryForm` has a field for everything a revision holds."""

import json
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_prose_editor.widgets import importmap
from js_asset import Media, Script

from articles import checklist
from articles.content import BLANK, LINES, SLUG_LENGTH, Content, present_names
from articles.embeds import known_hosts
from articles.models import (
    Author,
    Byline,
    Correction,
    Image,
    Section,
    SectionTranslation,
    Story,
)
from articles.models.topic import TopicTranslation
from articles.site import PAGES, section_for
from newsroom.lib.html import clean
from newsroom.lib.rtl import language_direction
from newsroom.lib.text import row_number, slugify_unicode, split_list

MAX_BYLINES, MAX_TOPICS = 20, 20
# How far answers to answers are followed.
MAX_CHAIN = 20
# What a story's `version` is before anybody saved it again.
FIRST_VERSION = Story._meta.get_field("version").default
# A field for a time has no seconds, and a form takes a while to send.
GRACE = timedelta(minutes=5)


# Fields and widgets.


class ProseEditor(forms.Textarea):
    """django-prose-editor, written in the direction of the text and not of the interface."""

    def __init__(self, language: str = "", tools: str = "story", attrs: dict | None = None) -> None:
        super().__init__({"rows": 16, **(attrs or {}), "data-editor": tools})
        self.language = language or settings.DEFAULT_LANGUAGE

    @property
    def media(self) -> Media:
        styles = (
            "django_prose_editor/material-icons",
            "django_prose_editor/editor",
            "articles/editor",
            "articles/pull-quote",
            "articles/aids",
        )
        return Media(
            importmap=importmap,
            css={"all": [f"{name}.css" for name in styles]},
            js=[Script("articles/editor.js", type="module")],
        )

    def get_context(self, name: str, value: Any, attrs: dict | None) -> dict:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"] |= {
            "dir": language_direction(self.language),
            "lang": self.language,
            "data-words": json.dumps(editor_words(), ensure_ascii=False),
            "data-pictures": reverse("admin:articles_image_choose"),
            "data-embeds": reverse("admin:articles_story_embed"),
            "data-embed-hosts": known_hosts(),
        }
        return context

    def use_required_attribute(self, initial: Any) -> bool:
        return False  # the textarea is hidden by the editor: a browser could not show its complaint


def editor_words() -> dict[str, str]:
    """Return what the editor's script says, in the language of the interface."""
    return {
        "paragraph": gettext("Paragraph"),
        "heading2": gettext("Heading"),
        "heading3": gettext("Smaller heading"),
        "heading4": gettext("Smallest heading"),
        "bold": gettext("Bold"),
        "italic": gettext("Italic"),
        "underline": gettext("Underline"),
        "bulletList": gettext("List"),
        "orderedList": gettext("Numbered list"),
        "blockquote": gettext("Quotation"),
        "pullQuote": gettext("Pull quote"),
        "said_by": gettext("Who said it"),
        "horizontalRule": gettext("Line"),
        "figure": gettext("Picture"),
        "embed": gettext("Embed"),
        "embed_hint": gettext("The address of a post or a video, as the browser shows it."),
        "direction": gettext("Turn the direction of this paragraph"),
        "clear": gettext("Clear formatting"),
        "link": gettext("Link"),
        "unlink": gettext("Remove the link"),
        "undo": gettext("Undo"),
        "redo": gettext("Redo"),
        "toolbar": gettext("Formatting"),
        "address": gettext("Address"),
        "address_hint": gettext("https://… or /… for a page of this site"),
        "insert": gettext("Insert"),
        "cancel": gettext("Cancel"),
        "Add caption": gettext("Add caption"),
        "Remove caption": gettext("Remove caption"),
        **picture_words(),
    }


def picture_words() -> dict[str, str]:
    """Return what the script says that chooses a picture."""
    return {
        "close": gettext("Close"),
        "choose": gettext("Choose a picture"),
        "search": gettext("Search"),
        "more": gettext("Show more"),
        "nothing": gettext("No pictures found."),
        "failed": gettext("That did not work. Check the connection and try again."),
        "refused": gettext(
            "You are signed out, or may not do this. Save the story: it asks you to sign in, and "
            "no word is lost."
        ),
        "no_alt": gettext("without alternative text or credit"),
        "describe": gettext("The picture lacks alternative text or credit in this language."),
        "use": gettext("Save and use"),
        "upload": gettext("Upload and use"),
        "file": gettext("New picture"),
        "alt": gettext("Alternative text"),
        "caption": gettext("Caption"),
        "credit": gettext("Credit"),
    }


class Text(forms.CharField):
    """A text whose length is counted, never cut: `maxlength` would shorten a paste silently."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = super().widget_attrs(widget)
        limit = attrs.pop("maxlength", None)
        return attrs | ({"data-limit": limit} if limit else {})


class MomentField(forms.DateTimeField):
    """A date and a time in the site's zone, which is to be named beside it."""

    widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value: Any) -> datetime | None:
        """As Django's, but of an hour that the clocks repeat it is the first; years at the ends
        of the calendar, where another zone has none, are refused."""
        try:
            moment = super().to_python(value)
        except ValidationError as refusal:
            moment = _first_of_repeated(refusal)
        if moment and not 1900 <= moment.year <= 9000:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return moment


def _first_of_repeated(refusal: ValidationError) -> datetime:
    """Return the moment that was refused for being ambiguous; raise the refusal for any other
    reason, and for an hour that the clocks leave out."""
    typed = (refusal.params or {}).get("datetime")
    if refusal.code != "ambiguous_timezone" or not 1900 <= typed.year <= 9000:
        raise refusal
    moment = timezone.make_aware(typed)
    if timezone.localtime(moment.astimezone(UTC)).replace(tzinfo=None) != typed:
        raise refusal
    return moment


def zone_label() -> str:
    """Return the site's time zone as it is named beside every moment an editor sets."""
    if settings.TIME_ZONE == "UTC":
        return "UTC"
    offset = timezone.localtime().strftime("%z")
    return f"{settings.TIME_ZONE} (UTC{offset[:3]}:{offset[3:5]})"


def section_choices(language: str) -> Iterator[tuple[int, str]]:
    """Yield the sections that have a name in `language`, in the order of the tree."""
    rows = SectionTranslation.objects.filter(language=language).exclude(section__code=PAGES)
    names = {row.section_id: row.name for row in rows}
    for section, depth in Section.in_tree_order():
        if section.pk in names:
            yield section.pk, f"{'— ' * depth}{names[section.pk]}"


def author_choices(language: str) -> list[tuple[Any, str]]:
    """Return the paper's authors under their names in `language`, with a blank first."""
    found = [
        (author.pk, row.name if (row := author.in_language(language)) else f"#{author.pk}")
        for author in Author.objects.prefetch_related("translations")
    ]
    return [("", "—"), *sorted(found, key=lambda choice: choice[1])]


# Bylines.


class BylineForm(forms.Form):
    author = forms.TypedChoiceField(label=_("author"), coerce=int, empty_value=None, required=False)
    name = Text(label=_("or a guest"), max_length=120, required=False)
    role = forms.ChoiceField(
        label=_("role"), choices=Byline.Role.choices, initial=Byline.Role.WRITER
    )

    def __init__(self, *args: Any, authors: list, direction: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["author"].choices = authors
        self.fields["name"].widget.attrs["dir"] = direction

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("author") and data.get("name"):
            raise ValidationError(_("Choose an author or type the name of a guest, not both."))
        return data


class BaseBylines(forms.BaseFormSet):
    """Rows of names. A row left empty is no byline; clearing a row removes one."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].label = _("order")
        form.fields["ORDER"].widget.attrs |= {"min": 1, "class": "order"}

    def lines(self) -> list[dict[str, Any]]:
        rows = [form.cleaned_data for form in self.ordered_forms]
        return [
            {"author": row["author"], "name": row["name"], "role": row["role"]}
            for row in rows
            if row.get("author") or row.get("name")
        ]


BylineFormSet = forms.formset_factory(
    BylineForm, formset=BaseBylines, extra=2, can_order=True, max_num=MAX_BYLINES, validate_max=True
)


# The story.


class StoryForm(forms.Form):
    """The head revision of a story. It saves nothing: `content()` goes to `articles.workflow`."""

    kicker = Text(label=_("kicker"), max_length=60, required=False)
    headline = Text(
        label=_("headline"), max_length=250, widget=forms.Textarea({"rows": 1, "data-line": ""})
    )
    standfirst = Text(
        label=_("standfirst"), max_length=600, required=False, widget=forms.Textarea({"rows": 3})
    )
    body_html = forms.CharField(label=_("text"), required=False)
    section = forms.TypedChoiceField(
        label=_("section"), coerce=int, empty_value=None, required=False
    )
    kind = forms.ChoiceField(label=_("kind"), choices=Story.Kind.choices)
    slug = Text(
        label=_("slug"),
        max_length=SLUG_LENGTH,
        required=False,
        help_text=_("The last part of the address. Left empty, it is made from the headline."),
    )
    picture = forms.ModelChoiceField(
        Image.objects.prefetch_related("translations"),
        label=_("main picture"),
        required=False,
        widget=forms.NumberInput({"min": 1, "data-picture": ""}),
    )
    topics = Text(
        label=_("topics"),
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Between commas: , ؛ or ، or a line each."),
    )
    agency = Text(
        label=_("agency"),
        max_length=120,
        required=False,
        help_text=_("Shown in brackets at the end of the text."),
    )
    replies_to = Text(
        label=_("right of reply to"),
        max_length=500,
        required=False,
        widget=forms.TextInput({"dir": "ltr"}),
        help_text=_("The number or the address of the published story that this one answers."),
    )
    comments_open = forms.BooleanField(label=_("comments open"), required=False)
    comments_close_at = MomentField(label=_("comments close"), required=False)
    search_title = Text(
        label=_("search title"),
        max_length=120,
        required=False,
        help_text=_("For search engines, where it differs from the headline."),
    )
    search_description = Text(
        label=_("search description"),
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("For search engines, where it differs from the standfirst."),
    )
    # The `Story.version` the writer began from.
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    # Of a new story its `translation_key` to be: sent twice it is still one story.
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        language: str,
        content: Content | None = None,
        story: Story | None = None,
    ) -> None:
        self.language, self.story = language, story
        content = {**BLANK, **(content or {})}
        super().__init__(data, initial=self._initial(content))
        self._write_in(language)
        self._offer_sections(content["section"])
        self.bylines = BylineFormSet(
            data,
            prefix="bylines",
            initial=content["bylines"],
            form_kwargs={
                "authors": author_choices(language),
                "direction": language_direction(language),
            },
        )

    def _initial(self, content: Content) -> dict[str, Any]:
        comma = "، " if language_direction(self.language) == "rtl" else ", "
        closing = content["comments_close_at"]
        return {
            **content,
            "topics": comma.join(present_names(content["topics"], self.language)),
            "comments_close_at": datetime.fromisoformat(closing) if closing else None,
            "version": self.story.version if self.story else FIRST_VERSION,
            "key": None if self.story else uuid.uuid4(),
        }

    def _write_in(self, language: str) -> None:
        """Give what is written in the story's language its direction, whatever the interface's."""
        self.fields["body_html"].widget = ProseEditor(language)
        for name in (*LINES, "slug", "topics"):
            self.fields[name].widget.attrs |= {
                "dir": language_direction(language),
                "lang": language,
            }
        for name in self.fields:
            if found := checklist.lengths(name):
                self.fields[name].widget.attrs["data-recommended"] = json.dumps(found)

    def _offer_sections(self, current: int | None) -> None:
        choices = list(section_choices(self.language))
        self.named_sections = {pk for pk, _name in choices}
        if current and current not in self.named_sections:
            choices.append((current, str(Section.objects.filter(pk=current).first() or current)))
        self.fields["section"].choices = [("", "—"), *choices]

    @property
    def media(self) -> Media:
        return super().media + self.bylines.media

    @property
    def chosen_picture(self) -> Image | None:
        """The picture that stands in the form, for its thumbnail."""
        number = row_number(str(self["picture"].value() or ""))
        pictures = Image.objects.prefetch_related("translations")
        return pictures.filter(pk=number).first() if number else None

    def is_valid(self) -> bool:
        # Both are asked, so that every complaint is shown at once.
        return all([super().is_valid(), self.bylines.is_valid()])

    def is_complete(self) -> bool:
        """Whether `content()` can be asked, whatever was said of the form besides."""
        return not (set(self.errors) - {NON_FIELD_ERRORS}) and self.bylines.is_valid()

    def clean_body_html(self) -> str:
        return clean(self.cleaned_data["body_html"])

    def clean_slug(self) -> str:
        # Copied from an address bar it is percent-encoded.
        typed = unquote(self.cleaned_data["slug"])
        slug = slugify_unicode(typed, SLUG_LENGTH)
        if typed and not slug:
            raise ValidationError(_("A slug needs letters or digits."))
        return slug

    def clean_topics(self) -> list[str]:
        names = split_list(self.cleaned_data["topics"])
        limit = TopicTranslation._meta.get_field("name").max_length
        if len(names) > MAX_TOPICS:
            raise ValidationError(_("At most %(number)d topics.") % {"number": MAX_TOPICS})
        if any(len(name) > limit for name in names):
            raise ValidationError(
                _("A topic has at most %(number)d characters. Set commas between topics.")
                % {"number": limit}
            )
        return names

    def clean_replies_to(self) -> int | None:
        typed = self.cleaned_data["replies_to"].strip()
        if not typed:
            return None
        number = _story_number(typed)
        kept = (self.initial["replies_to"], self.story and self.story.replies_to_id)
        if number is not None and number in kept:
            return number  # it may have left the site meanwhile: that stops no save
        stories = Story.objects.published().in_language(self.language)
        found = stories.filter(pk=number or 0).first()
        if found is None:
            raise ValidationError(_("No published story of this language has this number."))
        if self.story and self.story.pk in _answered_by(found):
            raise ValidationError(_("A story cannot answer itself, nor its own answer."))
        return found.pk

    @property
    def answered(self) -> Story | None:
        """The story whose number stands in “right of reply to”, for its headline."""
        number = _story_number(str(self["replies_to"].value() or ""))
        return number and Story.objects.published().defer("body_html").filter(pk=number).first()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("kind") == Story.Kind.PAGE:
            data["section"] = section_for(PAGES).pk
            self._check_page_slug(data)
        elif "section" in data and data["section"] is None:
            self.add_error("section", _("Choose a section."))
        elif "section" in data and data["section"] not in self.named_sections:
            name = dict(settings.LANGUAGES)[self.language]
            message = _("This section has no name in %(language)s.") % {"language": name}
            self.add_error("section", message)
        return data

    def _check_page_slug(self, data: dict[str, Any]) -> None:
        slug = data.get("slug") or slugify_unicode(data.get("headline", ""))
        pages = Story.objects.in_language(self.language).filter(kind=Story.Kind.PAGE, slug=slug)
        if slug and pages.exclude(pk=self.story and self.story.pk).exists():
            self.add_error("slug", _("Another static page has this slug."))

    def content(self) -> Content:
        """Return what was typed as the content of a revision."""
        data = self.cleaned_data
        closing, picture = data["comments_close_at"], data["picture"]
        return {
            **{name: data[name] for name in BLANK if name in data},
            "picture": picture.pk if picture else None,
            "bylines": self.bylines.lines(),
            # In UTC, as the database gives it: the same moment must not read as a change.
            "comments_close_at": closing.astimezone(UTC).isoformat() if closing else None,
        }


def _story_number(typed: str) -> int | None:
    """Return the number of a story, typed alone or in its address."""
    address = re.search(r"/(\d{1,18})/[^/]+/?$", urlsplit(typed).path)
    return row_number(address[1] if address else typed) or None


def _answered_by(story: Story) -> list[int]:
    """Return the number of `story`, of what it answers, of what that answers …"""
    chain = [story.pk]
    while story.replies_to and story.replies_to_id not in chain and len(chain) < MAX_CHAIN:
        story = story.replies_to
        chain.append(story.pk)
    return chain


class MoveForm(forms.Form):
    """What a move of a story asks for besides its button."""

    note = Text(
        label=_("note"),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 2, "dir": "auto"}),
        help_text=_("Kept in the history. Whoever sends a story back says why."),
    )
    notice = Text(
        label=_("notice for readers"),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Readers who open the address see this in place of the story."),
    )
    publish_at = MomentField(label=_("publish at"), required=False)
    unpublish_at = MomentField(label=_("unpublish at"), required=False)
    edits_at = MomentField(label=_("publish the changes at"), required=False)
    grade = forms.ChoiceField(
        label=_("grade"),
        choices=Correction.Grade.choices,
        initial=Correction.Grade.CORRECTION,
        required=False,
    )
    correction = Text(
        label=_("what was wrong, and what is right"),
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("notice", "correction"):
            self.fields[name].widget.attrs |= {
                "dir": language_direction(language),
                "lang": language,
            }

    def clean_edits_at(self) -> datetime | None:
        return _still_to_come(self.cleaned_data["edits_at"])

    def clean_publish_at(self) -> datetime | None:
        return _still_to_come(self.cleaned_data["publish_at"])

    def clean_unpublish_at(self) -> datetime | None:
        return _still_to_come(self.cleaned_data["unpublish_at"])


def _still_to_come(at: datetime | None) -> datetime | None:
    """Refuse a time that is past: a slip in the date must not publish or end a story at once."""
    if at and at < timezone.now() - GRACE:
        now = date_format(timezone.localtime(), "j N Y H:i")
        raise ValidationError(_("This time is past. It is %(now)s now.") % {"now": now})
    return at
