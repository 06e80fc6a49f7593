"""Moving in from WordPress: papers in several languages."""

import pytest

from articles.models import Section, Story, Topic
from articles.wordpress import tongues
from newsroom.lib.html import to_text
from tests.importing.export import comment, everything, item, old, run, wxr

pytestmark = pytest.mark.django_db

CATEGORY = '<category domain="category" nicename="world">[:en]World[:ar]العالم[:]</category>'


def term(domain: str, code: str) -> str:
    return f'<category domain="{domain}" nicename="{code}">{code}</category>'


def field(name: str, value: str) -> str:
    return (
        f"<wp:postmeta><wp:meta_key>{name}</wp:meta_key>"
        f"<wp:meta_value><![CDATA[{value}]]></wp:meta_value></wp:postmeta>"
    )


class TestMarks:
    @pytest.mark.parametrize(
        ("text", "en", "ar"),
        [
            ("[:en]News[:ar]أخبار[:]", "News", "أخبار"),
            ("<!--:en-->News<!--:--><!--:ar-->أخبار<!--:-->", "News", "أخبار"),
            ("{:en}News{:}{:ar}أخبار{:}", "News", "أخبار"),
            ("Both [:en]one[:][:ar]واحد[:] end", "Both one end", "Both واحد end"),
            ("[:ar]أخبار", "", "أخبار"),
            ("a[:] b[1:]", "a[:] b[1:]", "a[:] b[1:]"),
            ("{:} {: }", "{:} {: }", "{:} {: }"),
        ],
    )
    def test_each_language_gets_its_part_and_what_is_common(self, text, en, ar):
        unified = tongues.unified(text)
        assert tongues.in_language(unified, "en") == en
        assert tongues.in_language(unified, "ar") == ar

    def test_a_name_is_taken_where_there_is_one(self):
        assert tongues.in_any("[:fr]Monde[:ar]العالم[:]", ["en"]) == "Monde"
        assert tongues.in_any("World", ["ar"]) == "World"


class TestSideBySide:
    """B234: qTranslate keeps all languages in one text."""

    @pytest.fixture
    def brought(self, tmp_path):
        self.file = wxr(
            tmp_path,
            "<language>ar</language>",
            item(
                7,
                CATEGORY,
                comment(1),
                "<link>https://one.example/2020/05/port/</link>",
                title="[:en]The port[:ar]المرفأ[:de]Der Hafen[:]",
                text="[:en]Ships come.[:ar]تصل السفن.[:de]Schiffe.[:]",
            ),
        )
        self.receipt = run(self.file)

    def test_it_becomes_a_story_in_each(self, brought):
        rows = Story.objects.order_by("language").values_list("language", "headline")
        assert list(rows) == [("ar", "المرفأ"), ("en", "The port")]
        assert [to_text(story.body_html) for story in Story.objects.order_by("language")] == [
            "تصل السفن.",
            "Ships come.",
        ]

    def test_they_are_each_others_translations(self, brought):
        assert len(set(Story.objects.values_list("translation_key", flat=True))) == 1

    def test_comments_stand_under_the_sites_own(self, brought):
        stories = Story.objects.order_by("language")
        assert [story.comments.count() for story in stories] == [1, 0]

    def test_the_section_has_a_name_in_both(self, brought):
        names = Section.objects.get(code="world").translations.order_by("language")
        assert [(row.language, row.name) for row in names] == [("ar", "العالم"), ("en", "World")]

    def test_what_the_site_has_no_language_for_is_named(self, brought):
        assert "note: language “de” is none of the site's: left out: 1 (posts 7)" in self.receipt

    def test_a_second_run_changes_nothing(self, brought):
        before = everything()
        run(self.file, update=True)
        assert everything() == before

    @pytest.mark.parametrize(
        ("path", "language"),
        [("/2020/05/port/", "ar"), ("/ar/2020/05/port/", "ar"), ("/en/2020/05/port/", "en")],
    )
    def test_each_old_address_leads_to_its_own(self, brought, client, path, language):
        story = Story.objects.get(language=language)
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (301, _quoted(story))

    def test_a_text_in_unknown_languages_alone_is_not_lost(self, tmp_path):
        run(wxr(tmp_path, item(1, title="[:de]Hafen[:]", text="[:de]Schiffe.[:]")))
        assert (old(1).headline, to_text(old(1).body_html)) == ("Hafen", "Schiffe.")


def _quoted(story: Story) -> str:
    from django.utils.encoding import iri_to_uri

    return iri_to_uri(story.get_absolute_url())


class TestApart:
    """Polylang and WPML keep a post a language."""

    @pytest.mark.parametrize(
        ("french", "english"),
        [
            (
                term("language", "fr") + term("post_translations", "pll_1"),
                term("language", "en") + term("post_translations", "pll_1"),
            ),
            (
                field("_wpml_import_language_code", "fr")
                + field("_wpml_import_translation_group", "pll_1"),
                field("_wpml_import_language_code", "en")
                + field("_wpml_import_translation_group", "pll_1"),
            ),
        ],
    )
    def test_they_are_joined(self, tmp_path, french, english):
        run(wxr(tmp_path, item(1, french, title="Un"), item(2, english, title="One"), item(3)))
        assert (old(1).language, old(2).language) == ("fr", "en")
        assert old(1).translation_key == old(2).translation_key != old(3).translation_key

    def test_also_when_one_comes_later(self, tmp_path):
        group = term("post_translations", "pll_1")
        run(wxr(tmp_path, item(1, group, term("language", "fr"))))
        run(wxr(tmp_path, item(2, group, term("language", "en"), title="One")))
        assert old(1).translation_key == old(2).translation_key

    def test_two_of_one_language_in_a_group_stand_alone(self, tmp_path):
        both = term("post_translations", "pll_1") + term("language", "en")
        receipt = run(wxr(tmp_path, item(1, both), item(2, both, title="Twin")))
        assert old(1).translation_key != old(2).translation_key
        assert "a second translation in one language: stands alone: 1 (posts 2)" in receipt

    def test_terms_are_named_in_the_languages_of_their_posts(self, tmp_path):
        terms = (
            "<wp:category><wp:category_nicename>monde</wp:category_nicename>"
            "<wp:cat_name>Monde</wp:cat_name></wp:category>"
            "<wp:tag><wp:tag_slug>port</wp:tag_slug><wp:tag_name>Port</wp:tag_name></wp:tag>"
        )
        own = term("language", "fr") + term("category", "monde") + term("post_tag", "port")
        run(wxr(tmp_path, "<language>en</language>", terms, item(1, own)))
        names = Section.objects.get(code="monde").translations.values_list("language", flat=True)
        assert list(names) == ["fr"]
        assert Topic.objects.get().translations.get().language == "fr"

    def test_what_names_none_is_in_the_given_language(self, tmp_path):
        run(wxr(tmp_path, item(1), item(2, term("language", "fr"), title="Un")), language="ar")
        assert (old(1).language, old(2).language) == ("ar", "fr")

    def test_a_language_the_site_has_not_is_named(self, tmp_path):
        receipt = run(wxr(tmp_path, item(1, term("language", "de"))), language="en")
        assert old(1).language == "en"
        assert "language “de” is none of the site's: stands in en: 1 (posts 1)" in receipt
