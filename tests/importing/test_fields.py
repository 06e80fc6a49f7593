"""Moving in from WordPress: what plugins and themes wrote beside a post."""

import pytest

from articles.models import Author
from tests.importing.export import item, old, run, wxr

pytestmark = pytest.mark.django_db

CATEGORIES = "".join(
    f"<wp:category><wp:term_id>{number}</wp:term_id><wp:category_nicename>{code}"
    f"</wp:category_nicename><wp:cat_name>{code}</wp:cat_name></wp:category>"
    for number, code in ((1, "uncategorized"), (5, "world"), (6, "sport"))
)
OWN = (
    '<category domain="category" nicename="world">world</category>'
    '<category domain="category" nicename="sport">sport</category>'
)
EXCERPT = (
    '<excerpt:encoded xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/">In short.'
    "</excerpt:encoded>"
)


def field(name: str, value: str) -> str:
    return (
        f"<wp:postmeta><wp:meta_key>{name}</wp:meta_key>"
        f"<wp:meta_value><![CDATA[{value}]]></wp:meta_value></wp:postmeta>"
    )


class TestSearchEngines:
    @pytest.mark.parametrize(
        ("told", "title"),
        [
            ("Ports %%sep%% %%sitename%%", "Ports"),
            ("%%title%% %%page%% %%sep%% %%sitename%%", ""),
            ("Why %%title%% matters", "Why Old news matters"),
            ("%title% - %sitename%", ""),
            ("50% off & more", "50% off & more"),
        ],
    )
    def test_titles_lose_what_only_a_template_knows(self, tmp_path, told, title):
        run(wxr(tmp_path, item(1, field("_yoast_wpseo_title", told))))
        assert old(1).search_title == title

    @pytest.mark.parametrize("name", ["_yoast_wpseo_metadesc", "rank_math_description"])
    def test_descriptions(self, tmp_path, name):
        run(wxr(tmp_path, item(1, field(name, "About %%title%%: <b>all</b>"))))
        assert old(1).search_description == "About Old news: all"


class TestJannah:
    def test_a_subtitle_is_the_standfirst(self, tmp_path):
        run(wxr(tmp_path, item(1, field("tie_post_sub_title", "Ships &amp; more"), EXCERPT)))
        assert (old(1).standfirst, old(1).search_description) == ("Ships & more", "In short.")

    def test_an_excerpt_with_nowhere_to_go_is_named(self, tmp_path):
        told = field("_yoast_wpseo_metadesc", "For engines.")
        receipt = run(wxr(tmp_path, item(1, field("tie_post_sub_title", "Ships"), told, EXCERPT)))
        assert old(1).search_description == "For engines."
        assert "note: subtitle and excerpt: the excerpt is left out: 1 (posts 1)" in receipt

    @pytest.mark.parametrize(
        "name",
        ["tie_primary_category", "_yoast_wpseo_primary_category", "rank_math_primary_category"],
    )
    @pytest.mark.parametrize(
        ("number", "section"), [("6", "sport"), ("1", "world"), ("77", "world"), ("x", "world")]
    )
    def test_the_primary_category_is_the_section(self, tmp_path, name, number, section):
        run(wxr(tmp_path, CATEGORIES, item(1, OWN, field(name, number))))
        assert old(1).section.code == section

    def test_a_film_above_the_text_stays(self, tmp_path):
        film = field("tie_video_url", "https://www.youtube.com/watch?v=abcdefghijk")
        run(wxr(tmp_path, item(1, film)))
        assert old(1).body_html.startswith('<figure data-embed="youtube">')


class TestGuests:
    def test_names_of_co_authors_stand_over_the_story(self, tmp_path):
        names = "".join(
            f'<category domain="author" nicename="cap-{name}">{name}</category>'
            for name in ("rosa", "omar")
        )
        run(wxr(tmp_path, item(1, names)))
        lines = old(1).bylines.order_by("position")
        assert [line.author.code for line in lines] == ["rosa", "omar"]


class TestLeftAlone:
    def test_B228_serialised_values_are_not_even_kept(self, tmp_path):
        evil = 'a:1:{i:0;O:8:"Shutdown":1:{s:4:"path";s:11:"/etc/passwd";}}'
        run(wxr(tmp_path, item(1, field("tie_post_slider", evil), field("_thumbnail_id", evil))))
        assert "passwd" not in str(old(1).__dict__)
        assert old(1).picture is None

    def test_passwords_are_not_kept(self, tmp_path):
        secret = "<wp:post_password>open-sesame</wp:post_password>"
        run(wxr(tmp_path, item(1, secret)))
        assert old(1).status == "draft"
        assert "sesame" not in str(old(1).__dict__) + str(old(1).revisions.get().content)

    def test_addresses_of_writers_are_not_read(self, tmp_path):
        writer = (
            "<wp:author><wp:author_login>rosa</wp:author_login>"
            "<wp:author_email>rosa@example.com</wp:author_email></wp:author>"
        )
        run(wxr(tmp_path, writer))
        assert "rosa@" not in str(Author.objects.get().__dict__)
