"""Rows per language inside the screen of the thing they name."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from articles.models import Story
from articles.models.section import RESERVED_SLUGS
from articles.rights import visible_to
from articles.site import PAGES
from newsroom.lib.paging import BoundedPaginator
from newsroom.lib.rtl import language_direction
from newsroom.lib.text import slugify_unicode
from newsroom.models import User

SHOWN_USES = 50


class TranslationForm(forms.ModelForm):
    """A thing in one language: its fields stand in that language's direction."""

    class Meta:
        error_messages = {
            NON_FIELD_ERRORS: {
                "unique_together": gettext_lazy("Another one has this slug in this language.")
            }
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = self.initial.get("language") or settings.DEFAULT_LANGUAGE
        self.language_name = dict(settings.LANGUAGES).get(language, language)
        self.fields["language"].widget = forms.HiddenInput()
        # A row that holds nothing but its language is an empty one.
        self.fields["language"].show_hidden_initial = False
        for name, field in self.fields.items():
            if name != "language":
                field.widget.attrs |= {"dir": language_direction(language), "lang": language}
        if "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].help_text = _("Left empty, it is made from the name.")

    def clean_slug(self) -> str:
        typed = self.cleaned_data["slug"]
        slug = slugify_unicode(typed or self.cleaned_data.get("name", ""))
        if not slug:
            raise ValidationError(_("A slug needs letters or digits."))
        if not typed and slug in RESERVED_SLUGS:
            raise ValidationError(_("This word belongs to an address of the site."))
        return slug


class TranslationFormSet(forms.BaseInlineFormSet):
    """A form for every language of the site: those that are missing wait, with their language."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instance = kwargs.get("instance")
        known = set()
        if instance is not None and instance.pk:
            known = set(instance.translations.values_list("language", flat=True))
        kwargs["initial"] = [
            {"language": code} for code, _name in settings.LANGUAGES if code not in known
        ]
        super().__init__(*args, **kwargs)
        self.extra = len(kwargs["initial"])

    def clean(self) -> None:
        super().clean()
        if "name" not in self.empty_form.fields or any(self.errors):
            return
        kept = [
            form
            for form in self.forms
            if form.cleaned_data.get("name") and not form.cleaned_data.get("DELETE")
        ]
        if not kept and not _needs_no_name(self.instance):
            raise ValidationError(_("Give it a name in one language at least."))


def _needs_no_name(thing: Model) -> bool:
    return getattr(thing, "code", None) == PAGES


class FollowsItsParent:
    """Whoever may change a thing may change what stands in its screen."""

    parent_name = ""

    def _allowed(self, request: HttpRequest, verbs: str) -> bool:
        names = (f"articles.{verb}_{self.parent_name}" for verb in verbs.split())
        return any(request.user.has_perm(name) for name in names)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._allowed(request, "view add change")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._allowed(request, "add change")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._allowed(request, "add change")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._allowed(request, "add change")


class TranslationInline(FollowsItsParent, admin.StackedInline):
    form = TranslationForm
    formset = TranslationFormSet
    template = "admin/articles/translations.html"

    def get_max_num(self, request: HttpRequest, obj: Model | None = None, **kwargs: Any) -> int:
        return len(settings.LANGUAGES)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).order_by("pk")


def without_pop_ups(field: Any) -> Any:
    """Return a form field that only chooses: our screens are no pop-up windows."""
    if isinstance(getattr(field, "widget", None), RelatedFieldWidgetWrapper):
        for verb in ("add", "change", "delete", "view"):
            setattr(field.widget, f"can_{verb}_related", False)
    return field


def stories_named(stories: QuerySet[Story], user: User) -> list[str]:
    """Return links to the stories that `user` may see, and how many more there are."""
    shown = list(visible_to(stories, user)[:SHOWN_USES])
    named: list[str] = [_story_link(story) for story in shown]
    if more := stories.count() - len(shown):
        words = ngettext("and %(counter)s more story", "and %(counter)s more stories", more)
        named.append(words % {"counter": more})
    return named


def _story_link(story: Story) -> SafeString:
    address = reverse("admin:articles_story_change", args=[story.pk])
    direction = language_direction(story.language)
    link = '<a href="{}" lang="{}" dir="{}">{}</a>'
    return format_html(link, address, story.language, direction, story.headline or story.pk)


class NamedAdmin(admin.ModelAdmin):
    """A thing with names per language, which stories stand on."""

    show_full_result_count = False
    # The rows in which stories name the thing: of which model, by which field, and the story's.
    used_by: type[Model] = Story
    use_field = ""
    story_field = "story"
    paginator = BoundedPaginator

    class Media:
        css = {"all": ["articles/desk.css", "articles/parts.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        # A subquery: asked for the rows of one page, where a join would group the whole table.
        rows = self.used_by.objects.filter(**{self.use_field: OuterRef("pk")}).order_by()
        counts = rows.values(self.use_field).annotate(number=Count(self.story_field, distinct=True))
        return self.model.objects.prefetch_related("translations").annotate(
            story_count=Coalesce(Subquery(counts.values("number")), 0)
        )

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple:
        """Where stories keep a thing from being deleted, that is the reason to show, and not that
        nobody may delete stories."""
        found, _counts, lacking, protected = super().get_deleted_objects(objs, request)
        # What hangs on a thing, its names and keys, says nothing to anybody.
        found = [one for one in found if not isinstance(one, list)]
        counts = {self.model._meta.verbose_name_plural: len(objs)}
        return found, counts, set() if protected else lacking, protected

    @admin.display(description=gettext_lazy("languages"))
    def languages(self, thing: Model) -> str:
        codes = {row.language for row in thing.translations.all()}
        return " · ".join(name for code, name in settings.LANGUAGES if code in codes)

    @admin.display(description=gettext_lazy("stories"))
    def used(self, thing: Model) -> int:
        return thing.story_count
