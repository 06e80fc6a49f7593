"""Directions, isolates, digits and dates."""

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from newsroom.lib import caching
from newsroom.lib.rtl import (
    balance_isolates,
    direction,
    has_overrides,
    isolate,
    language_direction,
    strip_overrides,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("مرحبا hello", "rtl"),
        ("hello مرحبا", "ltr"),
        ("«١٢٣» مرحبا", "rtl"),
        ("\u2067مرحبا\u2069 hello", "ltr"),
        ("\u2069hello", "ltr"),
        ("שלום", "rtl"),
        ("123 …", "none"),
        ("", "none"),
    ],
)
def test_direction_is_that_of_the_first_strong_character(text, expected):
    assert direction(text, default="none") == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("ar", "rtl"),
        ("ar-LB", "rtl"),
        ("FA_ir", "rtl"),
        ("ku-Arab", "rtl"),
        ("ur-Latn", "ltr"),
        ("en", "ltr"),
        ("fr-CA", "ltr"),
        ("", "ltr"),
    ],
)
def test_language_direction(code, expected):
    assert language_direction(code) == expected


def test_override_characters_are_found_and_stripped():
    assert strip_overrides("a\u202a\u202b\u202c\u202d\u202eb\u2067") == "ab\u2067"
    assert has_overrides("a\u202e")
    assert has_overrides("a\u2066")
    assert not has_overrides("\u2068a\u2069 \u200f")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("\u2068a\u2069", "\u2068a\u2069"),
        ("\u2068a", "a"),
        ("a\u2069", "a"),
        ("\u2067\u2068a\u2069", "\u2068a\u2069".replace("\u2068", "\u2068")),
        ("\u2069\u2066a\u2067b\u2069\u2069", "\u2066a\u2067b\u2069\u2069"),
    ],
)
def test_balance_isolates(given, expected):
    assert balance_isolates(given) == expected


def test_isolate_cannot_be_left_from_inside():
    assert isolate("a\u2069\u202eb") == "\u2068ab\u2069"
    assert isolate("") == ""


def render(source: str, language: str = "ar", **context: object) -> str:
    with translation.override(language):
        return Template("{% load rtl html %}" + source).render(Context(context))


class TestTags:
    @pytest.mark.parametrize(
        ("source", "value", "expected"),
        [
            ("{{ v|isolate }}", "<i>\u202e", "<bdi>&lt;i&gt;</bdi>"),
            ("{{ v|isolate }}", None, ""),
            ("{{ v|bdi_plain }}", "a", "\u2068a\u2069"),
            (
                "{{ v|readable_address }}",
                "https://a.example/ar/%D8%B1%D8%A3%D9%8A/5/",
                "\u2068https:\u2069//\u2068a.example\u2069/\u2068ar\u2069/\u2068رأي\u2069/\u20685\u2069/",
            ),
            ("{{ v|dir_of }}", "abc", "ltr"),
            ("{{ v|dir_of }}", "123", "rtl"),
            ("{{ v|language_dir }}", "fr", "ltr"),
            ("{{ v|digits }}", 2024, "2024"),
            ("{{ v|num }}", None, ""),
            (
                "{{ v|iso }}",
                datetime(2024, 5, 3, 9, 7, 1, 5, tzinfo=UTC),
                "2024-05-03T09:07:01+00:00",
            ),
            ("{{ v|iso }}", date(2024, 5, 3), "2024-05-03"),
            ("{{ v|iso }}{{ v|story_date }}{{ v|story_time }}", None, ""),
            ("{{ v|trusted }}", "<p>a</p>", "<p>a</p>"),
            ("{{ v|plain }}", "<p>a &amp; b</p>", "a &amp; b"),
        ],
    )
    def test_filter(self, source, value, expected):
        assert render(source, v=value) == expected

    def test_digits_follow_the_setting_on_arabic_pages_only(self, settings):
        settings.DIGITS = "arab"
        assert render("{{ v|digits }}", v="12:30") == "١٢:٣٠"
        assert render("{{ v|digits }}", language="fr", v="12:30") == "12:30"

    @pytest.mark.parametrize(
        ("region", "november"),
        [
            ("levant", "تشرين الثاني"),
            ("both", "تشرين الثاني/نوفمبر"),
            ("maghreb", "نوفمبر"),
            ("morocco", "نونبر"),
        ],
    )
    def test_months_are_called_as_in_the_region(self, settings, region, november):
        settings.LOCALE_PATHS = [*settings.LOCALE_PATHS, settings.MONTHS_DIR / region]
        day = date(2026, 11, 27)
        assert render("{{ v|story_date }}", v=day) == f"27 {november} 2026"
        assert render("{{ v|date:'E' }}", v=day) == november
        assert render("{{ v|story_date }}", language="fr", v=day) == "27 novembre 2026"
        assert render("{{ v|iso }}", v=day) == "2026-11-27"

    def test_every_region_names_the_twelve_months_apart(self, settings):
        assert len(list(settings.MONTHS_DIR.iterdir())) == 4
        for path in settings.MONTHS_DIR.iterdir():
            settings.LOCALE_PATHS = [path]
            days = [date(2026, month, 1) for month in range(1, 13)]
            assert len({render("{{ v|date:'F' }}", v=day) for day in days}) == 12, path

    def test_dates_are_those_of_the_zone_and_language(self, settings):
        settings.TIME_ZONE = "Asia/Beirut"
        moment = datetime(2024, 5, 2, 22, 30, tzinfo=UTC)
        assert render("{{ v|story_date }}", language="en", v=moment) == "3 May 2024"
        assert render("{{ v|story_date }}", language="fr", v=moment) == "3 mai 2024"
        assert render("{{ v|story_time }}", language="fr", v=moment) == "01:30"
        assert "2024" in render("{{ v|story_date }}", v=moment)

    def test_day_and_time_are_joined_as_the_language_does(self):
        moment = datetime(2024, 5, 2, 22, 30, tzinfo=UTC)
        with timezone.override("Asia/Beirut"):
            assert render("{{ v|story_moment }}", language="en", v=moment) == "3 May 2024, 01:30"
            assert render("{{ v|story_moment }}", language="fr", v=moment) == "3 mai 2024 à 01:30"
            assert render("{{ v|story_moment }}", language="ar", v=moment).endswith(" 2024، 01:30")

    def test_a_card_tells_the_time_of_today_and_the_day_of_what_is_older(self, time_machine):
        time_machine.move_to(datetime(2024, 5, 3, 20, 0, tzinfo=UTC), tick=False)
        today, before = (datetime(2024, 5, day, 19, 30, tzinfo=UTC) for day in (3, 2))
        assert render("{{ v|card_time }}", language="en", v=today) == "19:30"
        assert render("{{ v|card_time }}", language="en", v=before) == "2 May 2024"

    def test_a_page_that_tells_the_time_of_today_is_another_after_midnight(self, time_machine):
        time_machine.move_to(now := datetime(2024, 5, 3, 23, 59, 30, tzinfo=UTC), tick=False)
        page = caching.Making([], now.timestamp(), now.timestamp() + 60)
        token = caching.making.set(page)
        render("{{ v|card_time }}", v=now)
        caching.making.reset(token)
        assert page.until == now.timestamp() + 30
