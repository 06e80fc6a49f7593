"""nginx with the files of deploy/nginx, really started before a real gunicorn."""

import gzip
import json
import re
import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import urlencode

import brotli
import pytest

from tests.deploy.running import HOST, trusting, wait_for

pytestmark = pytest.mark.slow


def own(site, path):
    """The headers the application itself gives a file, by lower-case name."""
    head = site.ask(path).split(b"\r\n\r\n")[0].decode()
    found = re.findall(r"^([\w-]+): (.*?)\r?$", head, re.M)
    return {name.lower(): value.replace('"utf-8"', "utf-8") for name, value in found}


def lines(nginx):
    """What nginx has written of requests."""
    return [json.loads(line) for line in (nginx.folder / "newsroom.log").read_text().splitlines()]


def line_of(nginx, answer):
    """What nginx has written of one answer, which it does after sending it."""
    number = answer.headers["X-Request-ID"]
    wait_for(lambda: any(line["request_id"] == number for line in lines(nginx)))
    return next(line for line in lines(nginx) if line["request_id"] == number)


def change_headline(site, headline):
    """Publish the story under another headline, as the desk does."""
    site.run(
        "manage.py",
        "shell",
        "-c",
        "from articles import workflow; from articles.models import Story;"
        "story = Story.objects.get();"
        f"data = workflow.head(story).content | {{'headline': {headline!r}}};"
        + "workflow.save_draft(story, data, by=None); workflow.publish(story, by=None)",
    )


class TestPages:
    def test_page_is_the_applications_byte_for_byte(self, site, nginx):
        mine, theirs = nginx.ask(site.story), site.ask(site.story).split(b"\r\n\r\n", 1)
        assert mine.status == 200
        assert mine.text == theirs[1]
        assert mine.headers["ETag"] == own(site, site.story)["etag"]
        assert "s-maxage" in mine.headers["Cache-Control"]
        assert "default-src 'none'" in mine.headers["Content-Security-Policy"]
        assert mine.headers["Strict-Transport-Security"]
        assert "Set-Cookie" not in mine.headers

    def test_page_known_already_is_not_sent(self, site, nginx):
        tag = nginx.ask(site.story).headers["ETag"]
        assert nginx.ask(site.story, If_None_Match=tag).status == 304

    @pytest.mark.parametrize(
        ("takes", "packed"),
        [
            ("gzip, deflate, br, zstd", "br"),
            ("br;q=1.0, gzip;q=0.8", "br"),
            ("gzip, deflate", "gzip"),
            ("gzip;q=1.0, br;q=0", "gzip"),
            ("identity", None),
            ("gzip;q=0", None),
            ("br; q=0.0, identity", None),
            ("brotli, x-gzip", None),
        ],
    )
    def test_page_is_packed_for_who_takes_it(self, site, nginx, takes, packed):
        plain, answer = nginx.ask(site.story), nginx.ask(site.story, Accept_Encoding=takes)
        assert answer.headers["Content-Encoding"] == packed
        assert "Accept-Encoding" in answer.headers["Vary"]
        unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[packed]
        assert unpack(answer.text) == plain.text

    def test_every_answer_of_the_application_bears_its_own_id(self, nginx):
        ids = [nginx.ask("/healthz").headers["X-Request-ID"] for _ in range(3)]
        assert len({*ids}) == 3
        assert None not in ids

    def test_crowd_asks_the_application_a_few_times(self, site, nginx):
        before = site.log.read_text().count('"path": "/en/"')
        with ThreadPoolExecutor(16) as crowd:
            answers = list(crowd.map(lambda _: nginx.ask("/en/").status, range(200)))
        assert answers == [200] * 200
        asked = site.log.read_text().count('"path": "/en/"') - before
        assert 1 <= asked <= 50

    def test_nothing_older_than_a_second_is_shown(self, site, nginx):
        for headline in ("The harbour sleeps", "The harbour wakes"):
            nginx.ask(site.story)
            change_headline(site, headline)
            done = asked = time.monotonic()
            while headline.encode() not in nginx.ask(site.story).text:
                assert asked - done < 1
                asked = time.monotonic()

    def test_desk_and_commenter_see_the_page_as_it_is(self, site, nginx):
        def asked(**headers):
            nginx.ask(site.story)
            answer = nginx.ask(site.story, **headers)
            is_kept = "X-Request-ID" not in answer.headers
            return "HIT" if is_kept else line_of(nginx, answer)["cache"]

        address = f"https://{HOST}{site.story}"
        # A second may end between the two.
        assert "HIT" in [asked(), asked()]
        assert asked(Cookie="a=b; __Host-sessionid=x") == "BYPASS"
        assert asked(Referer=address) == "BYPASS"
        assert asked(Referer=f"{address}?replytocom=3") == "BYPASS"
        assert "HIT" in [asked(Referer=f"https://{HOST}/en/"), asked(Referer=f"https://{HOST}/en/")]

    @pytest.mark.parametrize("path", ["/admin/login/", "/healthz", "/readyz", "/en/me/held/x/"])
    def test_what_is_personal_is_never_kept(self, nginx, path):
        assert line_of(nginx, nginx.ask(path))["cache"] == ""

    def test_machine_itself_reads_metrics_and_nobody_else(self, site, nginx):
        far = {"source": "127.0.0.2", "X_Forwarded_For": "198.51.100.7"}
        assert nginx.ask("/metrics", **far).status == 404
        assert b"newsroom_http_requests_total" in nginx.ask_plain("/metrics", nginx.watch_port)
        assert b" 200 OK" in nginx.ask_plain("/readyz", nginx.watch_port)
        assert b" 404 " in nginx.ask_plain("/en/", nginx.watch_port)


