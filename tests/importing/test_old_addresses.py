"""Moving in from WordPress: old addresses answer with one 301."""

from urllib.parse import quote

import pytest
from django.utils.encoding import iri_to_uri

from articles import workflow
from articles.models import OldAddress, Redirect, Section
from comments.models import Comment
from tests.factories import make_user
from tests.importing.export import comment, item, old, run, wxr

pytestmark = pytest.mark.django_db

SITE = "https://one.example"
TERMS = (
    "<wp:author><wp:author_id>4</wp:author_id><wp:author_login>salma</wp:author_login></wp:author>"
    "<wp:category><wp:term_id>12</wp:term_id><wp:category_nicename>world</wp:category_nicename>"
    "<wp:cat_name>World</wp:cat_name></wp:category>"
    "<wp:category><wp:term_id>13</wp:term_id><wp:category_nicename>ports</wp:category_nicename>"
    "<wp:category_parent>world</wp:category_parent><wp:cat_name>Ports</wp:cat_name></wp:category>"
    "<wp:tag><wp:term_id>20</wp:term_id><wp:tag_slug>ships-2</wp:tag_slug>"
    "<wp:tag_name>Ships</wp:tag_name></wp:tag>"
)


def linked(number: int, path: str, slug: str, *more: str, **fields) -> str:
    parts = (
        f"<link>{SITE}{path}</link><dc:creator "
        'xmlns:dc="http://purl.org/dc/elements/1.1/">salma</dc:creator>'
        f"<wp:post_name>{slug}</wp:post_name>"
        '<category domain="category" nicename="ports">Ports</category>'
        '<category domain="post_tag" nicename="ships-2">Ships</category>'
    )
    return item(number, parts, *more, **fields)


@pytest.fixture
def moved(tmp_path):
    old_slug = (
        "<wp:postmeta><wp:meta_key>_wp_old_slug</wp:meta_key>"
        "<wp:meta_value>first-name</wp:meta_value></wp:postmeta>"
    )
    arabic = quote("أخبار-المرفأ").lower()
    run(
        wxr(
            tmp_path,
            TERMS,
            linked(5, "/2020/05/old-news/", "old-news", old_slug, comment(9)),
            linked(6, f"/2020/05/{arabic}/", arabic, title="أخبار المرفأ"),
            linked(7, "/plain/", "plain", title="Plain"),
            linked(8, "/about/team/", "team", title="Team").replace(">post<", ">page<"),
            linked(10, "/?p=10", "", title="Draft").replace(">publish<", ">draft<"),
        ),
        language="en",
    )


def leads(client, address: str) -> str:
    """Follow one redirect and no more: what it leads to answers by itself."""
    answer = client.get(address)
    assert answer.status_code == 301, address
    assert client.get(answer["Location"]).status_code == 200, answer["Location"]
    return answer["Location"]


@pytest.mark.usefixtures("moved")
class TestStories:
    @pytest.mark.parametrize(
        "address",
        [
            "/2020/05/old-news/",
            "/2020/05/old-news",
            "/index.php/2020/05/old-news/",
            "/2020/05/old-news/2/",
            "/2020/05/old-news/amp/",
            "/2020/05/old-news/trackback/",
            "/2020/05/old-news/comment-page-3/",
            "/2020/05/old-news/?replytocom=9",
            "/2020/05/old-news/?utm_source=mail",
            "/2020/05/first-name/",
            "/2020/05/some-attachment/old-news/",
            "/2020/05/old-news/page-of-a-file/",
            "/old-news/",
            "/old-news/amp/?utm_source=mail",
            "/?p=5",
            "/?p=5&preview=true",
            "/index.php?p=5",
        ],
    )
    def test_B235_every_form_leads_to_the_story(self, client, address):
        assert leads(client, address) == old(5).get_absolute_url()

    @pytest.mark.parametrize("case", [str.lower, str.upper])
    def test_B235_either_case_of_percent_encoding(self, client, case):
        address = "/2020/05/" + case(quote("أخبار-المرفأ")) + "/"
        assert leads(client, address) == iri_to_uri(old(6).get_absolute_url())

    def test_plain_permalinks(self, client):
        assert leads(client, "/plain/") == old(7).get_absolute_url()

    @pytest.mark.parametrize("address", ["/about/team/", "/?page_id=8", "/team/"])
    def test_pages(self, client, address):
        assert leads(client, address) == "/en/pages/team/"

    @pytest.mark.parametrize("feed", ["feed/", "feed/rss2/", "feed/atom"])
    def test_a_storys_feed_is_that_of_its_comments(self, client, feed):
        target = f"{old(5).get_absolute_url()}comments/feed/"
        assert leads(client, f"/2020/05/old-news/{feed}") == target

    def test_what_was_moved_and_renamed_since_is_still_one_step_away(self, client):
        story = old(5)
        Section.objects.get(code="ports").translations.update(slug="harbours")
        type(story).objects.filter(pk=story.pk).update(slug="renamed")
        assert leads(client, "/2020/05/old-news/") == f"/en/harbours/{story.pk}/renamed/"

    @pytest.mark.parametrize("address", ["/?p=10", "/?p=99", "/?p=x", "/2020/05/nothing/"])
    def test_drafts_and_what_was_never_there_lead_nowhere(self, client, address):
        assert client.get(address).status_code in (302, 404)

    def test_a_withdrawn_story_says_so_itself(self, client):
        workflow.withdraw(old(5), by=make_user("edda", "Editor"), notice="Wrong.")
        answer = client.get("/2020/05/old-news/")
        assert client.get(answer["Location"]).status_code == 410

    def test_what_editors_say_goes_before(self, client):
        Redirect.objects.create(old_path="/2020/05/old-news", new_path="/en/")
        assert client.get("/2020/05/old-news/")["Location"] == "/en/"

    def test_a_dated_address_in_a_language_is_not_a_storys_number(self, client, tmp_path):
        """/en/2021/03/slug/ reads like section 2021, story 3."""
        third = old(5)
        path = f"/en/2021/{third.pk:02}/port/"
        assert client.get(path).status_code == 404
        own = '<category domain="language" nicename="en">en</category>'
        run(wxr(tmp_path, linked(50, path, "port", own, title="Port")))
        assert leads(client, path) == iri_to_uri(old(50).get_absolute_url())

    def test_the_comment_keeps_its_anchor(self, client):
        page = client.get(old(5).get_absolute_url()).content.decode()
        assert f'id="comment-{Comment.objects.get().pk}"' in page


