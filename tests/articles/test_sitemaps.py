"""The sitemaps: every public address, once, with its languages, within the protocol's limits."""

from datetime import timedelta
from urllib.parse import unquote, urlsplit

import pytest
import time_machine
from defusedxml.ElementTree import fromstring
from django.utils import timezone

from articles import sitemaps, workflow
from articles.models import Section, Story, Topic, TopicTranslation
from articles.site import absolute
from tests.articles.test_heads import Head
from tests.factories import content, make_author, make_draft, make_section, make_story, world
from tests.sitemaps import NEWS, SITEMAP, XHTML, faults

pytestmark = pytest.mark.django_db

HOST = "127.0.0.1:8000"


def body(response) -> bytes:
    return b"".join(response) if response.streaming else response.content


def read(client, address: str):
    """The root of a sitemap that answers well and breaks no rule."""
    response = client.get(address)
    document = body(response)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/xml; charset=utf-8"
    assert faults(document, HOST) == []
    return fromstring(document)


def places(root) -> list[str]:
    return [path_of(entry.findtext(f"{SITEMAP}loc")) for entry in root]


def path_of(url: str) -> str:
    return unquote(urlsplit(url).path)


def every_place(client) -> list[str]:
    """Every address in the sitemaps that the index names, news apart."""
    parts = [part for part in places(read(client, "/sitemap.xml")) if "news" not in part]
    return [place for part in parts for place in places(read(client, part))]


def part_of(kind: str, pk: int) -> str:
    """The address of the sitemap that holds this id: PostgreSQL counts on from test to test."""
    return f"/sitemaps/{kind}-{(pk - 1) // sitemaps.per_sitemap(kind) + 1}.xml"


def fresh(client) -> list[str]:
    document = client.get("/news-sitemap.xml").content
    return [entry.findtext(f"{NEWS}news/{NEWS}title") for entry in fromstring(document)]


def make_many(number: int) -> None:
    """Stories straight into the table: so many that the desk's own way takes minutes."""
    at, section = timezone.now() - timedelta(hours=1), world()
    Story.objects.bulk_create(
        Story(
            language="en",
            section=section,
            headline=f"Story {place}",
            slug=f"story-{place}",
            status="published",
            published_at=at - timedelta(seconds=place),
        )
        for place in range(number)
    )


@pytest.fixture
def paper():
    topic = Topic.objects.create()
    for language, slug in (("ar", "الموانئ"), ("en", "ports"), ("fr", "les-ports")):
        TopicTranslation.objects.create(topic=topic, language=language, name=slug, slug=slug)
    line = {"author": make_author({"ar": "ليلى", "en": "Leila"}).pk, "name": "", "role": "writer"}
    english = make_story(bylines=[line], headline="A & B’s “harbour”")
    key = english.translation_key
    arabic = make_story(language="ar", headline="ميناء الغد", translation_key=key, bylines=[line])
    for story in (english, arabic):
        story.topics.add(topic)
    child = make_section({"en": ("Asia", "asia")}, parent=make_section({"en": ("Far", "far")}))
    make_story(headline="In the child", section=child.pk)
    make_section({"en": ("Empty", "empty")})
    pages = Section.objects.get(code="pages").pk
    make_story(headline="About", kind="page", section=pages)
    return english, arabic


@pytest.fixture
def bait():
    workflow.publish(
        make_draft(headline="Bait later"), by=None, at=timezone.now() + timedelta(days=1)
    )
    make_draft(headline="Bait draft")
    workflow.withdraw(make_story(headline="Bait gone"), by=None, notice="Gone.")
    ended = make_story(headline="Bait ended")
    Story.objects.filter(pk=ended.pk).update(unpublish_at=timezone.now() - timedelta(minutes=1))


