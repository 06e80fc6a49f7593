"""Each start-up check, passed and failed."""

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from newsroom import checks
from newsroom.keys import fresh

GOOD = fresh()


def found(check, **kwargs) -> list[str]:
    return [message.id for message in check(None, **kwargs)]


@pytest.fixture
def public(settings, tmp_path):
    """A site in production with nothing wrong."""
    settings.SITE_URL, settings.SITE_HOST = "https://news.example", "news.example"
    settings.IS_HTTPS, settings.IS_LOOPBACK, settings.ALLOW_HTTP = True, False, False
    settings.ALLOWED_HOSTS = ["news.example"]
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    settings.SECRET_KEY, settings.EMAIL_INDEX_KEY = GOOD["SECRET_KEY"], GOOD["EMAIL_INDEX_KEY"]
    settings.EMAIL_ENCRYPTION_KEYS = [GOOD["EMAIL_ENCRYPTION_KEYS"]]
    settings.DEVELOPMENT_KEYS = []
    settings.BASE_DIR = tmp_path
    return settings


@pytest.mark.usefixtures("sets_arabic")
def test_nothing_is_found_when_nothing_is_wrong(public):
    assert run_checks(tags=[checks.TAG]) == []
    checks.stop_on_errors()


def test_a_server_does_not_start_on_an_error(public):
    public.ALLOWED_HOSTS = ["*"]
    with pytest.raises(ImproperlyConfigured, match="ALLOWED_HOSTS"):
        checks.stop_on_errors()


class TestKeys:
    @pytest.mark.parametrize("key", ["short", "a" * 60, "django-insecure-0123456789-abcdefghij"])
    @pytest.mark.parametrize("name", ["SECRET_KEY", "EMAIL_INDEX_KEY"])
    def test_e001_key_that_can_be_guessed(self, public, name, key):
        setattr(public, name, key)
        assert found(checks.long_keys) == ["newsroom.E001"]
        assert name in checks.long_keys(None)[0].msg

    def test_e001_old_key_that_can_be_guessed(self, public):
        public.SECRET_KEY_FALLBACKS = ["old", fresh()["SECRET_KEY"]]
        assert found(checks.long_keys) == ["newsroom.E001"]

    def test_e002_one_key_for_two_jobs(self, public):
        public.EMAIL_INDEX_KEY = public.SECRET_KEY
        assert found(checks.separate_keys) == ["newsroom.E002"]

    @pytest.mark.parametrize("key", ["", "not base64 at all", "c2hvcnQ="])
    def test_e003_key_that_is_no_fernet_key(self, public, key):
        public.EMAIL_ENCRYPTION_KEYS = [*public.EMAIL_ENCRYPTION_KEYS, key]
        assert found(checks.fernet_keys) == ["newsroom.E003"]
        assert "key 2" in checks.fernet_keys(None)[0].msg

    @pytest.mark.parametrize("key", ["a passphrase", "c2hvcnQ="])
    def test_e013_key_that_seals_no_backup(self, public, key):
        public.BACKUP_KEYS = [fresh()["EMAIL_ENCRYPTION_KEYS"], key]
        assert found(checks.backup_keys) == ["newsroom.E013"]
        assert "key 2" in checks.backup_keys(None)[0].msg
        assert key not in str(checks.backup_keys(None)[0])

    def test_e002_a_backup_sealed_under_the_key_of_addresses(self, public):
        public.BACKUP_KEYS = public.EMAIL_ENCRYPTION_KEYS
        assert found(checks.separate_keys) == ["newsroom.E002"]

    def test_w001_development_keys(self, public):
        public.DEVELOPMENT_KEYS, public.TESTING = ["SECRET_KEY"], False
        assert found(checks.development_keys) == ["newsroom.W001"]


