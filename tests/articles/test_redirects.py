"""Old addresses: found when nothing else answers, never in a circle, many at once by file."""

from urllib.parse import quote

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile

from articles import redirects
from articles.models import Redirect
from articles.redirects import RedirectRefused, Row
from tests.factories import make_story, make_user, world

pytestmark = pytest.mark.django_db

ADMIN = "/admin/articles/redirect/"


def add(*pairs: tuple[str, str]) -> redirects.Receipt:
    return redirects.add([Row(line, old, new) for line, (old, new) in enumerate(pairs, 1)])


def table() -> dict[str, str]:
    return dict(Redirect.objects.values_list("old_path", "new_path"))


class TestFinding:
    @pytest.mark.parametrize("asked", ["/old/page/", "/old/page"])
    def test_one_301_with_or_without_a_slash(self, client, asked):
        add(("/old/page/", "/en/"))
        response = client.get(asked)
        assert (response.status_code, response["Location"]) == (301, "/en/")
        assert "s-maxage" in response["Cache-Control"]
        assert "Cookie" not in response.get("Vary", "")

    def test_arabic_in_either_case_of_its_code(self, client):
        add(("/خبر/قديم/", "/ar/العالم/"))
        encoded = quote("/خبر/قديم/")
        for asked in (encoded, encoded.lower(), encoded.upper()):
            response = client.get(asked)
            assert response.status_code == 301
            assert response["Location"] == quote("/ar/العالم/")

    def test_it_is_typed_encoded_or_composed_otherwise(self, client):
        add((quote("/caf\u0065\u0301/").lower(), "/fr/"))
        assert table() == {"/café": "/fr/"}
        assert client.get(quote("/café/"))["Location"] == "/fr/"
        assert client.get(quote("/cafe\u0301/"))["Location"] == "/fr/"

    def test_the_query_goes_along(self, client):
        add(("/old", "/en/?from=old#top"))
        assert client.get("/old/?page=2")["Location"] == "/en/?from=old&page=2#top"

    def test_an_address_with_a_query_goes_before_the_one_without(self, client):
        add(("/?p=12", "/en/world/"), ("/old?id=3", "/fr/"), ("/old", "/en/"))
        assert client.get("/?p=12")["Location"] == "/en/world/"
        assert client.get("/old?id=3")["Location"] == "/fr/"
        assert client.get("/old?id=4")["Location"] == "/en/?id=4"

    def test_the_root_answers_as_ever_without_one(self, client):
        assert client.get("/?p=13").status_code == 302

    def test_what_answers_by_itself_is_never_asked(self, client, django_assert_num_queries):
        Redirect.objects.create(old_path="/en", new_path="/fr/")
        Redirect.objects.create(old_path="/admin/nothing", new_path="/fr/")
        assert client.get("/en/").status_code == 200
        client.force_login(make_user("edda", "Editor"))
        assert client.get("/admin/nothing/").status_code == 404

    def test_only_who_reads_is_sent_on(self, client):
        add(("/old", "/en/"))
        assert client.head("/old").status_code == 301
        assert client.post("/old").status_code == 404

    def test_a_missing_page_costs_two_queries_more(self, client, django_assert_num_queries):
        """One for the table of the editors, one for the addresses of the site before this."""
        add(("/old", "/en/"))
        with django_assert_num_queries(3):
            assert client.get("/nothing/?a=b").status_code == 404

    @pytest.mark.parametrize("asked", ["/a%00b/", "/%ff%fe/", f"/{'x' * 900}/", "/x?%00"])
    def test_odd_addresses_are_missing_pages(self, client, asked):
        assert client.get(asked).status_code == 404