class TestSitemaps:
    def test_hold_every_public_page_once_and_nothing_else(self, client, paper, bait):
        english, arabic = (story.get_absolute_url() for story in paper)
        found = every_place(client)
        assert len(found) == len(set(found))
        authors = [row.get_absolute_url() for row in _author_names(paper[0])]
        wanted = {"/en/world/", "/ar/العالم/", "/en/asia/", "/en/far/", "/en/pages/about/"}
        wanted |= {unquote(address) for address in (english, arabic, *authors)}
        wanted |= {"/en/topics/ports/", "/ar/topics/الموانئ/"}
        wanted |= {f"/{code}/" for code in ("ar", "en", "fr")}
        wanted |= {f"/{code}/corrections/" for code in ("ar", "en", "fr")}
        child = Story.objects.with_section().get(headline="In the child")
        assert set(found) == wanted | {child.get_absolute_url()}

    def test_every_address_answers_and_may_be_found(self, client, paper, bait):
        for place in every_place(client):
            response = client.get(place)
            assert response.status_code == 200, place
            head = Head(response.content.decode())
            assert head.meta("robots") == ["max-image-preview:large"], place
            assert path_of(head.canonical) == place

    def test_alternates_are_those_in_the_head_of_the_page(self, client, paper):
        parts = [part for part in places(read(client, "/sitemap.xml")) if "news" not in part]
        for part in parts:
            for entry in read(client, part):
                links = entry.findall(f"{XHTML}link")
                found = {link.get("hreflang"): link.get("href") for link in links}
                place = entry.findtext(f"{SITEMAP}loc").removeprefix(absolute(""))
                head = Head(client.get(place).content.decode()).alternates
                # A page that stands alone needs no list of itself.
                assert found == (head if len(head) > 2 else {}), place

    def test_the_time_is_that_of_the_last_word(self, client):
        story = make_story(at=timezone.now() - timedelta(days=3))

        def lastmod() -> str:
            (entry,) = read(client, part_of("stories", story.pk))
            return entry.findtext(f"{SITEMAP}lastmod")

        assert lastmod() == story.published_at.isoformat(timespec="seconds")
        workflow.correct(story, grade="correction", by=None, text="Three boats, not two.")
        now = Story.objects.get(pk=story.pk).corrected_at
        assert lastmod() == now.isoformat(timespec="seconds")
        (section,) = read(client, part_of("sections", story.section_id))
        assert section.findtext(f"{SITEMAP}lastmod") == story.published_at.isoformat(
            timespec="seconds"
        )

    def test_are_split_by_ids_and_name_everything_still(self, client, monkeypatch):
        make_many(25)
        monkeypatch.setattr(sitemaps, "MOST_ADDRESSES", 10)
        monkeypatch.setattr(sitemaps, "STEP", 3)
        parts = [part for part in places(read(client, "/sitemap.xml")) if "stories" in part]
        assert len(parts) >= 3
        found = [place for part in parts for place in places(read(client, part))]
        assert len(found) == len(set(found)) == 25
        assert all(len(read(client, part)) <= 10 for part in parts)

    def test_one_that_would_be_empty_is_missing_and_not_named(self, client, monkeypatch):
        make_many(25)
        monkeypatch.setattr(sitemaps, "MOST_ADDRESSES", 10)
        first = Story.objects.order_by("pk").first().pk
        number = (first + 20) // 10
        Story.objects.published_between((number - 1) * 10 + 1, number * 10 + 1).delete()
        assert client.get(f"/sitemaps/stories-{number}.xml").status_code == 404
        assert f"/sitemaps/stories-{number}.xml" not in places(read(client, "/sitemap.xml"))

    @pytest.mark.parametrize(
        "address",
        [
            "/sitemaps/stories-0.xml",
            "/sitemaps/stories-99999999999999999999.xml",
            "/sitemaps/drafts-1.xml",
            "/sitemaps/pages-2.xml",
            "/news-sitemap-2.xml",
            "/news-sitemap-99999.xml",
        ],
    )
    def test_what_is_none_is_missing(self, client, address):
        make_story()
        assert client.get(address).status_code == 404

    @pytest.mark.parametrize("languages", [1, 3, 12])
    def test_none_is_longer_than_the_protocol_allows(self, settings, languages):
        settings.LANGUAGES = [(f"l{number}", "") for number in range(languages)]
        for kind in sitemaps.KINDS:
            per_id = 1 if kind in ("stories", "pages") else languages
            addresses = sitemaps.per_sitemap(kind) * per_id
            assert 0 < addresses <= 50_000
            assert addresses * sitemaps.LONGEST_LINK * (languages + 2) <= 50 * 1024 * 1024

    def test_no_address_is_longer_than_reckoned(self):
        section = make_section({"ar": ("س", "س" * 80)})
        story = make_story(language="ar", section=section.pk, slug="ص" * 120)
        page = sitemaps.Page("ar", absolute(story.get_absolute_url()))
        for line in sitemaps._links([page, page]):
            assert len(line) < sitemaps.LONGEST_LINK

    def test_their_queries_do_not_grow(self, client, django_assert_num_queries, paper):
        costs = {"pages": 5, "sections": 5, "topics": 4, "authors": 4, "stories": 3}
        story = paper[0]
        ids = {"pages": 1, "sections": story.section_id, "stories": story.pk}
        ids |= {"topics": story.topics.get().pk, "authors": story.bylines.get().author_id}
        for _turn in range(2):
            for kind, cost in costs.items():
                with django_assert_num_queries(cost):
                    assert body(client.get(part_of(kind, ids[kind])))
            make_many(30)

    def test_a_known_index_is_answered_with_304(self, client, paper):
        known = {"If-None-Match": client.get("/sitemap.xml")["ETag"]}
        assert client.get("/sitemap.xml", headers=known).status_code == 304

    def test_wrong_methods_are_refused_and_head_asks_for_no_rows(self, client, paper):
        for address in ("/sitemap.xml", part_of("stories", paper[0].pk), "/news-sitemap.xml"):
            assert client.post(address).status_code == 405
            assert body(client.head(address)) == b""