class TestFiles:
    def test_media_and_static_come_from_disk_as_the_application_gives_them(self, site, nginx):
        page = nginx.ask(site.story).text.decode()
        style = re.search(r'<link rel="stylesheet" href="(/static/[^"]+)"', page)[1]
        script = re.search(r'<script[^>]* src="(/static/[^"]+)"', page)[1]
        for path in (site.picture, style, script, "/static/newsroom/icons/favicon.svg"):
            mine, theirs = nginx.ask(path), own(site, path)
            assert mine.status == 200, path
            assert mine.text == site.ask(path).split(b"\r\n\r\n", 1)[1], path
            names = ["content-type", "x-content-type-options", "content-length"]
            names += ["cross-origin-resource-policy"]
            names += ["content-security-policy"] if path == site.picture else []
            named = {name: mine.headers[name] for name in names}
            # nginx knows scripts by their older name; browsers take both.
            named["content-type"] = named["content-type"].replace("application/java", "text/java")
            assert named == {name: theirs[name] for name in names}, path
            kept, ours = mine.headers["Cache-Control"], theirs["cache-control"]
            assert set(kept.split(", ")) == set(ours.split(", ")), path

    def test_packed_files_are_sent_as_they_lie(self, site, nginx):
        page = nginx.ask(site.story).text.decode()
        style = re.search(r'<link rel="stylesheet" href="(/static/[^"]+)"', page)[1]
        packed = nginx.ask(style, Accept_Encoding="gzip")
        assert packed.text == (site.var / f"{style[1:]}.gz").read_bytes()
        assert packed.headers["Vary"] == "Accept-Encoding"

    def test_application_does_not_see_them(self, site, nginx):
        nginx.ask(site.picture)
        wait_for(lambda: any(line["path"] == site.picture for line in lines(nginx)))
        assert {x["application"] for x in lines(nginx) if x["path"] == site.picture} == {""}

    def test_missing_picture_is_asked_of_the_application(self, site, nginx):
        page = nginx.ask(site.story).text.decode()
        shared = re.search(r'property="og:image" content="https://[^/]+(/media/[^"]+)"', page)
        drawn = nginx.ask(shared[1])
        assert drawn.status == 200
        assert drawn.text.startswith((b"\x89PNG", b"\xff\xd8"))
        assert nginx.ask("/media/0000000000000000/none.jpg").status == 404

    @pytest.mark.parametrize(
        "path",
        ["/newsroom.sqlite3", "/media/../newsroom.sqlite3", "/static/%2e%2e/newsroom.sqlite3",
         "/media../newsroom.sqlite3", "/originals/", "/media/.readyz", "/media/", "/static/"],
    )  # fmt: skip
    def test_nothing_else_of_the_folder_is_shown(self, nginx, path):
        answer = nginx.ask(path)
        assert answer.status in {301, 400, 403, 404}
        assert b"SQLite format" not in answer.text