class TestRefusals:
    @pytest.mark.parametrize(
        "new",
        [
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https:evil",
            "https://",
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://example.org/",
            "https://user@example.org/",
            "/en/\r\nSet-Cookie: a=b",
            "/en/%0d%0aSet-Cookie:x\n",
            "https://[::1",
            "en/",
            "",
            f"/{'x' * 500}",
        ],
    )
    def test_a_hostile_new_address(self, new):
        receipt = add(("/old", new))
        if receipt.problems:
            assert table() == {}
        else:  # an encoded line end stays encoded
            assert "\n" not in table()["/old"]

    @pytest.mark.parametrize(
        "old",
        ["/", "/admin/x", "/media/a/b.jpg", "/api/v1", "/static", "/healthz", "old", "", "//x"],
    )
    def test_an_old_address_of_the_site(self, old):
        assert add((old, "/en/")).problems
        assert table() == {}

    def test_an_old_address_at_which_a_page_stands(self):
        story = make_story()
        for old in ("/en/", "/ar/search", "/robots.txt", "/en/world/", story.get_absolute_url()):
            assert "There is a page" in add((old, "/fr/")).problems[0][1], old
        assert not add(("/en/sport/", "/en/world/")).problems
        assert world()

    def test_the_address_of_this_site_may_be_pasted_whole(self, settings):
        add((f"{settings.SITE_URL}/old/", "https://example.org/new"))
        assert table() == {"/old": "https://example.org/new"}

    @pytest.mark.parametrize(
        "pairs",
        [
            [("/a", "/a/")],
            [("/a", "/b"), ("/b", "/a")],
            [("/a", "/b"), ("/b", "/c"), ("/c", "/a?")],
            [("/x", "/a"), ("/a", "/b"), ("/b", "/a")],
        ],
    )
    def test_a_circle_with_its_path(self, pairs):
        receipt = add(*pairs)
        assert "circle" in receipt.problems[0][1]
        assert "→" in receipt.problems[0][1]
        assert table() == {}

    @pytest.mark.parametrize("back", ["/b?x=1", "/b#top", "/b/?x#y", "{site}/b", "{site}/b?x"])
    def test_a_circle_by_a_query_a_fragment_or_the_own_host(self, back, settings):
        add(("/b", "/a"))
        receipt = add(("/a", back.format(site=settings.SITE_URL)))
        assert "circle" in receipt.problems[0][1]

    def test_a_circle_over_several_steps_with_queries(self):
        add(("/b", "/c?x"), ("/c", "/d?y"))
        assert "circle" in add(("/d", "/b")).problems[0][1]

    def test_a_step_with_a_query_keeps_it(self):
        add(("/b", "/c"))
        add(("/a", "/b?x=1"))
        assert Redirect.objects.get(old_path="/a").new_path == "/b?x=1"

    def test_a_circle_with_what_is_there(self):
        add(("/a", "/b"))
        assert "circle" in add(("/b", "/a")).problems[0][1]
        assert table() == {"/a": "/b"}

    def test_the_same_old_address_twice(self):
        receipt = add(("/a", "/en/"), ("/a/", "/fr/"))
        assert receipt.problems == [(2, "The old address stands in line 1 already.")]


def test_one_that_somebody_adds_at_the_same_moment_is_changed_and_no_fault(monkeypatch):
    save = redirects._save

    def a_moment_later(*args):
        Redirect.objects.create(old_path="/old", new_path="/fr/")
        return save(*args)

    monkeypatch.setattr(redirects, "_save", a_moment_later)
    add(("/old", "/en/"))
    assert table() == {"/old": "/en/"}


class TestChains:
    def test_are_shortened_whichever_comes_first(self):
        add(("/b", "/c"))
        add(("/a", "/b"))
        receipt = add(("/c", "/d/"))
        assert table() == dict.fromkeys(("/a", "/b", "/c"), "/d/")
        assert (receipt.added, receipt.shortened) == (1, 2)

    def test_within_a_file_too(self):
        add(*((f"/{n}", f"/{n + 1}/") for n in range(30)))
        assert set(table().values()) == {"/30/"}


@pytest.fixture
def edda(client):
    client.force_login(make_user("edda", "Editor"))
    return client


def send(client, data: bytes, **extra):
    file = SimpleUploadedFile("redirects.csv", data, "text/csv")
    return client.post(f"{ADMIN}import/", {"file": file}, **extra)


