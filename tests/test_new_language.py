"""One more language is a setting and a catalogue: Persian, of which a handful of words is written.

Settings are what `settings.py` makes of LANGUAGES and LOCALE_DIR; nothing of the code knows `fa`.
"""

import runpy
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.urls import reverse
from django.utils.translation import gettext, override

from articles import site
from articles.models import AuthorTranslation, Edition, SectionTranslation, Story, TopicTranslation
from articles.site import absolute
from comments.models import Comment
from newsroom import checks
from newsroom import settings as live
from tests import feeds, sitemaps
from tests.factories import make_author, make_section, make_story, make_user

pytestmark = pytest.mark.django_db

CATALOGUE = r"""
msgid ""
msgstr ""
"Language: \n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\n"

msgid "Skip to the content"
msgstr "رفتن به متن"

msgid "Search"
msgstr "جست‌وجو"

msgid "Leave a Reply"
msgstr "دیدگاه بنویسید"

msgid "%(number)s comment"
msgid_plural "%(number)s comments"
msgstr[0] "%(number)s دیدگاه"
msgstr[1] "%(number)s دیدگاه‌ها"

msgid "Your email address will not be published."
msgstr "نشانی ایمیل شما منتشر نخواهد شد."
"""
HEADLINE, SECTION = "بندر زود بیدار می‌شود", "جهان"


def compiled(folder: Path, language: str, catalogue: str) -> Path:
    """Write a catalogue as an editor of translations leaves it, and compile it with gettext."""
    if not shutil.which("msgfmt"):
        pytest.skip("needs gettext's tools")
    words = folder / language / "LC_MESSAGES"
    words.mkdir(parents=True)
    (words / "django.po").write_text(catalogue, encoding="utf-8")
    subprocess.run(
        ["msgfmt", "--check-format", "-o", "django.mo", "django.po"],
        cwd=words,
        check=True,
        timeout=60,
    )
    return folder


def read_settings(monkeypatch, **values: str) -> dict:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(live.__file__)


@pytest.fixture
def speak(settings, monkeypatch, tmp_path):
    """Make the site one in which a language more is published, as an operator does."""

    def begin(language: str, catalogue: str = CATALOGUE) -> None:
        folder = compiled(tmp_path / "words", language, catalogue)
        made = read_settings(
            monkeypatch,
            LOCALE_DIR=str(folder),
            LANGUAGES=f"ar,en,{language}",
            VAR_DIR=str(tmp_path),
        )
        for name in ("LANGUAGES", "LANGUAGES_BIDI", "ALL_LANGUAGES", "LOCALE_PATHS"):
            setattr(settings, name, made[name])
        site.make_defaults()

    return begin


@pytest.fixture
def persian(speak):
    """A story in Persian, told in English too, with what can have a name."""
    speak("fa")
    section = make_section({"fa": (SECTION, SECTION), "en": ("World", "world")})
    author = make_author({"fa": "لیلا حداد", "en": "Leila Haddad"})
    line = {"author": author.pk, "name": "", "role": "writer"}
    facts = {"section": section.pk, "bylines": [line]}
    story = make_story(language="fa", headline=HEADLINE, topics=["بندرها"], **facts)
    make_story(
        language="en", headline="The harbour", translation_key=story.translation_key, **facts
    )
    return Story.objects.with_section().get(pk=story.pk)


