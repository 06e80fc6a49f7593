"""What stands in the head of every public page for search engines and shared links."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.utils import timezone

from articles import workflow
from articles.models import Section, Topic, TopicTranslation
from articles.site import absolute
from tests.factories import make_author, make_comment, make_section, make_story, world

pytestmark = pytest.mark.django_db


class Head(HTMLParser):
    """The links and meta elements of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[dict] = []
        self.metas: list[dict] = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag in ("link", "meta"):
            (self.links if tag == "link" else self.metas).append(dict(attributes))

    @property
    def canonical(self) -> str:
        (found,) = (link["href"] for link in self.links if link.get("rel") == "canonical")
        return found

    @property
    def alternates(self) -> dict[str, str]:
        found = [link for link in self.links if "hreflang" in link]
        assert len(found) == len({link["hreflang"] for link in found})
        return {link["hreflang"]: link["href"] for link in found}

    def meta(self, name: str) -> list[str]:
        return [
            meta["content"]
            for meta in self.metas
            if name in (meta.get("name"), meta.get("property"))
        ]


def head_of(client, address: str) -> Head:
    response = client.get(address.removeprefix(absolute("")))
    assert response.status_code == 200
    return Head(response.content.decode())


@pytest.fixture
def paper():
    """A paper in which every kind of page has twins, some in two and some in three languages."""
    topic = Topic.objects.create()
    names = {"ar": ("الموانئ", "الموانئ"), "en": ("Ports", "ports"), "fr": ("Ports", "les-ports")}
    for language, (name, slug) in names.items():
        TopicTranslation.objects.create(topic=topic, language=language, name=name, slug=slug)
    line = {"author": make_author().pk, "name": "", "role": "writer"}
    english = make_story(bylines=[line])
    stories = [english]
    for language, headline in (("ar", "الميناء"), ("fr", "Le port")):
        key = english.translation_key
        stories.append(
            make_story(language=language, headline=headline, translation_key=key, bylines=[line])
        )
    alone = make_story(language="fr", headline="Seul", section=make_section({"fr": ("A", "a")}).pk)
    stories += [alone, make_story(headline="Two", translation_key=alone.translation_key)]
    for story in stories[:3]:
        story.topics.add(topic)
    pages = Section.objects.get(code="pages").pk
    about = make_story(headline="About", kind="page", section=pages)
    key = about.translation_key
    make_story(language="ar", headline="عنّا", kind="page", section=pages, translation_key=key)
    for number in range(21):
        make_story(headline=f"Filler {number}", at=timezone.now() - timedelta(days=1))
    return stories


@pytest.fixture
def addresses(client, paper) -> list[str]:
    month = timezone.localtime(paper[0].published_at)
    archive = f"archive/{month.year}/{month.month}/"
    found = [story.get_absolute_url() for story in paper]
    found += ["/en/topics/ports/", "/fr/topics/les-ports/", "/ar/topics/الموانئ/"]
    found += [row.get_absolute_url() for row in _author_names(paper[0])]
    found += ["/en/world/", "/en/world/?page=2", "/fr/a/", "/ar/العالم/"]
    found += ["/en/pages/about/", "/ar/pages/عنا/"]
    for language in ("ar", "en", "fr"):
        found += [f"/{language}/", f"/{language}/corrections/", f"/{language}/{archive}"]
    return found


def _author_names(story):
    return story.bylines.get().author.translations.all()