class TestAddress:
    def test_e004_every_host(self, public):
        public.ALLOWED_HOSTS = ["*"]
        assert found(checks.hosts) == ["newsroom.E004"]

    def test_every_host_on_this_machine_is_fine(self, public):
        public.ALLOWED_HOSTS, public.IS_LOOPBACK = ["*"], True
        assert found(checks.hosts) == []

    def test_e005_own_host_missing(self, public):
        public.ALLOWED_HOSTS = ["other.example"]
        assert found(checks.hosts) == ["newsroom.E005"]

    def test_e006_http_on_a_public_address(self, public):
        public.IS_HTTPS = False
        assert found(checks.https) == ["newsroom.E006"]

    def test_http_is_fine_when_the_operator_says_so(self, public):
        public.IS_HTTPS, public.ALLOW_HTTP = False, True
        assert found(checks.https) == []

    def test_w002_nobody_to_speak_tls(self, public):
        public.TRUSTED_PROXIES = []
        assert found(checks.https) == ["newsroom.W002"]

    def test_e007_debug_on_a_public_address(self, public):
        public.DEBUG = True
        assert found(checks.debugging) == ["newsroom.E007"]


class TestLanguages:
    def test_e008_unknown(self, public):
        public.LANGUAGES = [("ar", "العربية"), ("xx", "xx")]
        assert found(checks.languages) == ["newsroom.E008"]

    def test_e009_twice(self, public):
        public.LANGUAGES = [("ar", "العربية"), ("ar", "العربية")]
        assert found(checks.languages) == ["newsroom.E009"]


class TestMail:
    def test_e010_sender_that_is_no_address(self, public):
        public.EMAIL_URL, public.DEFAULT_FROM_EMAIL = "smtp://mail.example", "newsroom@here"
        assert found(checks.mail) == ["newsroom.E010"]

    def test_sender_with_a_name_is_fine(self, public):
        public.EMAIL_URL = "smtp://mail.example"
        public.DEFAULT_FROM_EMAIL = "The desk <desk@news.example>"
        assert found(checks.mail) == []

    def test_w005_password_in_the_clear(self, public):
        public.EMAIL_URL, public.DEFAULT_FROM_EMAIL = "smtp://…", "desk@news.example"
        public.EMAIL_HOST, public.EMAIL_HOST_PASSWORD = "mail.example", "secret"
        assert found(checks.mail) == ["newsroom.W005"]
        public.EMAIL_USE_TLS = True
        assert found(checks.mail) == []


class TestEnvFile:
    @pytest.fixture
    def folder(self, settings, tmp_path):
        settings.BASE_DIR = tmp_path
        (tmp_path / ".env.example").write_text("# SITE_URL=http://127.0.0.1:8000\n")
        (tmp_path / ".env").write_text("SITE_URL=https://news.example\n")
        (tmp_path / ".env").chmod(0o600)
        return tmp_path

    def test_private_and_known_is_fine(self, folder):
        assert found(checks.env_file) == []

    def test_none_is_fine(self, folder):
        (folder / ".env").unlink()
        assert found(checks.env_file) == []

    def test_w003_others_may_read_it(self, folder):
        (folder / ".env").chmod(0o644)
        assert found(checks.env_file) == ["newsroom.W003"]

    def test_w004_name_that_nothing_reads(self, folder):
        (folder / ".env").write_text("SITE_ULR=https://news.example\n")
        assert found(checks.env_file) == ["newsroom.W004"]
        assert "SITE_ULR" in checks.env_file(None)[0].msg


@pytest.mark.django_db
class TestDatabaseEncoding:
    def test_the_database_of_the_tests_is_fine(self):
        assert found(checks.database_encoding, databases=["default"]) == []

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL only")
    def test_e011_encoding_without_arabic(self, monkeypatch):
        def fetch(self):
            return ("LATIN1",)

        monkeypatch.setattr("django.db.backends.utils.CursorWrapper.fetchone", fetch, raising=False)
        assert found(checks.database_encoding, databases=["default"]) == ["newsroom.E011"]
