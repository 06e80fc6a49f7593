"""One page for all visitors, and pages for one person."""

import gzip

import brotli
import pytest
import time_machine
from django.http import HttpResponse
from django.template import engines
from django.template.response import SimpleTemplateResponse

from newsroom.lib.caching import NotOnePageForAll, private_page, public_page

PUBLIC = "public, max-age=0, s-maxage=1, must-revalidate"


@public_page
def page(request, body="words", status=200):
    template = engines["django"].from_string("{{ body }}")
    return SimpleTemplateResponse(template, {"body": body}, status=status)


class TestPublicPage:
    def test_headers_and_strong_etag(self, rf):
        answer, again = page(rf.get("/")), page(rf.get("/"))
        assert answer["Cache-Control"] == PUBLIC
        assert answer["ETag"] == again["ETag"]
        assert answer["ETag"].startswith('"')
        assert page(rf.get("/"), body="other")["ETag"] != answer["ETag"]
        assert "Vary" not in answer

    @pytest.mark.parametrize("condition", ["{}", "W/{}", '"a", {}', "*"])
    @pytest.mark.parametrize("method", ["get", "head"])
    def test_304_when_the_reader_has_it(self, rf, method, condition):
        etag = page(rf.get("/"))["ETag"]
        request = getattr(rf, method)("/", headers={"if-none-match": condition.format(etag)})
        answer = page(request)
        assert answer.status_code == 304
        assert answer.content == b""
        assert answer["ETag"] == etag
        assert answer["Cache-Control"] == PUBLIC

    @pytest.mark.parametrize("condition", ['"other"', "rubbish", ""])
    def test_200_when_the_reader_has_another(self, rf, condition):
        answer = page(rf.get("/", headers={"if-none-match": condition}))
        assert answer.status_code == 200

    @pytest.mark.parametrize(
        ("accepted", "coding"),
        [
            ("gzip", "gzip"),
            ("GZIP , deflate", "gzip"),
            ("br;q=0, gzip;q=1.0", "gzip"),
            ("br", "br"),
            ("gzip, deflate, br, zstd", "br"),
        ],
    )
    def test_a_long_page_is_compressed_for_who_takes_it(self, rf, accepted, coding):
        body = "كلمة " * 1000
        plain = page(rf.get("/"), body=body)
        packed = page(rf.get("/", headers={"accept-encoding": accepted}), body=body)
        assert packed["Content-Encoding"] == coding
        unpack = {"gzip": gzip.decompress, "br": brotli.decompress}[coding]
        assert unpack(packed.content) == plain.content
        assert packed["Content-Length"] == str(len(packed.content))
        assert packed["ETag"] == f'{plain["ETag"][:-1]}-{coding}"'
        assert plain["Vary"] == packed["Vary"] == "Accept-Encoding"
        assert "Content-Encoding" not in plain

    def test_a_compressed_page_is_known_by_its_own_tag_and_has_the_same_bytes(self, rf):
        headers, body = {"accept-encoding": "gzip"}, "word " * 1000
        first = page(rf.get("/", headers=headers), body=body)
        assert page(rf.get("/", headers=headers), body=body).content == first.content
        headers["if-none-match"] = first["ETag"]
        known = page(rf.get("/", headers=headers), body=body)
        assert (known.status_code, known.content) == (304, b"")
        assert known["ETag"] == first["ETag"]

    @pytest.mark.parametrize("accepted", ["", "gzip;q=0", "identity", "xgzip", "brr"])
    def test_nobody_gets_what_they_cannot_unpack(self, rf, accepted):
        answer = page(rf.get("/", headers={"accept-encoding": accepted}), body="word " * 1000)
        assert "Content-Encoding" not in answer

    def test_pictures_and_short_answers_stay_as_they_are(self, rf):
        headers = {"accept-encoding": "gzip"}
        assert "Content-Encoding" not in page(rf.get("/", headers=headers), body="short")
        picture = public_page(lambda request: HttpResponse(b"x" * 9000, content_type="image/jpeg"))
        assert "Content-Encoding" not in picture(rf.get("/", headers=headers))

    @pytest.mark.parametrize(
        ("status", "expected"), [(404, PUBLIC), (410, PUBLIC), (403, "no-store"), (503, "no-store")]
    )
    def test_other_statuses(self, rf, status, expected):
        answer = page(rf.get("/", headers={"if-none-match": "*"}), status=status)
        assert (answer.status_code, answer["Cache-Control"]) == (status, expected)
        assert "ETag" not in answer

    def test_answers_to_a_form_are_not_kept(self, rf):
        assert page(rf.post("/"), status=200)["Cache-Control"] == "no-store"

    def test_no_store_of_the_view_stays(self, rf):
        view = public_page(lambda request: HttpResponse("x", headers={"Cache-Control": "no-store"}))
        assert view(rf.get("/"))["Cache-Control"] == "no-store"

    def test_seconds_are_a_setting(self, rf, settings):
        settings.SHARED_CACHE_SECONDS = 30
        assert "s-maxage=30" in page(rf.get("/"))["Cache-Control"]

    @pytest.mark.parametrize(
        ("seconds", "until"), [(1, "@1795824000"), (30, "@1795824029"), (0, "0")]
    )
    def test_nginx_which_rounds_up_is_told_until_when(self, rf, settings, seconds, until):
        settings.SHARED_CACHE_SECONDS = seconds
        with time_machine.travel(1795824000.9, tick=False):
            assert page(rf.get("/"))["X-Accel-Expires"] == until

    def test_what_a_view_says_of_caches_is_said_to_nginx_too(self, rf):
        headers = {"Cache-Control": "public, max-age=300"}
        view = public_page(lambda request: HttpResponse("x", headers=headers))
        assert "X-Accel-Expires" not in view(rf.get("/"))

    def test_a_cookie_is_refused(self, rf):
        @public_page
        def view(request):
            answer = HttpResponse("x")
            answer.set_cookie("a", "b")
            return answer

        with pytest.raises(NotOnePageForAll):
            view(rf.get("/"))

    def test_a_page_that_varies_by_cookie_is_refused(self, rf):
        view = public_page(lambda request: HttpResponse("x", headers={"Vary": "Accept, Cookie"}))
        with pytest.raises(NotOnePageForAll):
            view(rf.get("/"))


def test_private_page_is_stored_nowhere_and_not_indexed(rf):
    answer = private_page(lambda request: HttpResponse("x"))(rf.get("/"))
    assert answer["Cache-Control"] == "private, no-store"
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "same-origin"
