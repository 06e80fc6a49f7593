"""The environment is read strictly, and a wrong word names its variable."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from newsroom import settings as live
from newsroom.checks import assigned_names
from newsroom.keys import development_keys, fresh

SETTINGS = Path(live.__file__)
KEYS = fresh()


@pytest.fixture
def start(monkeypatch, tmp_path):
    """Read settings.py under an environment that holds only what is given."""
    for name in assigned_names(live.BASE_DIR / ".env.example"):
        monkeypatch.delenv(name, raising=False)

    def read(**values: str) -> dict:
        for name, value in ({"VAR_DIR": str(tmp_path)} | values).items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(SETTINGS))

    return read


class TestSiteUrl:
    def test_default_is_where_the_server_listens(self, start):
        assert start(HOST="127.0.0.5", PORT="8123")["SITE_URL"] == "http://127.0.0.5:8123"

    def test_ipv6_host_is_bracketed(self, start):
        assert start(HOST="::1")["SITE_URL"] == "http://[::1]:8000"

    def test_http_leaves_cookies_and_redirect_alone(self, start):
        made = start()
        assert not made["SESSION_COOKIE_SECURE"]
        assert not made["SECURE_SSL_REDIRECT"]
        assert made["SECURE_HSTS_SECONDS"] == 0
        assert made["SECURE_PROXY_SSL_HEADER"] is None

    def test_https_switches_everything_on(self, start):
        made = start(SITE_URL="https://news.example/", **KEYS)
        assert made["SITE_URL"] == "https://news.example"
        assert made["SESSION_COOKIE_SECURE"]
        assert made["CSRF_COOKIE_SECURE"]
        assert made["SECURE_SSL_REDIRECT"]
        assert made["SECURE_HSTS_SECONDS"] == 31_536_000
        assert made["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")
        assert made["ALLOWED_HOSTS"] == ["news.example"]

    @pytest.mark.parametrize(
        ("address", "origin"),
        [
            ("https://News.Example", "https://news.example"),
            ("https://news.example:443/", "https://news.example"),
            ("https://news.example:8443", "https://news.example:8443"),
            ("https://أخبار.example", "https://xn--igbicxr.example"),
            ("https://[2001:DB8::1]", "https://[2001:db8::1]"),
        ],
    )
    def test_is_kept_as_browsers_write_an_origin(self, start, address, origin):
        assert start(SITE_URL=address, **KEYS)["SITE_URL"] == origin

    @pytest.mark.parametrize(
        "address",
        [
            "news.example",
            "ftp://news.example",
            "https://",
            "https://news.example/paper",
            "https://news.example?x=1",
            "https://user@news.example",
            "https://news.example:port",
        ],
    )
    def test_anything_but_scheme_and_host_stops_the_start(self, start, address):
        with pytest.raises(ImproperlyConfigured, match="SITE_URL"):
            start(SITE_URL=address, **KEYS)


class TestKeys:
    def test_missing_on_a_public_address_stops_the_start_and_names_them(self, start):
        with pytest.raises(ImproperlyConfigured, match="EMAIL_ENCRYPTION_KEYS, EMAIL_INDEX_KEY"):
            start(SITE_URL="https://news.example", SECRET_KEY=KEYS["SECRET_KEY"])

    def test_on_this_machine_they_are_made_once_and_kept_private(self, start, tmp_path):
        first, second = start(), start()
        assert first["SECRET_KEY"] == second["SECRET_KEY"]
        assert first["DEVELOPMENT_KEYS"] == list(KEYS)
        assert (tmp_path / "development-keys").stat().st_mode & 0o777 == 0o600

    def test_the_environment_wins(self, start):
        made = start(**KEYS)
        assert made["SECRET_KEY"] == KEYS["SECRET_KEY"]
        assert made["DEVELOPMENT_KEYS"] == []

    def test_a_leading_dollar_is_part_of_the_key(self, start):
        assert start(SECRET_KEY="$HOME and more")["SECRET_KEY"] == "$HOME and more"

    def test_several_encryption_keys_keep_their_order(self, start):
        assert start(EMAIL_ENCRYPTION_KEYS="new, old")["EMAIL_ENCRYPTION_KEYS"] == ["new", "old"]

    def test_the_second_of_two_starts_reads_what_the_first_wrote(self, tmp_path):
        path = tmp_path / "keys"
        assert development_keys(path) == development_keys(path)


class TestWordsThatAreNotUnderstood:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("DEBUG", "flase"),
            ("ALLOW_HTTP", "maybe"),
            ("PORT", "http"),
            ("PORT", "0"),
            ("PORT", "65536"),
            ("VAR_DIR", "/dev/null/var"),
            ("WEB_THREADS", "0"),
            ("COMMENT_MAX_LENGTH", "-5"),
            ("COMMENT_FLOOD_SECONDS", "15s"),
            ("COMMENT_RATES", "client=60"),
            ("COMMENT_RATES", "client=0/60"),
            ("COMMENT_RATES", "client=5/86400"),
            ("COMMENT_RATES", "network=5/60"),
            ("DIGITS", "roman"),
            ("ARABIC_MONTHS", "rome"),
            ("LOG_LEVEL", "LOUD"),
            ("TIME_ZONE", "Mars/Olympus"),
            ("TIME_ZONE", "../etc/passwd"),
            ("TRUSTED_PROXIES", "10.0.0.300"),
            ("TRUSTED_PROXIES", "10.0.0.1/8"),
            ("METRICS_ADDRESSES", "everybody"),
            ("METRICS_ADDRESSES", "unix"),
            ("SENTRY_DSN", "sentry.example"),
            ("SENTRY_DSN", "https://sentry.example/7"),
            ("SENTRY_DSN", "https://key@sentry.example:port/7"),
            ("DEFAULT_LANGUAGE", "de"),
            ("DATABASE_URL", "mysql://localhost/news"),
            ("DATABASE_URL", "postgres://localhost:port/news"),
            ("DATABASE_URL", "postgres"),
            ("CACHE_URL", "memcache://localhost:11211"),
            ("CACHE_URL", "locmemcache://"),
            ("EMAIL_URL", "consolemail://"),
            ("EMAIL_URL", "filemail:///var/mail"),
            ("EMAIL_URL", "dummymail://"),
            ("EMAIL_URL", "memorymail://"),
            ("EMAIL_URL", "smtps://mail.example"),
            ("EMAIL_URL", "smtp://mail.example:port"),
        ],
    )
    def test_stops_the_start_and_names_the_variable(self, start, name, value):
        with pytest.raises(ImproperlyConfigured, match=name):
            start(**{name: value})

    def test_manage_says_so_in_one_sentence(self):
        ran = subprocess.run(
            [sys.executable, "manage.py", "prepare"],
            cwd=live.BASE_DIR,
            env=os.environ | {"DEBUG": "flase"},
            capture_output=True,
            text=True,
        )
        assert (ran.returncode, ran.stdout) == (1, "")
        assert ran.stderr == "ImproperlyConfigured: DEBUG is 'flase': write 1 or 0.\n"

    def test_empty_means_unset(self, start):
        made = start(SITE_URL="", DEBUG="", PORT=" ", DATABASE_URL="", TIME_ZONE="")
        assert made["SITE_URL"] == "http://127.0.0.1:8000"
        assert made["TIME_ZONE"] == "UTC"


class TestDatabase:
    def test_a_replica_takes_the_reads_of_public_pages(self, start):
        made = start(DATABASE_URL="postgres://a@one/n", REPLICA_URL="postgres://a@other/n")
        assert made["DATABASES"]["replica"]["HOST"] == "other"
        assert made["DATABASE_ROUTERS"] == ["newsroom.lib.replica.Router"]

    @pytest.mark.parametrize("database", ["", "sqlite:///x.sqlite3"])
    def test_only_postgresql_has_one(self, start, database):
        with pytest.raises(ImproperlyConfigured, match="REPLICA_URL"):
            start(DATABASE_URL=database, REPLICA_URL="postgres://a@other/n")

    def test_sqlite_takes_the_write_lock_at_once(self, start, tmp_path):
        database = start()["DATABASES"]["default"]
        assert database["NAME"] == str(tmp_path / "newsroom.sqlite3")
        assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
        assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]

    def test_what_only_moderators_may_read_is_no_other_accounts_business(self, start, tmp_path):
        originals = start()["STORAGES"]["originals"]["OPTIONS"]
        assert (tmp_path / "newsroom.sqlite3").stat().st_mode & 0o777 == 0o600
        assert originals["directory_permissions_mode"] == 0o700

    def test_a_database_that_is_there_stays_as_it_is(self, start, tmp_path):
        path = tmp_path / "newsroom.sqlite3"
        path.write_bytes(b"content")
        path.chmod(0o640)
        start()
        assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"content", 0o640)

    def test_postgresql_pools_its_connections(self, start):
        database = start(DATABASE_URL="postgres://a:p%40ss@db:5433/news?sslmode=require")
        database = database["DATABASES"]["default"]
        assert database["ENGINE"] == "django.db.backends.postgresql"
        assert (database["HOST"], database["PORT"], database["NAME"]) == ("db", 5433, "news")
        assert database["PASSWORD"] == "p@ss"
        assert database["OPTIONS"]["sslmode"] == "require"
        assert database["OPTIONS"]["pool"]["max_size"] == 5
        assert database["CONN_HEALTH_CHECKS"]
        assert "CONN_MAX_AGE" not in database

    def test_postgresql_without_pool_keeps_connections(self, start):
        database = start(DATABASE_URL="postgres://db/news", DATABASE_POOL_SIZE="0")
        database = database["DATABASES"]["default"]
        assert "pool" not in database.get("OPTIONS", {})
        assert database["CONN_MAX_AGE"] == 60


class TestCache:
    def test_throttle_is_shared_by_all_workers_without_redis(self, start):
        throttle = start()["CACHES"]["throttle"]
        assert throttle["BACKEND"].endswith("DatabaseCache")

    def test_redis_serves_both_under_prefixes_of_their_own(self, start):
        pytest.importorskip("redis")
        caches = start(CACHE_URL="redis://:secret@cache:6380/2")["CACHES"]
        assert caches["default"]["LOCATION"] == "redis://:secret@cache:6380/2"
        assert caches["default"]["KEY_PREFIX"] != caches["throttle"]["KEY_PREFIX"]


class TestMail:
    def test_without_a_url_none_is_made(self, start):
        made = start()
        assert made["EMAIL_URL"] == ""
        assert made["EMAIL_BACKEND"].endswith("dummy.EmailBackend")

    @pytest.mark.parametrize(
        ("scheme", "port", "tls", "ssl"),
        [("smtp", 25, None, None), ("smtp+tls", 587, True, None), ("smtp+ssl", 465, None, True)],
    )
    def test_scheme_decides_port_and_encryption(self, start, scheme, port, tls, ssl):
        made = start(EMAIL_URL=f"{scheme}://desk:p%40ss@mail.example")
        assert made["EMAIL_BACKEND"].endswith("smtp.EmailBackend")
        assert (made["EMAIL_HOST"], made["EMAIL_PORT"]) == ("mail.example", port)
        assert (made["EMAIL_HOST_USER"], made["EMAIL_HOST_PASSWORD"]) == ("desk", "p@ss")
        assert (made.get("EMAIL_USE_TLS"), made.get("EMAIL_USE_SSL")) == (tls, ssl)


class TestExample:
    def test_names_every_setting_that_is_read_and_no_other(self):
        sources = [
            SETTINGS,
            live.BASE_DIR / "gunicorn.conf.py",
            SETTINGS.with_name("environment.py"),
        ]
        sources.append(live.BASE_DIR / "Makefile")
        text = "".join(path.read_text(encoding="utf-8") for path in sources)
        names = set(assigned_names(live.BASE_DIR / ".env.example"))
        assert {name for name in names if name not in text} == set()
        import re

        read = set(
            re.findall(
                r"env\.(?:text|flag|number|words|choice|database|cache|mail|path_part|networks)\(\s*\"([A-Z_]+)",
                text,
            )
        )
        assert read - names == set()