def page_of(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


class TestTheSetting:
    def test_no_check_complains(self, persian):
        assert checks.languages(None) == []

    def test_the_language_has_its_own_name_and_direction(self, persian, settings):
        assert dict(settings.LANGUAGES)["fa"] == "فارسی"
        assert settings.LANGUAGES_BIDI == ["ar", "fa"]

    def test_no_migration_is_asked_for(self, persian):
        call_command("makemigrations", check=True, dry_run=True, verbosity=0)

    def test_a_folder_that_is_not_there_is_named(self, monkeypatch, tmp_path):
        with pytest.raises(ImproperlyConfigured, match="LOCALE_DIR"):
            read_settings(monkeypatch, LOCALE_DIR=str(tmp_path / "nowhere"))

    def test_a_language_without_a_folder_is_unknown(self, monkeypatch, settings):
        made = read_settings(monkeypatch, LANGUAGES="ar,fa")
        settings.LANGUAGES, settings.ALL_LANGUAGES = made["LANGUAGES"], made["ALL_LANGUAGES"]
        assert [found.id for found in checks.languages(None)] == ["newsroom.E008"]

    def test_its_edition_waits_with_a_section(self, persian):
        assert Edition.objects.filter(language="fa").exists()


class TestReaders:
    def addresses(self, story: Story) -> list[str]:
        names = (SectionTranslation, TopicTranslation, AuthorTranslation)
        rows = [names_of.objects.get(language="fa") for names_of in names]
        at = story.published_at
        return [
            "/fa/",
            story.get_absolute_url(),
            *(row.get_absolute_url() for row in rows),
            f"/fa/archive/{at.year}/{at.month}/",
            "/fa/search/?q=بندر",
        ]

    def test_every_page_speaks_and_runs_as_the_language_does(self, client, persian):
        for address in self.addresses(persian):
            page = page_of(client, address)
            assert '<html lang="fa" dir="rtl">' in page, address
            assert HEADLINE in page.replace("<mark>", "").replace("</mark>", ""), address
            assert "جست‌وجو" in page, address

    def test_words_of_the_catalogue_are_said(self, client, persian):
        assert "رفتن به متن" in page_of(client, "/fa/")
        page = page_of(client, persian.get_absolute_url())
        assert "دیدگاه بنویسید" in page
        assert '<span id="email-notes">نشانی ایمیل شما منتشر نخواهد شد.</span>' in page

    def test_counts_follow_its_own_rule(self, client, persian):
        for count, words in ((1, "1 دیدگاه<"), (2, "2 دیدگاه‌ها<")):
            Story.objects.filter(pk=persian.pk).update(comment_count=count)
            assert words in page_of(client, persian.get_absolute_url())

    def test_what_is_not_written_yet_is_said_in_the_default_language(self, client, persian):
        with override("ar"):
            arabic = gettext("Post Comment")
        assert arabic != "Post Comment"
        assert arabic in page_of(client, persian.get_absolute_url())

    def test_the_months_are_its_own(self, client, persian, time_machine):
        Story.objects.filter(pk=persian.pk).update(published_at="2026-11-03T12:00Z")
        time_machine.move_to("2026-11-04T12:00Z")
        assert "3 نوامبر 2026" in page_of(client, persian.get_absolute_url())

    def test_the_other_languages_stay_as_they_were(self, client, persian):
        page = page_of(client, "/en/")
        assert '<html lang="en" dir="ltr">' in page
        assert "Skip to the content" in page
        assert '<html lang="ar" dir="rtl">' in page_of(client, "/ar/")

    def test_every_page_leads_to_it(self, client, persian):
        link = 'lang="fa" dir="rtl" hreflang="fa">فارسی</a>'
        assert link in page_of(client, "/en/")
        english = Story.objects.with_section().get(language="en")
        page = page_of(client, english.get_absolute_url())
        address = persian.get_absolute_url()
        assert f'<a href="{address}" {link}' in page
        assert f'<link rel="alternate" hreflang="fa" href="http://127.0.0.1:8000{address}">' in page

    def test_a_browser_that_asks_for_it_gets_it(self, client, persian):
        response = client.get("/", headers={"Accept-Language": "fa-IR,fa;q=0.9,en;q=0.5"})
        assert response["Location"] == "/fa/"

    def test_errors_speak_it_too(self, client, persian):
        response = client.get("/fa/نیست/")
        assert response.status_code == 404
        assert '<html lang="fa" dir="rtl">' in response.content.decode()

    def test_a_reader_comments(self, client, persian):
        data = {"comment": "خوب بود.", "author": "رضا", "email": "reza@example.org"}
        own = {"Sec-Fetch-Site": "same-origin"}
        address = f"{persian.get_absolute_url()}comments/"
        response = client.post(address, data, headers=own)
        assert response.status_code == 303
        assert response["Location"].startswith("/fa/me/")
        assert Comment.objects.get().story_id == persian.pk


class TestMachines:
    def test_feeds(self, client, persian):
        for address in ("/fa/feed/", f"/fa/{SECTION}/feed/"):
            document = client.get(address).content
            assert feeds.faults(document, absolute(address)) == []
            assert HEADLINE in document.decode()
            assert "<language>fa</language>" in document.decode()

    def test_sitemaps(self, client, persian):
        index = page_of(client, "/sitemap.xml")
        parts = [part.partition("</loc>")[0] for part in index.split("<loc>")[1:]]
        found = ""
        for part in parts:
            document = b"".join(client.get(part.removeprefix("http://127.0.0.1:8000")))
            assert sitemaps.faults(document, "127.0.0.1:8000") == []
            found += document.decode()
        assert f"<loc>{absolute(persian.get_absolute_url())}</loc>" in found
        assert 'hreflang="fa"' in found
        assert "<news:language>fa</news:language>" in page_of(client, "/news-sitemap.xml")

    def test_the_read_api(self, client, persian):
        answer = client.get("/api/v1/stories/", {"language": "fa"}).json()
        assert [row["headline"] for row in answer["data"]] == [HEADLINE]

    @pytest.mark.parametrize("words", ["بندر", "بیدار", "بيدار", "می‌شود"])
    def test_search_finds_it_however_its_letters_are_typed(self, client, persian, words):
        assert HEADLINE.split()[0] in page_of(client, f"/fa/search/?q={words}")
        found = client.get("/fa/search/", {"q": words}).context["stories"]
        assert [story.pk for story in found] == [persian.pk]

    def test_metadata_names_it(self, client, persian):
        page = page_of(client, persian.get_absolute_url())
        assert '"inLanguage": "fa"' in page
        assert '<meta property="og:locale" content="fa">' in page


class TestTheDesk:
    @pytest.fixture
    def edda(self, client, persian):
        user = make_user("edda", "Editor", interface_language="fa")
        client.force_login(user)
        return client

    def test_it_is_read_in_the_language(self, edda):
        page = page_of(edda, "/admin/")
        assert '<html lang="fa" dir="rtl">' in page

    def test_a_story_is_written_in_it(self, edda):
        page = page_of(edda, f"{reverse('admin:articles_story_add')}?language=fa")
        assert 'lang="fa"' in page
        assert SECTION in page

    def test_names_are_asked_for_in_it(self, edda):
        page = page_of(edda, reverse("admin:articles_section_add"))
        assert "فارسی</legend>" in page


def test_a_language_that_django_does_not_know(client, speak):
    """Pashto: no name, no words and no direction in Django; the page runs from the right."""
    speak("ps", CATALOGUE.replace("رفتن به متن", "متن ته"))
    section = make_section({"ps": ("نړۍ", "نړۍ")})
    make_story(language="ps", headline="بندر ویښ شو", section=section.pk)
    page = page_of(client, "/ps/")
    assert '<html lang="ps" dir="rtl">' in page
    assert "متن ته" in page
    assert 'lang="ps" dir="rtl" hreflang="ps">ps</a>' in page_of(client, "/en/")
    assert client.get("/ps/nothing/").status_code == 404