class TestWhoAsks:
    """The application is told by nginx alone who asks, and by which scheme."""

    COMMENT = {"author": "Rex", "email": "rex@example.org", "comment": "I saw that boat leave."}

    def post(self, site, nginx, number, **more):
        fields = self.COMMENT | {"comment": f"I saw boat number {number} leave."}
        headers = {"Origin": f"https://{HOST}", "Content_Type": "application/x-www-form-urlencoded"}
        return nginx.ask(f"{site.story}comments/", "POST", urlencode(fields), **headers, **more)

    def network(self, site):
        code = "from comments.models import Comment; print(Comment.objects.latest('pk').ip)"
        return site.run("manage.py", "shell", "-v0", "-c", code).split()[-1]

    def test_strangers_word_is_replaced(self, site, nginx):
        forged = {
            "X_Forwarded_For": "198.51.100.7",
            "X_Forwarded_Proto": "http",
            "X_Request_ID": "a" * 32,
        }
        answer = self.post(site, nginx, 1, **forged)
        assert answer.status == 303
        assert answer.headers["X-Request-ID"] != "a" * 32
        assert self.network(site).startswith("127.0.0.")

    def test_word_of_the_named_network_is_believed(self, site, nginx):
        far = "192.0.2.66, 198.51.100.7"
        assert self.post(site, nginx, 2, source="127.0.0.2", X_Forwarded_For=far).status == 303
        assert self.network(site).startswith("198.51.100.")

    def test_log_names_nobody(self, site, nginx):
        nginx.ask("/en/search/?q=bait@example.org")
        nginx.ask("/en/bait%40example.org/")
        nginx.ask("/en/me/held/signature-of-a-reader/")
        nginx.ask(site.story, source="127.0.0.9")
        known = {"/en/search/", "[address]", "/en/me/held/…"}
        wait_for(lambda: known <= {line["path"] for line in lines(nginx)})
        written = "".join(path.read_text() for path in nginx.folder.glob("*.log"))
        for bait in ("bait", "signature-of", "127.0.0.", "198.51.100", "rex@"):
            assert bait not in written, bait


class TestTls:
    def test_http_leads_to_https(self, nginx):
        answer = nginx.ask_plain("/ar/?a=1", nginx.plain_port)
        assert b" 301 " in answer.split(b"\r\n")[0]
        assert f"Location: https://{HOST}/ar/?a=1".encode() in answer

    def test_proof_for_certificates_is_served_without_tls(self, nginx):
        proof = nginx.folder / "html" / ".well-known" / "acme-challenge" / "token"
        proof.parent.mkdir(parents=True, exist_ok=True)
        proof.write_text("proof")
        asked = nginx.ask_plain("/.well-known/acme-challenge/token", nginx.plain_port)
        assert asked.endswith(b"proof")

    def test_other_name_is_shown_no_certificate(self, nginx):
        with pytest.raises(ssl.SSLError):
            nginx.connect(name="other.example")

    @pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
    def test_old_protocols_are_refused(self, nginx):
        old = trusting()
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.set_ciphers("DEFAULT:@SECLEVEL=0")
        with (
            socket.create_connection(("127.0.0.1", nginx.port)) as raw,
            pytest.raises(ssl.SSLError),
        ):
            old.wrap_socket(raw, server_hostname=HOST)

    def test_http2_is_offered(self, nginx):
        offering = trusting()
        offering.set_alpn_protocols(["h2", "http/1.1"])
        with socket.create_connection(("127.0.0.1", nginx.port)) as raw:
            assert offering.wrap_socket(raw, server_hostname=HOST).selected_alpn_protocol() == "h2"


class TestLimits:
    def test_too_large_a_body_is_refused_before_the_application(self, site, nginx):
        long = "x" * (5 * 1024 * 1024 + 1)
        refused = nginx.ask(f"{site.story}comments/", "POST", long)
        assert refused.status == 413
        for word in ("ارجع", "Go back", "revenez"):
            assert word.lower() in refused.text.decode().lower()
        assert refused.getheader("X-Request-ID") is None
        # The desk's pictures are larger: the application itself looks at them, up to an end.
        assert nginx.ask("/admin/login/", "POST", long).getheader("X-Request-ID")
        over = nginx.ask("/admin/login/", "POST", "x" * (100 * 1024 * 1024 + 1))
        assert (over.status, over.getheader("X-Request-ID")) == (413, None)

    def test_slow_clients_wait_alone(self, site, nginx):
        """Of a hundred that stop in the middle of a head or a body nobody else takes notice."""
        slow = [nginx.connect().sock for _ in range(100)]
        head = f"POST {site.story}comments/ HTTP/1.1\r\nHost: {HOST}\r\n"
        for position, each in enumerate(slow):
            each.sendall((head if position % 2 else head + "Content-Length: 900\r\n\r\na").encode())
        started = time.monotonic()
        for number in range(10):
            assert nginx.ask(f"/en/search/?q=boat{number}").status == 200
        assert time.monotonic() - started < 5
        # Who never ends a head is left after `client_header_timeout`, a body after its own.
        for each in slow:
            each.settimeout(20)
            with suppress(ConnectionResetError):
                assert each.recv(100) == b""
        assert time.monotonic() - started < 25

    def test_application_that_is_away_is_told_in_three_languages(self, site, nginx):
        site.stop()
        site.path.rename(site.path.with_suffix(".away"))
        try:
            answer = nginx.ask("/en/")
        finally:
            site.path.with_suffix(".away").rename(site.path)
            site.start()
        assert answer.status == 502
        assert answer.headers["Retry-After"] == "10"
        assert answer.headers["Cache-Control"] == "no-store"
        for word in ("نعود", "Back in a moment", "De retour"):
            assert word in answer.text.decode()