class TestFiles:
    @pytest.mark.parametrize(
        "text",
        [
            "/a,/en/\n/خبر,/ar/\n",
            "old,new\r\n/a,/en/\r\n/خبر,/ar/",
            "\ufeffold;new\n/a;/en/\n\n/خبر;/ar/\n",
            '"/a","/en/"\n"/خبر","/ar/"\n',
        ],
    )
    def test_are_read_as_people_have_them(self, edda, text):
        assert send(edda, text.encode()).status_code == 302
        assert table() == {"/a": "/en/", "/خبر": "/ar/"}
        assert LogEntry.objects.get().user.username == "edda"

    def test_are_all_or_nothing_and_every_bad_line_is_named(self, edda):
        text = "old,new\n/good,/en/\n/bad,//evil\nworse\n/admin/x,/en/\n"
        response = send(edda, text.encode())
        page = response.content.decode()
        assert response.status_code == 422
        assert [line for line, _problem in response.context["problems"]] == [3, 4, 5]
        assert "Nothing was saved: 3 lines are wrong." in page
        assert table() == {}

    def test_change_what_is_there(self, edda):
        add(("/a", "/en/"))
        page = send(edda, b"/a,/fr/\n/b,/a\n", follow=True).content.decode()
        assert table() == {"/a": "/fr/", "/b": "/fr/"}
        assert "1 redirect added" in page

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            (b"", "empty"),
            (b"\n\n", "no lines"),
            ("/a,/é".encode("latin-1"), "not UTF-8"),
            (b"/a,/en/\n" * 20_001, "too many lines"),
            (b"x" * (5 * 1024 * 1024 + 1), "too large"),
            (b'/a,"' + b"x" * 140_000, "cannot be read"),
        ],
    )
    def test_that_are_none_get_a_sentence(self, edda, data, sentence):
        response = send(edda, data)
        assert response.status_code == 422
        said = response.content.decode()
        assert sentence in said or "Choose a file" in said or "no lines" in said
        assert table() == {}

    def test_twenty_thousand_lines(self, django_assert_max_num_queries):
        rows = [Row(n, f"/old/{n}/", f"/en/{n}/") for n in range(20_000)]
        with django_assert_max_num_queries(400):
            assert redirects.add(rows).added == 20_000

    def test_what_is_written_can_be_read(self, edda):
        add(("/a", "/en/"), ("/خبر?p=1", "/ar/"))
        response = edda.get(f"{ADMIN}export/")
        data = b"".join(response.streaming_content)
        assert "attachment" in response["Content-Disposition"]
        before = table()
        Redirect.objects.all().delete()
        redirects.add(redirects.read_csv(data))
        assert table() == before

    def test_outsiders_and_wrong_methods_are_refused(self, client):
        client.force_login(make_user("rosa", "Reporter"))
        assert send(client, b"/a,/en/").status_code == 403
        assert client.get(f"{ADMIN}import/").status_code == 403
        assert client.get(f"{ADMIN}export/").status_code == 403
        assert client.get(ADMIN).status_code == 403
        client.force_login(make_user("edda", "Editor"))
        assert client.put(f"{ADMIN}import/").status_code == 405
        assert client.post(f"{ADMIN}export/").status_code == 405
        assert table() == {}

    def test_a_file_that_is_too_large_is_not_read(self):
        with pytest.raises(RedirectRefused):
            redirects.read_csv(b"x" * (redirects.MAX_BYTES + 1))


class TestByHand:
    def test_one_is_added_changed_and_found(self, edda):
        edda.post(f"{ADMIN}add/", {"old_path": quote("/خبر/"), "new_path": quote("/ar/العالم/")})
        row = Redirect.objects.get()
        assert (row.old_path, row.new_path) == ("/خبر", "/ar/العالم/")
        edda.post(f"{ADMIN}{row.pk}/change/", {"old_path": "/نبأ", "new_path": "/ar/"})
        assert table() == {"/نبأ": "/ar/"}
        assert Redirect.objects.get().pk == row.pk
        page = edda.get(ADMIN, {"q": quote("/نبأ/")}).content.decode()
        assert "/نبأ" in page
        assert LogEntry.objects.count() == 2

    def test_what_is_wrong_gets_a_sentence_and_stays(self, edda):
        add(("/a", "/en/"))
        for old, new, sentence in (
            ("/admin/", "/en/", "belongs to the site"),
            ("/b", "//evil", "begins with one slash"),
            ("/b", "/b", "circle"),
            ("/a", "/fr/", "leads somewhere already"),
            ("/en/", "/fr/", "There is a page"),
        ):
            response = edda.post(f"{ADMIN}add/", {"old_path": old, "new_path": new})
            page = response.content.decode()
            assert sentence in page
            assert f'value="{new}"' in page
        assert table() == {"/a": "/en/"}

    @pytest.mark.parametrize("number", [1, 3])
    def test_the_same_questions_for_any_number(self, edda, number, django_assert_num_queries):
        add(*((f"/{n}", "/en/") for n in range(number)))
        edda.get(ADMIN)
        with django_assert_num_queries(7):
            edda.get(ADMIN)
