"""Pages served from memory: the same bytes, never an old one, and nothing that is one person's."""

import fcntl
import threading
import time
import tracemalloc
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.utils import timezone

from newsroom.lib import caching, page_store
from newsroom.lib.page_store import BESIDE, MOST_HOSTS, PageStore
from newsroom.lib.stamps import SITE, FileStamps, stamp_of

HEAD = [("Content-Type", "text/html"), ("Content-Length", "4"), ("ETag", '"tag"')]
FOREVER = float("inf")


class Django:
    """What stands behind the store: counts how often it was asked, and answers as it is told."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status, self.head, self.view, self.stories = "200 OK", HEAD, "articles:front", [12]
        self.meanwhile = lambda: None

    def __call__(self, environ, start_response):
        self.asked.append(environ["PATH_INFO"])
        self.query = environ["QUERY_STRING"]
        if page := caching.making.get():
            page.view = self.view
            for story in self.stories:
                caching.shows(story)
        self.meanwhile()
        start_response(self.status, [*self.head, ("X-Request-ID", "first")])
        return Answer([b"page"])


class Answer(list):
    closed = 0

    def close(self) -> None:
        Answer.closed += 1


@pytest.fixture
def store(tmp_path):
    """A store in front of a `Django`, with `get` to ask it."""
    django, counted = Django(), []
    made = PageStore(
        django,
        FileStamps(tmp_path / "stamps"),
        tmp_path / "turns",
        others=("/admin/",),
        next_change=lambda page: FOREVER,
        count=lambda *told: counted.append(told),
        seconds=60,
        most_bytes=250 * (4 + BESIDE),
    )

    def get(path="/ar/", query="", method="GET", host="paper.example", **headers):
        answer = SimpleNamespace()
        environ = {"PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": method}
        environ |= {"HTTP_HOST": host, "wsgi.url_scheme": "http"}
        environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}

        def start_response(status, head):
            answer.status, answer.head = int(status[:3]), dict(head)

        answer.body = b"".join(made(environ, start_response))
        return answer

    return SimpleNamespace(get=get, django=django, stamps=made.stamps, counted=counted, store=made)


class TestServing:
    def test_django_is_asked_once(self, store):
        first, second = store.get(), store.get()
        assert store.django.asked == ["/ar/"]
        assert first.body == second.body == b"page"
        assert second.head.pop("X-Request-ID") != first.head.pop("X-Request-ID")
        assert second.head == first.head == dict(HEAD)

    def test_what_is_served_from_memory_is_counted(self, store):
        store.get()
        assert store.counted == []
        store.get()
        assert [told[:3] for told in store.counted] == [("articles:front", "GET", 200)]

    def test_a_reader_who_has_it_is_told_so(self, store):
        store.django.head = [*HEAD, ("Content-Security-Policy", "default-src 'none'")]
        store.get()
        for known in ('"tag"', 'W/"tag"', '"other", "tag"', "*"):
            answer = store.get(if_none_match=known)
            assert (answer.status, answer.body) == (304, b"")
            assert answer.head["ETag"] == '"tag"'
            assert "Content-Type" not in answer.head
            assert answer.head["Content-Security-Policy"] == "default-src 'none'"
        assert store.get(if_none_match='"other"').status == 200
        assert len(store.django.asked) == 1

    def test_the_first_to_ask_may_be_one_who_has_it(self, store):
        assert store.get(if_none_match='"tag"').status == 304
        assert store.get().body == b"page"
        assert len(store.django.asked) == 1

    def test_head_gets_the_head(self, store):
        store.get()
        answer = store.get(method="HEAD")
        assert (answer.body, answer.head["Content-Length"]) == (b"", "4")
        assert len(store.django.asked) == 1

    def test_nginx_is_told_anew_until_when_it_may_keep_it(self, store, time_machine):
        time_machine.move_to(now := timezone.now(), tick=False)
        begun = f"@{int(now.timestamp()) + 4}"
        shared = [("Cache-Control", "public, s-maxage=5"), ("X-Accel-Expires", begun)]
        store.django.head = [*HEAD, *shared]
        assert store.get().head["X-Accel-Expires"] == begun
        time_machine.move_to(now + timedelta(seconds=3), tick=False)
        assert store.get().head["X-Accel-Expires"] == f"@{int(now.timestamp()) + 7}"

    def test_each_coding_has_its_own_page(self, store):
        for accepted in ("br", "gzip", "", "gzip, br"):
            store.get(accept_encoding=accepted)
        assert len(store.django.asked) == 3

    def test_django_is_told_that_its_answer_was_sent(self, store):
        closed = Answer.closed
        store.get()
        assert Answer.closed == closed + 1


class TestForgetting:
    def test_a_change_of_the_site_or_of_a_story_it_shows(self, store):
        for stamp in (SITE, stamp_of(12)):
            store.get()
            asked = len(store.django.asked)
            store.stamps.renew([stamp])
            store.get()
            assert len(store.django.asked) == asked + 1

    def test_not_of_another_story(self, store):
        store.get()
        store.stamps.renew([stamp_of(13)])
        store.get()
        assert len(store.django.asked) == 1

    def test_what_changed_while_it_was_made(self, store):
        store.django.meanwhile = lambda: store.stamps.renew([SITE])
        store.get()
        store.get()
        assert len(store.django.asked) == 2

    def test_at_the_latest_after_its_seconds(self, store, time_machine):
        time_machine.move_to(now := timezone.now(), tick=False)
        store.get()
        time_machine.move_to(now + timedelta(seconds=59), tick=False)
        store.get()
        assert len(store.django.asked) == 1
        time_machine.move_to(now + timedelta(seconds=61), tick=False)
        store.get()
        assert len(store.django.asked) == 2

    def test_when_the_clock_makes_another_page_of_it(self, store, time_machine):
        time_machine.move_to(now := timezone.now(), tick=False)
        store.django.meanwhile = lambda: caching.ends(now + timedelta(seconds=5))
        store.get()
        time_machine.move_to(now + timedelta(seconds=6), tick=False)
        store.get()
        assert len(store.django.asked) == 2

    def test_what_is_over_before_it_is_made(self, store):
        store.store.next_change = lambda page: page.began
        assert store.get().body == b"page"
        assert store.store.pages == {}

    def test_while_nobody_knows_what_changed(self, store, monkeypatch):
        store.get()
        monkeypatch.setattr(
            store.store, "stamps", SimpleNamespace(read=lambda: None, copy=lambda: None)
        )
        store.get()
        store.get()
        assert len(store.django.asked) == 3


class TestLeavingAlone:
    @pytest.mark.parametrize(
        "asked",
        [
            {"method": "POST"},
            {"query": "q=a"},
            {"query": "page=x"},
            {"query": "page=1&comments=2"},
            {"query": "page=12345"},
            {"path": "/admin/login/"},
            {"path": "/ar/me/data/"},
            {"path": "/"},
            {"path": "/" + "a" * 3000},
        ],
    )
    def test_what_is_not_plainly_a_public_page(self, store, asked):
        store.get(**asked)
        store.get(**asked)
        assert len(store.django.asked) == 2
        assert store.store.pages == {}

    @pytest.mark.parametrize(
        "changes",
        [
            {"status": "404 Not Found"},
            {"status": "302 Found"},
            {"view": ""},
            {"head": [*HEAD, ("Set-Cookie", "a=b")]},
            {"head": [*HEAD, ("Vary", "Accept-Encoding, Cookie")]},
            {"head": [("Content-Type", "text/html")]},
        ],
    )
    def test_what_django_does_not_give_to_all(self, store, changes):
        for name, value in changes.items():
            setattr(store.django, name, value)
        assert store.get().body == b"page"
        store.get()
        assert len(store.django.asked) == 2
        assert store.store.pages == {}

    def test_a_host_that_django_has_not_answered_yet(self, store):
        store.get()
        store.django.status = "400 Bad Request"
        assert store.get(host="evil.example").status == 400
        assert store.get().status == 200

    def test_nobody_can_take_the_places_of_hosts(self, store):
        """Django takes every port of a good host, of which there are many."""
        for port in range(MOST_HOSTS + 10):
            store.get(path=f"/ar/{port}/", host=f"paper.example:{port}")
        store.get()
        asked = len(store.django.asked)
        store.get()
        assert len(store.django.asked) == asked
        assert len(store.store.hosts) <= MOST_HOSTS

    def test_an_empty_host(self, store):
        store.get(host="")
        store.get(host="")
        assert len(store.django.asked) == 2

    def test_http_and_https_are_two(self, store):
        store.get()
        store.get(x_forwarded_proto="https")
        assert len(store.django.asked) == 2

    def test_where_a_reader_came_from_makes_no_other_page(self, store):
        for query in ("", "utm_source=a&utm_medium=b", "fbclid=abc", "gclid=1"):
            store.get(query=query)
        assert len(store.django.asked) == 1
        store.get(query="page=2&fbclid=abc")
        store.get(query="page=2")
        assert len(store.django.asked) == 2

    def test_small_pages_take_more_than_their_bytes(self, store):
        """A stranger may ask for the same small page under twenty thousand addresses."""
        head = [("Content-Security-Policy", "a" * 900), *HEAD]
        store.django.head = head
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        for number in range(500):
            store.django.head = [(name, value[:-1] + value[-1]) for name, value in head]
            store.get(path=f"/ar/{number}/", query="comments=7", method="GET")
        taken = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
        assert taken < store.store.most_bytes

    def test_nor_is_it_told_to_the_page_but_to_where_it_moved(self, store):
        store.get(query="utm_source=a")
        assert store.django.query == ""
        store.django.status = "301 Moved Permanently"
        store.get(path="/ar/old/", query="page=2&utm_source=a")
        assert store.django.query == "page=2&utm_source=a"

    def test_memory_is_bounded_and_the_oldest_go_first(self, store):
        for number in range(400):
            store.get(path=f"/ar/{number}/")
        assert store.store.bytes == sum(kept.size for kept in store.store.pages.values())
        assert store.store.bytes <= store.store.most_bytes
        assert [key[0] for key in store.store.pages] == [f"/ar/{n}/" for n in range(150, 400)]


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


class TestManyAtOnce:
    def ask(self, store, count):
        threads = [threading.Thread(target=store.get) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def test_a_cold_page_is_made_once(self, store):
        store.django.meanwhile = lambda: time.sleep(0.05)
        self.ask(store, 8)
        assert len(store.django.asked) == 1

    def test_what_is_not_kept_does_not_stand_in_line(self, store):
        store.django.status = "404 Not Found"
        at_once, most = [], []

        def meanwhile():
            at_once.append(1)
            time.sleep(0.05)
            most.append(len(at_once))
            at_once.pop()

        store.django.meanwhile = meanwhile
        self.ask(store, 8)
        assert len(store.django.asked) == 8
        assert max(most) > 2

    def test_nobody_waits_for_ever_for_another(self, store, monkeypatch):
        """Another process, or another thread, may be stopped while it makes the page."""
        monkeypatch.setattr(page_store, "WAIT", 0.05)
        store.get(path="/ar/another/")
        for turn in store.store._turns:
            turn.acquire()
        assert store.get().body == b"page"
        for turn in store.store._turns:
            turn.release()
        files = [(store.store._locks / str(place)).open("w") for place in range(page_store.TURNS)]
        for file in files:
            fcntl.flock(file, fcntl.LOCK_EX)
        store.stamps.renew([SITE])
        before = open_files()
        assert store.get().body == b"page"
        assert open_files() == before
        for file in files:
            file.close()

    def test_where_there_are_no_locks_there_are_pages(self, store, monkeypatch):
        def none(*args: object) -> None:
            raise OSError("no locks on this disk")

        monkeypatch.setattr(fcntl, "flock", none)
        before = open_files()
        for number in range(5):
            assert store.get(path=f"/ar/{number}/").body == b"page"
        assert open_files() == before

    def test_an_error_frees_the_line(self, store):
        def fail():
            raise RuntimeError

        store.django.meanwhile = fail
        with pytest.raises(RuntimeError):
            store.get()
        store.django.meanwhile = lambda: None
        assert store.get().status == 200
        assert store.get().status == 200
        assert len(store.django.asked) == 2