class TestNews:
    def test_it_names_what_is_fresh_in_the_words_of_each_language(self, client, paper):
        root = read(client, "/news-sitemap.xml")
        found = {
            entry.findtext(f"{NEWS}news/{NEWS}title"): entry.findtext(
                f"{NEWS}news/{NEWS}publication/{NEWS}language"
            )
            for entry in root
        }
        assert found["ميناء الغد"] == "ar"
        assert found["A & B’s “harbour”"] == "en"
        assert "About" not in found

    def test_a_story_is_there_at_once_and_gone_after_48_hours(self, client):
        draft = make_draft(headline="First words")
        assert fresh(client) == []
        story = workflow.publish(draft, by=None)
        assert fresh(client) == ["First words"]
        for hours, there in ((47.9, ["First words"]), (48.1, [])):
            with time_machine.travel(story.published_at + timedelta(hours=hours), tick=False):
                assert fresh(client) == there

    def test_edits_and_withdrawals_are_there_at_once(self, client):
        story = make_story(headline="First words")
        workflow.save_draft(story, content(headline="Other words"), by=None)
        assert fresh(client) == ["First words"]
        workflow.publish(story, by=None)
        assert fresh(client) == ["Other words"]
        workflow.withdraw(Story.objects.get(pk=story.pk), by=None, notice="Gone.")
        assert fresh(client) == []

    def test_nothing_unpublished_is_told(self, client, bait):
        assert fresh(client) == []
        assert client.get("/sitemaps/stories-1.xml").status_code == 404

    def test_of_1001_a_thousand_stand_in_the_first_file(self, client):
        make_many(1001)
        assert len(read(client, "/news-sitemap.xml")) == 1000
        (last,) = read(client, "/news-sitemap-2.xml")
        assert last.findtext(f"{NEWS}news/{NEWS}title") == "Story 1000"
        named = places(read(client, "/sitemap.xml"))
        assert named[-2:] == ["/news-sitemap.xml", "/news-sitemap-2.xml"]

    @pytest.mark.parametrize("stories", [1, 30])
    def test_its_queries_do_not_grow(self, client, django_assert_num_queries, stories):
        make_many(stories)
        with django_assert_num_queries(2):
            client.get("/news-sitemap.xml")


def _author_names(story):
    return story.bylines.get().author.translations.all()


def test_the_check_finds_what_is_wrong():
    broken = f"""<urlset xmlns="{SITEMAP[1:-1]}" xmlns:xhtml="{XHTML[1:-1]}"
        xmlns:news="{NEWS[1:-1]}">
        <url><lastmod>27.11.2026</lastmod><loc>http://{HOST}/ميناء/</loc></url>
        <url><loc>http://{HOST}/a/</loc><xhtml:link rel="alternate" hreflang="en" href="/a/"/></url>
        <url><loc>http://elsewhere.example/a/</loc></url>
        <url><loc>http://{HOST}/a/</loc><news:news><news:title>A</news:title></news:news></url>
        </urlset>"""
    found = " · ".join(faults(broken.encode(), HOST))
    for fault in ("twice", "no address", "no time", "order", "alternates"):
        assert fault in found
    assert "elsewhere" in found
    assert "news of ['title']" in found
    assert faults(f'<urlset xmlns="{SITEMAP[1:-1]}"/>'.encode(), HOST) == ["0 entries"]