class TestEveryPublicPage:
    def test_is_canonical_under_its_own_address(self, client, addresses):
        for address in addresses:
            assert head_of(client, address).canonical == absolute(address)

    def test_names_itself_and_its_twins_which_name_it(self, client, addresses):
        for address in addresses:
            head = head_of(client, address)
            twins = {code: url for code, url in head.alternates.items() if code != "x-default"}
            assert twins[address[1:3]] == head.canonical, address
            assert head.alternates["x-default"] in twins.values(), address
            for url in twins.values():
                assert head_of(client, url).alternates == head.alternates, address

    def test_has_the_twins_there_are(self, client, addresses, paper):
        three = {"ar", "en", "fr", "x-default"}
        assert set(head_of(client, "/en/topics/ports/").alternates) == three
        assert set(head_of(client, paper[0].get_absolute_url()).alternates) == three
        author = paper[0].bylines.get().author.translations.get(language="en")
        names = {"ar", "en", "x-default"}
        assert set(head_of(client, author.get_absolute_url()).alternates) == names
        # The default language has no version: both others agree on one of them.
        two = head_of(client, paper[3].get_absolute_url()).alternates
        assert set(two) == {"en", "fr", "x-default"}
        assert two["x-default"] == two["en"]

    def test_may_be_shown_with_large_pictures(self, client, addresses):
        for address in addresses:
            assert head_of(client, address).meta("robots") == ["max-image-preview:large"]

    def test_tells_open_graph_what_it_is(self, client, addresses):
        for address in addresses:
            head = head_of(client, address)
            assert head.meta("og:url") == [head.canonical]
            for name in ("og:title", "og:type", "og:locale", "og:site_name", "twitter:card"):
                assert len(head.meta(name)) == 1, (address, name)

    def test_its_locale_is_one_with_a_country(self, client):
        assert head_of(client, "/ar/").meta("og:locale") == ["ar_AR"]


def test_a_page_and_a_story_are_not_one_in_two_languages(client):
    story = make_story()
    key, pages = story.translation_key, Section.objects.get(code="pages").pk
    make_story(language="ar", headline="عنّا", kind="page", section=pages, translation_key=key)
    assert set(head_of(client, story.get_absolute_url()).alternates) == {"en", "x-default"}
    assert set(head_of(client, "/ar/pages/عنا/").alternates) == {"ar", "x-default"}
    for name in ("stories", "pages"):
        part = b"".join(client.get(f"/sitemaps/{name}-1.xml").streaming_content).decode()
        group = next(row for row in part.split("<url>") if "harbour" in row or "pages" in row)
        assert "hreflang" not in group


class TestPagesThatAreNotToBeFound:
    def test_empty_lists(self, client):
        make_section({"en": ("Empty", "empty")})
        author = make_author().translations.get(language="en")
        for address in ("/en/empty/", author.get_absolute_url(), "/en/archive/1999/1/"):
            head = head_of(client, address)
            assert head.meta("robots") == ["noindex"]
            assert head.alternates == {}

    def test_an_empty_twin_is_not_named(self, client):
        make_story()
        assert set(head_of(client, "/en/world/").alternates) == {"en", "x-default"}

    def test_an_empty_page_names_no_twin_that_does_not_name_it(self, client):
        make_story()
        head = head_of(client, "/ar/العالم/")
        assert (head.meta("robots"), head.alternates) == (["noindex"], {})
        assert 'href="/en/world/"' in client.get("/ar/العالم/").content.decode()

    def test_searches_and_what_is_missing_or_withdrawn(self, client):
        story = make_story()
        workflow.withdraw(story, by=None, notice="Gone.")
        pages = ["/en/search/?q=a", "/en/nothing/", story.get_absolute_url()]
        for address in pages:
            head = Head(client.get(address).content.decode())
            assert "noindex" in head.meta("robots")[0]
            assert len(head.meta("robots")) == 1


class TestComments:
    def test_are_in_no_snippet_and_their_pages_belong_to_the_story(self, client):
        story = make_story()
        comment = make_comment(story)
        address = story.get_absolute_url()
        for query in ("", f"?replytocom={comment.pk}", "?sort=newest"):
            page = client.get(f"{address}{query}").content.decode()
            assert Head(page).canonical == absolute(address)
            assert re.search(r'<section class="comments"[^>]* data-nosnippet', page)
            assert page.index("data-nosnippet") < page.index(comment.body_html)


def test_a_list_costs_the_same_however_many_stories(client, django_assert_num_queries):
    line = {"author": make_author().pk, "name": "", "role": "writer"}
    world()
    for _turn in range(2):
        for number in range(3):
            make_story(headline=f"Story {number}", bylines=[line])
        author = _author_names(make_story(bylines=[line])).get(language="en")
        with django_assert_num_queries(5):
            client.get(author.get_absolute_url())
