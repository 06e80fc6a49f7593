"""Moving in from WordPress: categories, authors and tags."""

import pytest

from articles.models import Section
from tests.importing.export import old, run, wxr

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("paper")
class TestTerms:
    def test_categories_become_sections_with_their_tree(self):
        theatre = Section.objects.get(code="مسرح")
        name = theatre.translations.get()
        assert (name.language, name.name, name.slug) == ("ar", "مسرح", "مسرح")
        assert theatre.parent == Section.objects.get(code="ثقافة")
        assert theatre.parent.translations.get().description == "كتب ومسرح & موسيقى"
        assert old(10).section == theatre

    def test_a_slug_that_is_an_address_of_the_site_is_changed(self):
        assert Section.objects.get(code="search").translations.get().slug == "search-2"

    def test_no_category_is_the_general_section(self):
        assert old(17).section.code == "general"
        assert not Section.objects.filter(code="غير-مصنف").exists()

    def test_authors_keep_their_login_and_show_their_name(self):
        line = old(10).bylines.get()
        assert line.author.code == "salma"
        assert line.author.translations.get().name == "سلمى الخطيب"
        assert old(11).bylines.get().author.translations.get().name == "كريم منصور"
        assert not old(13).bylines.exists()

    def test_tags_become_topics(self):
        assert [topic.in_language("ar").name for topic in old(10).topics.all()] == ["مهرجان"]

    def test_sections_with_stories_stand_in_the_navigation(self):
        shown = Section.objects.filter(in_navigation=True).values_list("code", flat=True)
        assert set(shown) == {"ثقافة", "search"}


class TestTree:
    def test_a_circle_of_categories_and_a_deep_one(self, tmp_path):
        terms = "".join(
            f"<wp:category><wp:category_nicename>{code}</wp:category_nicename>"
            f"<wp:category_parent>{parent}</wp:category_parent></wp:category>"
            for code, parent in [
                *(("round", "about"), ("about", "round"), ("self", "self")),
                *((f"level-{n}", f"level-{n - 1}") for n in range(8)),
            ]
        )
        run(wxr(tmp_path, terms))
        made = Section.objects.exclude(code__in=("general", "pages"))
        assert dict(made.values_list("code", "parent__code")) == {
            "about": None,
            "round": "about",
            "self": None,
            "level-0": None,
            "level-1": "level-0",
            "level-2": "level-1",
            "level-3": "level-2",
            **{f"level-{n}": "level-2" for n in range(4, 8)},  # four levels deep at most
        }
