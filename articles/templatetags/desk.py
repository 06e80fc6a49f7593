"""`{% load desk %}`: what only the editors' screens show."""

from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from articles import logged, pictures, workflow
from articles.forms import StoryForm, zone_label
from articles.models import (
    Image,
    ImageTranslation,
    Revision,
    Story,
    Transition,
    TranslationSource,
)
from articles.rights import visible_to
from articles.waiting import Group, groups_for, midnight, stories_in
from newsroom.lib.rtl import language_direction
from newsroom.models import User

register = template.Library()

SHOWN = 5
MOST_COUNTED = 99
# Beside the first ones, which are always in sight, stand menus.
FIRST = "Story Comment Image".split()
MENUS = (
    (gettext_lazy("Front page"), "Pin Slot Placement Breaking".split()),
    (gettext_lazy("The paper"), "Section Topic Author Edition Redirect RootFile".split()),
    (gettext_lazy("Management"), "Rule User Group Decision Webhook".split()),
)
SCREENS = [*FIRST, *(name for _label, names in MENUS for name in names)]


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
    """How much of the source changed since it was translated, for lists."""
    text = ngettext(
        "%(changed)d of %(total)d paragraph changed",
        "%(changed)d of %(total)d paragraphs changed",
        row.total_count,
    )
    return text % {"changed": row.changed_count, "total": row.total_count}


@register.filter
def drift_in_source(row: TranslationSource) -> str:
    """The same as a heading over the changes."""
    text = ngettext(
        "%(changed)d of %(total)d paragraph changed in the source",
        "%(changed)d of %(total)d paragraphs changed in the source",
        row.total_count,
    )
    return text % {"changed": row.changed_count, "total": row.total_count}


@register.filter
def language_name(code: str) -> str:
    """A language of the site by its own name."""
    return str(dict(settings.LANGUAGES).get(code, code))


@register.simple_tag
def screens(available_apps: list[dict], path: str) -> list[dict]:
    """The screens of the desk in the order of a day's work: some at hand, the rest in menus."""
    models = [model for app in available_apps for model in app["models"] if model["admin_url"]]
    places = {name: place for place, name in enumerate(SCREENS)}
    models.sort(key=lambda model: places.get(model["object_name"], len(places)))
    for model in models:
        model["is_current"] = path.startswith(model["admin_url"])
    shown = [{**model, "label": model["name"]} for model in models if _menu(model) is None]
    for place, (label, _names) in enumerate(MENUS):
        held = [model for model in models if _menu(model) == place]
        is_current = any(model["is_current"] for model in held)
        if held:
            shown.append({"label": label, "models": held, "is_current": is_current})
    return shown


def _menu(model: dict) -> int | None:
    """The place of the menu a screen stands in; the last one takes what no list names."""
    if model["object_name"] in FIRST:
        return None
    held = (place for place, (_label, names) in enumerate(MENUS) if model["object_name"] in names)
    return next(held, len(MENUS) - 1)


@register.filter
def remark(row: Transition | Revision) -> str:
    """What the desk and whoever acted say of a move or a revision, in one line."""
    return logged.remark(row.detail, row.note)


@register.filter
def entry_in_words(entry: LogEntry) -> str:
    """What Django's log says of a thing, in the reader's language."""
    return logged.message_in_words(entry)


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
def today(user: User) -> dict[str, Any]:
    """What waits for somebody at the desk, each group with the way to the whole of it."""
    return {
        "groups": [_shown(group, user) for group in groups_for(user)],
        "zone": zone_label(),
        "midnight": midnight(),
    }


@register.simple_tag
def writing_languages(current: str) -> list[dict[str, str]]:
    """The languages of the paper, the one the desk is read in first."""
    codes = sorted(settings.LANGUAGES, key=lambda row: row[0] != current)
    return [
        {
            "code": code,
            "name": name,
            "dir": language_direction(code),
            "url": f"{reverse('admin:articles_story_add')}?language={code}",
        }
        for code, name in codes
    ]


def _shown(group: Group, user: User) -> dict[str, Any]:
    """The first stories of a group and how many there are, counted up to a bound."""
    seen = visible_to(Story.objects.for_cards(), user)
    stories = stories_in(group, seen, user)
    cards = stories.select_related("picture", "created_by", "translation_source")
    shown = list(cards.order_by(group.order, "-pk")[: SHOWN + 1])
    number = len(shown)
    if number > SHOWN:
        number = stories.order_by().values("pk")[: MOST_COUNTED + 1].count()
    return {
        "group": group,
        "stories": shown[:SHOWN],
        "count": min(number, MOST_COUNTED),
        "is_more": number > MOST_COUNTED,
        "url": f"{reverse('admin:articles_story_changelist')}?desk={group.name}",
    }
