"""robots.txt and ads.txt: what machines read at the root, and who may write it."""

import pytest
from django.db import OperationalError
from django.db.models.query import QuerySet

from articles.models import RootFile
from articles.site import absolute
from tests.factories import make_user

pytestmark = pytest.mark.django_db

ADS = "# Partners\nads.example.com, pub-123, DIRECT, f08c47fec0942fa0\nCONTACT=ads@example.org"


def keep(name: str, text: str) -> RootFile:
    row = RootFile.objects.get(name=name)
    row.text = text
    row.save()
    return row


def robots_of(client) -> list[str]:
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    return response.content.decode().splitlines()


class TestRobots:
    def test_it_keeps_crawlers_from_the_desk_personal_pages_and_searches(self, client):
        lines = robots_of(client)
        assert lines[0] == "User-agent: *"
        refused = ["/admin/", "/*?replytocom="]
        refused += [f"/{code}/{part}/" for code in ("ar", "en", "fr") for part in ("me", "search")]
        assert {f"Disallow: {path}" for path in refused} <= set(lines)
        assert "Disallow: /" not in lines

    def test_it_names_the_sitemaps_by_whole_addresses(self, client):
        named = [line for line in robots_of(client) if line.startswith("Sitemap: ")]
        wanted = [absolute(path) for path in ("/sitemap.xml", "/news-sitemap.xml")]
        assert named == [f"Sitemap: {address}" for address in wanted]
        for address in wanted:
            assert client.get(address.removeprefix(absolute(""))).status_code == 200

    def test_what_editors_add_belongs_to_everybody_and_shows_at_once(self, client):
        etag = client.get("/robots.txt")["ETag"]
        keep("robots.txt", "Disallow: /old/\n\nUser-agent: GreedyBot\nDisallow: /")
        assert client.get("/robots.txt", headers={"If-None-Match": etag}).status_code == 200
        lines = robots_of(client)
        first_group = lines[: lines.index("")]
        assert "Disallow: /old/" in first_group
        assert lines.index("User-agent: GreedyBot") > lines.index("Disallow: /old/")
        assert len([line for line in lines if line.startswith("Sitemap: ")]) == 2

    def test_without_a_database_the_site_is_not_forbidden(self, client, monkeypatch):
        def away(*args: object) -> None:
            raise OperationalError("the database is away")

        monkeypatch.setattr(QuerySet, "first", away)
        assert robots_of(client)[0] == "User-agent: *"
        # Without what editors added it is nobody's to keep.
        assert client.get("/robots.txt")["Cache-Control"] == "no-store"


class TestAds:
    def test_it_is_missing_until_somebody_writes_it(self, client):
        assert client.get("/ads.txt").status_code == 404
        keep("ads.txt", ADS)
        response = client.get("/ads.txt")
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        assert response.content.decode() == f"{ADS}\n"
        known = {"If-None-Match": response["ETag"]}
        assert client.get("/ads.txt", headers=known).status_code == 304
        keep("ads.txt", "")
        assert client.get("/ads.txt").status_code == 404

    def test_wrong_method(self, client):
        assert client.post("/ads.txt").status_code == 405


class TestTheDesk:
    @pytest.fixture
    def root(self, client):
        client.force_login(make_user("root", "Administrator"))
        return client

    def post(self, client, name: str, text: str):
        pk = RootFile.objects.get(name=name).pk
        return client.post(f"/admin/articles/rootfile/{pk}/change/", {"text": text})

    def test_an_administrator_writes_it(self, root):
        assert self.post(root, "ads.txt", f"  {ADS}\r\n ").status_code == 302
        assert root.get("/ads.txt").content.decode() == f"{ADS}\n"

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("ads.txt", "ads.example.com pub-123 DIRECT"),
            ("ads.txt", "ads.example.com, pub-123, MAYBE"),
            ("robots.txt", "Disalow: /old/"),
            ("robots.txt", "/old/"),
        ],
    )
    def test_a_line_no_machine_understands_is_told_and_kept_in_the_box(self, root, name, text):
        response = self.post(root, name, f"# One\n{text}")
        page = response.content.decode()
        assert response.status_code == 200
        assert "Line 2 is not understood" in page
        assert text in page
        assert RootFile.objects.get(name=name).text == ""

    @pytest.mark.parametrize(
        "text",
        [
            ADS,
            "ads.example.co, 1, reseller",
            "SUBDOMAIN=a.example.org\n\nads.example.com,1,Direct#x",
        ],
    )
    def test_what_partners_send_is_taken(self, root, text):
        assert self.post(root, "ads.txt", text).status_code == 302

    def test_there_are_these_two_and_nobody_adds_or_deletes_one(self, root):
        keep("ads.txt", ADS)
        page = root.get("/admin/articles/rootfile/").content.decode()
        assert "ads.txt" in page
        assert '<td class="field-lines">3</td>' in page
        assert '<td class="field-lines">–</td>' in page
        assert "robots.txt" in page
        assert root.get("/admin/articles/rootfile/add/").status_code == 403
        pk = RootFile.objects.first().pk
        assert (
            root.post(f"/admin/articles/rootfile/{pk}/delete/", {"post": "yes"}).status_code == 403
        )

    def test_an_editor_may_not(self, client):
        client.force_login(make_user("edda", "Editor"))
        assert self.post(client, "robots.txt", "Disallow: /").status_code == 403
