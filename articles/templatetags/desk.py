"""`{% load desk %}`: what only the editors' screens show."""

from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles import pictures, workflow
from articles.forms import StoryForm
from articles.models import Image, ImageTranslation, Story, Transition, TranslationSource

register = template.Library()

SHOWN = 6
SCREENS = "Story Comment Image Pin Section Topic Author Edition Rule User Group".split()


@register.filter
def moment(at: datetime | None) -> str:
    """A moment in the site's zone, the month as a word: no reader takes it for the day."""
    return date_format(timezone.localtime(at), "j N Y H:i") if at else ""


@register.filter
def drift_of(story: Story) -> TranslationSource | None:
    """The row of a translation that its source has left behind, else None."""
    row = getattr(story, "translation_source", None)
    return row if row and row.changed_count else None


@register.filter
def drift_in_words(row: TranslationSource) -> str:
    """How much of the source changed since it was translated."""
    text = ngettext(
        "%(changed)d of %(total)d paragraph changed",
        "%(changed)d of %(total)d paragraphs changed",
        row.total_count,
    )
    return text % {"changed": row.changed_count, "total": row.total_count}


@register.simple_tag
def screens(available_apps: list[dict]) -> list[dict]:
    """The screens of the desk in the order of a day's work, the rest after them."""
    models = [model for app in available_apps for model in app["models"] if model["admin_url"]]
    places = {name: place for place, name in enumerate(SCREENS)}
    return sorted(models, key=lambda model: places.get(model["object_name"], len(places)))


@register.filter
def action_label(action: str) -> str:
    """A move of a story in words."""
    return str(workflow.ACTION_LABELS.get(action, action))


@register.simple_tag
def thumbnail_of(image: Image) -> str:
    """The address of a small picture for a list."""
    return pictures.rendition_url(image, "wide", 320)


@register.filter
def lacking_languages(image: Image) -> list[str]:
    """The languages a picture has not all its texts in; asks nothing of prefetched rows."""
    whole = {row.language for row in image.translations.all() if row.alt and row.credit}
    return [name for code, name in settings.LANGUAGES if code not in whole]


@register.inclusion_tag("admin/articles/story/_picture_shown.html")
def picture_in(form: StoryForm) -> dict[str, Any]:
    """The picture that is chosen in a form, with its text in the story's language."""
    image = form.chosen_picture
    if image is None:
        return {"image": None}
    rows = {row.language: row for row in image.translations.all()}
    # A blank one where there is none: a filter's argument that is not found breaks the page.
    text = rows.get(form.language) or ImageTranslation(language=form.language)
    return {
        "image": image,
        "url": pictures.rendition_url(image, "wide", 640),
        "text": text,
        "edit_url": reverse("admin:articles_image_change", args=[image.pk]),
        "missing": _("It has no alternative text in the language of the story yet:"),
    }


@register.inclusion_tag("admin/articles/_today.html")
def today(user: AbstractBaseUser) -> dict[str, Any]:
    """What waits for somebody at the desk: stories to finish, to review, to publish."""
    stories = Story.objects.for_cards().order_by("-changed_at")
    last = Transition.objects.filter(story=OuterRef("pk")).order_by("-id")
    own = stories.filter(status="draft", created_by=user).annotate(
        last_move=Subquery(last.values("action")[:1]), last_note=Subquery(last.values("note")[:1])
    )
    may_add = user.has_perm("articles.add_story")
    drafts = {"name": _("Your drafts"), "state": "draft", "stories": own[:SHOWN]}
    return {
        "groups": [
            *([drafts] if may_add else []),
            {"name": _("In review"), "state": "in_review", "stories": _in(stories, "in_review")},
            {"name": _("Approved"), "state": "approved", "stories": _in(stories, "approved")},
            {
                "name": _("Scheduled"),
                "state": "scheduled",
                "stories": stories.scheduled().order_by("published_at")[:SHOWN],
            },
        ],
        "may_add": may_add,
        "may_view": user.has_perm("articles.view_story"),
    }


def _in(stories: Any, status: str) -> Any:
    return stories.filter(status=status)[:SHOWN]