@pytest.mark.usefixtures("moved")
class TestLists:
    @pytest.mark.parametrize(
        ("address", "target"),
        [
            ("/category/world/", "/en/world/"),
            ("/category/world/ports/", "/en/ports/"),
            ("/category/world/ports/page/7/", "/en/ports/"),
            ("/category/ports/feed/", "/en/ports/feed/"),
            ("/fr/category/ports/", "/en/ports/"),
            ("/world/", "/en/world/"),
            ("/?cat=13", "/en/ports/"),
            ("/?category_name=world/ports", "/en/ports/"),
            ("/tag/ships-2/", "/en/topics/ships/"),
            ("/tag/ships-2/page/2/", "/en/topics/ships/"),
            ("/?tag=ships-2", "/en/topics/ships/"),
            ("/author/salma/", "/en/authors/salma/"),
            ("/author/salma/page/2", "/en/authors/salma/"),
            ("/?author=4", "/en/authors/salma/"),
            ("/?author_name=salma", "/en/authors/salma/"),
            ("/2020/05/", "/en/archive/2020/5/"),
            ("/2020/05/04/", "/en/archive/2020/5/"),
            ("/2020/05/page/3/", "/en/archive/2020/5/"),
            ("/feed/", "/en/feed/"),
            ("/?feed=rss2", "/en/feed/"),
            ("/feed/?x=1", "/en/feed/"),
            ("/comments/feed/", "/en/comments/feed/"),
            ("/?s=old+ships", "/en/search/?q=old+ships"),
            ("/wp-sitemap.xml", "/sitemap.xml"),
        ],
    )
    def test_B235_lead_to_ours(self, client, settings, address, target):
        settings.DEFAULT_LANGUAGE = "en"
        assert leads(client, address) == target

    def test_what_stands_under_a_list_is_not_the_list(self, client):
        assert client.get("/category/nothing/").status_code == 404
        assert client.get("/category/world/nothing/").status_code == 404

    def test_a_second_run_keeps_every_address(self, tmp_path):
        before = list(OldAddress.objects.order_by("path").values_list())
        run(wxr(tmp_path, TERMS, linked(5, "/2020/05/old-news/", "old-news")), language="en")
        assert list(OldAddress.objects.order_by("path").values_list()) == before

    def test_an_address_that_is_said_goes_before_a_likely_one(self, client, tmp_path):
        assert leads(client, "/old-news/") == old(5).get_absolute_url()
        page = linked(30, "/old-news/", "old-news-page", title="A page")
        run(wxr(tmp_path, page.replace(">post<", ">page<")), language="en")
        assert leads(client, "/old-news/") == "/en/pages/old-news-page/"


class TestElsewhere:
    def test_a_site_that_moved_in_from_nowhere_answers_as_ever(self, client):
        for address in ("/feed/", "/2020/05/", "/category/world/"):
            assert client.get(address).status_code == 404

    @pytest.mark.parametrize(
        "address",
        [
            "/category/",
            "/tag//",
            "/?p=" + "9" * 40,
            "/?cat=%00",
            "/%00/",
            "/" + "a/" * 300,
            "/?p=",
            "/?cat=" + "x" * 900,
            "/?" + "&".join(f"p{n}={n}" for n in range(60)),
            "/?p=１２",
        ],
    )
    def test_odd_addresses_are_missing_pages(self, client, address):
        assert client.get(address).status_code in (302, 404)
