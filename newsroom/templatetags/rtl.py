"""`{% load rtl %}`: directions, isolates, digits and dates as readers of the language expect."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import template
from django.utils import formats, timezone
from django.utils.encoding import uri_to_iri
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext

from newsroom.lib import caching, rtl

register = template.Library()


@register.filter
def dir_of(text: Any) -> str:
    """The direction of a text by its first strong character, else that of the page."""
    return rtl.direction(_text(text), default=rtl.language_direction(get_language() or "en"))


@register.filter
def language_dir(code: str) -> str:
    """The direction of a language code."""
    return rtl.language_direction(code or "en")


@register.filter
def isolate(text: Any) -> SafeString | str:
    """A name inside a sentence: `<bdi>`, without characters that would turn the rest."""
    plain = rtl.balance_isolates(rtl.strip_overrides(_text(text)))
    return format_html("<bdi>{}</bdi>", plain) if plain else ""


@register.filter
def bdi_plain(text: Any) -> str:
    """The same for titles and attributes, where no element can stand: FSI … PDI."""
    return rtl.isolate(_text(text))


@register.filter
def digits(value: Any) -> str:
    """The value with the digits of the page: DIGITS="arab" gives Arabic pages ٠–٩."""
    return rtl.digits(_text(value), get_language() or "")


@register.filter
def readable_address(address: str) -> str:
    """The address for paper: in letters and not in per cent signs, each part isolated, so that
    they stand in their order whatever script they are in."""
    return "/".join(rtl.isolate(part) for part in uri_to_iri(address).split("/"))


@register.filter
def num(value: Any) -> str:
    """A number with the separators and the digits of the page."""
    if value is None or value == "":
        return ""
    return digits(formats.number_format(value, use_l10n=True, force_grouping=True))


@register.filter
def story_date(moment: date | None) -> str:
    """The day in the site's zone, with the month's name: «3 أيار 2024», "3 May 2024"."""
    return digits(formats.date_format(_local(moment), "DATE_FORMAT")) if moment else ""


@register.filter
def story_time(moment: datetime | None) -> str:
    """The time of day in the site's zone."""
    return digits(formats.date_format(_local(moment), "TIME_FORMAT")) if moment else ""


@register.filter
def story_moment(moment: datetime | None) -> str:
    """Day and time of day: «3 أيار 2024، 01:30», "3 May 2024, 01:30"."""
    if moment is None:
        return ""
    parts = {"day": story_date(moment), "time": story_time(moment)}
    return pgettext("day and time of day", "%(day)s, %(time)s") % parts


@register.filter
def card_time(moment: datetime | None) -> str:
    """Of what came out today the time of day, of the rest the day."""
    if moment is None:
        return ""
    now = timezone.localtime()
    if _local(moment).date() != now.date():
        return story_date(moment)
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    caching.ends(midnight)
    return story_time(moment)


@register.filter
def iso(moment: date | None) -> str:
    """For `datetime` attributes: ISO 8601 in UTC, to the second."""
    if not isinstance(moment, datetime):
        return moment.isoformat() if moment else ""
    if timezone.is_aware(moment):
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="seconds")


def _local(moment: date) -> date:
    if isinstance(moment, datetime) and timezone.is_aware(moment):
        return timezone.localtime(moment)
    return moment


def _text(value: Any) -> str:
    return "" if value is None else str(value)
