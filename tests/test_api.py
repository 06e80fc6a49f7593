"""The read API: every answer held against its own OpenAPI file, pages, errors, and what never
leaves."""

import json
import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from jsonschema import Draft202012Validator

from articles import workflow
from articles.models import Story
from newsroom.urls import urlpatterns
from newsroom.views import OPENAPI
from tests.factories import (
    make_author,
    make_comment,
    make_draft,
    make_image,
    make_section,
    make_story,
    make_user,
    world,
)

pytestmark = pytest.mark.django_db

SPEC = json.loads(OPENAPI.read_text("utf-8"))
PLACE = re.compile(r"\{(\w+)\}")


def resolved(node):
    """The description with each reference replaced by what it leads to."""
    if isinstance(node, list):
        return [resolved(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        found = SPEC
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return resolved(found)
    return {name: resolved(value) for name, value in node.items()}


def operation(path: str) -> dict:
    for template, item in SPEC["paths"].items():
        if re.fullmatch(PLACE.sub("[0-9]+", template), path):
            return resolved(item["get"])
    raise AssertionError(f"{path} is not described")


def ask(client, path: str, status: int = 200, **query):
    """Ask, hold the answer against what the file says of it, and return it."""
    response = client.get(path, query)
    assert response.status_code == status, response.content
    kind = response["Content-Type"]
    content = operation(path)["responses"][str(status)]["content"]
    assert list(content) == [kind]
    data = response.json()
    problems = [
        error.message for error in Draft202012Validator(content[kind]["schema"]).iter_errors(data)
    ]
    assert problems == []
    return data


@pytest.fixture
def story():
    """A story with everything a story can have."""
    lines = [
        {"author": make_author().pk, "name": "", "role": "writer"},
        {"author": None, "name": "A guest", "role": "photographer"},
    ]
    story = make_story(
        kicker="Ports",
        agency="Agencies",
        topics=["Harbours"],
        picture=make_image().pk,
        bylines=lines,
        body_html="<p>Boats.</p>",
    )
    workflow.correct(story, by=None, grade="correction", text="It was four boats.")
    return Story.objects.get(pk=story.pk)


class TestTheFile:
    def test_every_address_is_described_and_nothing_else(self):
        included = [row for row in urlpatterns if hasattr(row, "url_patterns")]
        included = [row for row in included if str(row.pattern) == "api/v1/"]
        served = {
            "/api/v1/" + str(route.pattern).replace("<int:pk>", "{id}")
            for row in included
            for route in row.url_patterns
        }
        assert served == set(SPEC["paths"])

    def test_every_parameter_is_described_and_nothing_else(self, client, story):
        for path, item in SPEC["paths"].items():
            names = {
                row["name"] for row in resolved(item["get"])["parameters"] if row["in"] == "query"
            }
            refused = client.get(path.replace("{id}", str(story.pk)), {"odd": "1"}).json()
            known = refused["detail"].partition("(")[2].partition(")")[0]
            assert names == (set() if known == "none" else set(known.split(", "))), path

    def test_schemas_are_schemas_and_references_lead_somewhere(self):
        for schema in resolved(SPEC)["components"]["schemas"].values():
            Draft202012Validator.check_schema(schema)

    def test_it_is_served_with_this_site_as_its_server(self, client, settings):
        served = client.get("/api/v1/openapi.json")
        assert served.json()["servers"] == [{"url": settings.SITE_URL}]
        assert served.json()["openapi"].startswith("3.1")
        assert served["ETag"]


class TestStories:
    def test_a_list_and_a_story_tell_what_the_page_tells(self, client, story):
        make_comment(story)
        row = ask(client, "/api/v1/stories/")["data"][0]
        whole = ask(client, f"/api/v1/stories/{story.pk}/")["data"]
        assert whole.items() >= row.items()
        assert row["url"].endswith(story.get_absolute_url())
        assert row["section"]["name"] == "World"
        assert [line["name"] for line in row["authors"]] == ["Leila Haddad", "A guest"]
        assert [line["url"] is None for line in row["authors"]] == [False, True]
        assert [topic["name"] for topic in row["topics"]] == ["Harbours"]
        assert row["picture"]["alt"] == "A harbour at dawn"
        assert row["comment_count"] == 1
        assert whole["body_html"] == "<p>Boats.</p>"
        assert whole["corrections"][0]["text"] == "It was four boats."
        assert datetime.fromisoformat(row["published_at"]) == story.published_at

    def test_other_languages_are_named(self, client, story):
        arabic = make_story(language="ar", translation_key=story.translation_key)
        whole = ask(client, f"/api/v1/stories/{story.pk}/")["data"]
        assert [row["id"] for row in whole["translations"]] == [arabic.pk]

    def test_pictures_in_the_text_have_whole_addresses(self, client, settings):
        image = make_image()
        source = f"/media/{image.rendition_key}/full-640.jpg"
        story = make_story(body_html=f'<figure><img src="{source}" alt=""></figure>')
        whole = ask(client, f"/api/v1/stories/{story.pk}/")["data"]
        assert f'src="{settings.SITE_URL}/media/' in whole["body_html"]

    def test_its_links_lead_to_this_site_from_wherever_they_are_read(self, client, settings):
        text = (
            '<p><a href="/en/world/">here</a> <a href="https://o.example/x">there</a> '
            '<a href="#note">below</a> written href="/en/"</p>'
        )
        story = make_story(body_html=text)
        whole = ask(client, f"/api/v1/stories/{story.pk}/")["data"]["body_html"]
        assert whole.count(settings.SITE_URL) == 1
        assert f'<a href="{settings.SITE_URL}/en/world/"' in whole

    def test_nothing_is_told_that_is_not_public(self, client):
        tomorrow = timezone.now() + timedelta(days=1)
        hidden = [
            make_draft(),
            workflow.publish(make_draft(), by=None, at=tomorrow),
            workflow.withdraw(make_story(), by=None, notice="Gone."),
            make_story(kind="page"),
        ]
        assert ask(client, "/api/v1/stories/")["data"] == []
        for story in hidden:
            for rest in ("", "comments/"):
                gone = ask(client, f"/api/v1/stories/{story.pk}/{rest}", status=404)
                assert gone["code"] == "not-found"
        ids = ",".join(str(story.pk) for story in hidden)
        assert ask(client, "/api/v1/comment-counts/", ids=ids)["data"] == {}

    def test_a_language_the_site_gave_up_is_not_told(self, client, story, settings):
        settings.LANGUAGES = [("ar", "العربية")]
        assert ask(client, "/api/v1/stories/")["data"] == []

    def test_filters(self, client, story):
        under = make_section({"en": ("Ports", "ports")}, parent=world())
        below = make_story(section=under.pk, kind="opinion")
        make_story(language="ar")
        topic, author = story.topics.get(), story.bylines.first().author_id
        day = timedelta(days=1)
        asked = {
            "language": ("en", {story.pk, below.pk}),
            "section": (world().pk, {story.pk, below.pk} | arabic_of(world())),
            "topic": (topic.pk, {story.pk}),
            "author": (author, {story.pk}),
            "kind": ("opinion", {below.pk}),
            "since": ((timezone.now() + day).isoformat(), set()),
            "until": ((timezone.now() - day).isoformat(), set()),
        }
        for name, (value, expected) in asked.items():
            rows = ask(client, "/api/v1/stories/", **{name: value})["data"]
            assert {row["id"] for row in rows} == expected, name
        assert ask(client, "/api/v1/stories/", section=999999)["data"] == []

    @pytest.mark.parametrize("number", [1, 8])
    def test_its_queries_do_not_grow(self, client, django_assert_num_queries, number):
        for _ in range(number):
            lines = [{"author": make_author().pk, "name": "", "role": "writer"}]
            make_story(topics=["Harbours"], bylines=lines, picture=make_image().pk)
        with django_assert_num_queries(5):
            ask(client, "/api/v1/stories/")


def arabic_of(section) -> set[int]:
    return set(Story.objects.filter(language="ar", section=section).values_list("pk", flat=True))


class TestPages:
    def test_they_neither_repeat_nor_skip_while_stories_come(self, client):
        moment = timezone.now() - timedelta(hours=1)
        made = [make_story(headline=f"Story {number}") for number in range(7)]
        # Several of one moment: the id decides.
        Story.objects.filter(pk__in=[row.pk for row in made[:5]]).update(published_at=moment)
        seen, address = [], "/api/v1/stories/?limit=2"
        while address:
            answer = client.get(address).json()
            seen += [row["id"] for row in answer["data"]]
            address = answer["next"]
            make_story(headline="Came meanwhile")
        assert seen == [made[6].pk, made[5].pk, *(row.pk for row in reversed(made[:5]))]

    def test_the_next_page_keeps_the_filters(self, client):
        for _ in range(3):
            make_story()
        following = ask(client, "/api/v1/stories/", limit=1, language="en")["next"]
        assert "language=en" in following
        assert "limit=1" in following

    def test_names_come_by_page(self, client):
        made = [make_author() for _ in range(3)]
        first = ask(client, "/api/v1/authors/", limit=2, language="ar")
        second = client.get(first["next"]).json()
        assert [row["id"] for row in first["data"] + second["data"]] == [row.pk for row in made]
        assert second["next"] is None
        assert {name["language"] for row in first["data"] for name in row["names"]} == {"ar"}

    def test_authors_have_their_portrait(self, client, django_assert_num_queries):
        for number in (1, 3):
            faces = [make_author(picture=make_image(alt="At work")) for _ in range(number)]
            with django_assert_num_queries(3):
                client.get("/api/v1/authors/", {"language": "en"})
        bare = make_author()
        rows = {row["id"]: row for row in ask(client, "/api/v1/authors/", language="en")["data"]}
        assert rows[bare.pk]["picture"] is None
        picture = rows[faces[0].pk]["picture"]
        assert picture["texts"] == [{"language": "en", "alt": "At work", "credit": "Newsroom"}]
        assert picture["square"].startswith("http://127.0.0.1:8000/media/")

    def test_sections_know_what_they_stand_under(self, client):
        below = make_section({"en": ("Ports", "ports")}, parent=world())
        rows = {row["id"]: row for row in ask(client, "/api/v1/sections/")["data"]}
        assert rows[below.pk]["parent"] == world().pk
        assert rows[below.pk]["names"][0]["url"].endswith("/en/ports/")

    def test_topics_have_their_names(self, client, story):
        [row] = ask(client, "/api/v1/topics/")["data"]
        assert row["names"][0]["name"] == "Harbours"


class TestRefusals:
    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ("limit=0", "bad-limit"),
            ("limit=101", "bad-limit"),
            ("limit=many", "bad-limit"),
            ("limit=" + "9" * 5000, "bad-limit"),
            ("language=xx", "bad-language"),
            ("kind=page", "bad-kind"),
            ("section=-1", "bad-section"),
            ("topic=%D9%A1", "bad-topic"),
            ("author=1%00", "bad-author"),
            ("since=yesterday", "bad-since"),
            ("since=2026-01-01T00:00:00", "bad-since"),
            ("until=0001-01-01T00:00:00%2B14:00", "bad-until"),
            ("cursor=", "bad-cursor"),
            ("cursor=AAAA", "bad-cursor"),
            ("cursor=%F0%9F%98%80", "bad-cursor"),
            ("cursor=MjAyNi0xMS0yN3w5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "bad-cursor"),
            ("cursor=bm8gdGltZXwx", "bad-cursor"),
            ("cursor=MDAwMS0wMS0wMVQwMDowMDowMCsxNDowMHw1", "bad-cursor"),  # the year 1 at +14:00
            ("cursor=OTk5OS0xMi0zMVQyMzo1OTo1OS0xNDowMHw1", "bad-cursor"),  # 9999 at -14:00
            ("cursor=MjAyNi0wMS0wMVQwMDowMDowMHw1", "bad-cursor"),  # without an offset
            ("page=2", "unknown-parameter"),
            ("limit=1&limit=2", "bad-limit"),
        ],
    )
    def test_what_is_not_understood_is_said_so(self, client, query, code):
        response = client.get(f"/api/v1/stories/?{query}")
        assert (response.status_code, response.json()["code"]) == (400, code)
        assert response["Content-Type"] == "application/problem+json"
        assert "no-store" in response["Cache-Control"]

    @pytest.mark.parametrize("ids", ["", "a", "1,,2", "1," * 101 + "1", "-1", "9" * 40, "1,2,"])
    def test_odd_lists_of_ids(self, client, ids):
        assert ask(client, "/api/v1/comment-counts/", 400, ids=ids)["code"] == "bad-ids"

    def test_it_only_reads(self, client, story):
        for path in ("/api/v1/stories/", f"/api/v1/stories/{story.pk}/comments/"):
            refused = client.post(path, {"comment": "x"})
            assert (refused.status_code, refused.json()["code"]) == (405, "read-only")
            assert "POST" not in refused["Allow"]

    def test_a_number_beyond_every_row_is_missing(self, client):
        assert client.get(f"/api/v1/stories/{'9' * 30}/").status_code == 404


class TestComments:
    def test_a_thread(self, client, story):
        first = make_comment(story, name="عمر", website="https://omar.example/")
        answer = make_comment(story, parent=first, body="Me too.")
        for status in ("pending", "spam", "trash"):
            make_comment(story, status=status)
        rows = ask(client, f"/api/v1/stories/{story.pk}/comments/")["data"]
        assert [row["id"] for row in rows] == [first.pk, answer.pk]
        assert [row["parent"] for row in rows] == [None, first.pk]
        assert rows[0]["name"] == "عمر"
        assert rows[0]["website"] == "https://omar.example/"
        assert rows[1]["website"] is None

    def test_badges_are_those_of_the_page(self, client):
        writer, other = make_user("salma", "Editor"), make_user("karim", "Moderator")
        author = make_author(user=writer)
        story = make_story(bylines=[{"author": author.pk, "name": "", "role": "writer"}])
        for fields in ({"user": writer}, {"user": other}, {"user": other, "is_newsroom": True}, {}):
            make_comment(story, **fields)
        rows = ask(client, f"/api/v1/stories/{story.pk}/comments/")["data"]
        assert [row["badge"] for row in rows] == ["author", "staff", "newsroom", None]

    def test_counts_for_lists(self, client, story):
        other = make_story()
        make_comment(story)
        counts = ask(
            client, "/api/v1/comment-counts/", ids=f"{story.pk},{other.pk},{story.pk},999999"
        )
        assert counts["data"] == {str(story.pk): 1, str(other.pk): 0}

    @pytest.mark.parametrize("number", [1, 12])
    def test_its_queries_do_not_grow(self, client, story, django_assert_num_queries, number):
        for _ in range(number):
            make_comment(story)
        with django_assert_num_queries(2):
            ask(client, f"/api/v1/stories/{story.pk}/comments/")

    def test_nothing_of_a_writer_is_loaded_that_is_not_shown(self, client, story):
        make_comment(story, email="planted@reader.example", ip="198.51.100.0")
        text = json.dumps(ask(client, f"/api/v1/stories/{story.pk}/comments/"))
        for word in ("planted", "reader.example", "198.51", "email", "index", "hash", 'ip"'):
            assert word not in text


class TestForEverybody:
    def test_answers_are_kept_and_asked_again(self, client, story):
        for path in SPEC["paths"]:
            address = path.replace("{id}", str(story.pk))
            query = {"ids": story.pk} if "counts" in path else {}
            first = client.get(address, query)
            assert first["Access-Control-Allow-Origin"] == "*"
            assert "public" in first["Cache-Control"]
            assert not first.cookies
            again = client.get(address, query, headers={"If-None-Match": first["ETag"]})
            assert again.status_code == 304
            # Without these a browser gives neither answer to another site's page.
            assert again["Access-Control-Allow-Origin"] == "*"
            assert first["Access-Control-Expose-Headers"] == "ETag"

    def test_who_writes_is_told_that_it_only_reads(self):
        client = Client(enforce_csrf_checks=True)
        for method in (client.post, client.put, client.patch, client.delete):
            response = method("/api/v1/stories/")
            assert response.status_code == 405
            assert response["Content-Type"] == "application/problem+json"

    @pytest.mark.parametrize("path", ["", "nothing/", "stories/first/", "stories/1/comments/2/"])
    def test_what_is_no_address_is_a_problem_too(self, client, path):
        response = client.get(f"/api/v1/{path}")
        assert response.status_code == 404
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["code"] == "not-found"

    def test_a_forgotten_slash_is_put_there(self, client):
        assert client.get("/api/v1/stories").status_code == 301

    def test_who_asks_changes_nothing(self, client, story):
        before = client.get("/api/v1/stories/").content
        client.force_login(make_user("nora", "Administrator"))
        assert client.get("/api/v1/stories/").content == before

    def test_another_sites_page_may_ask_with_an_etag(self, client):
        allowed = client.options("/api/v1/stories/")
        assert (allowed.status_code, allowed.content) == (204, b"")
        assert "If-None-Match" in allowed["Access-Control-Allow-Headers"]
