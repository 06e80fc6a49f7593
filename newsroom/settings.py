"""Every setting comes from the environment; `.env.example` lists and explains each name."""

import os
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy
from django.utils.translation import to_language

from newsroom import logs
from newsroom.environment import SQLITE, Environment
from newsroom.keys import NAMES as KEY_NAMES
from newsroom.keys import development_keys, make_private
from newsroom.lib.rtl import language_direction

BASE_DIR = Path(__file__).resolve().parent.parent
TESTING = "pytest" in sys.modules

env = Environment()
if not TESTING:
    env.read_env(BASE_DIR / ".env", overwrite=False)

# What the site writes: database, media, collected static files, development keys.
VAR_DIR = env.folder("VAR_DIR", "var/test" if TESTING else "var", base=BASE_DIR)

# The site's own address. Every absolute link is made from it; `Host` is only checked.

HOST = env.text("HOST", "127.0.0.1")
PORT = env.number("PORT", 8000, minimum=1, maximum=65535)
SITE_URL = env.site_url(default=f"http://{f'[{HOST}]' if ':' in HOST else HOST}:{PORT}")
SITE_HOST = urlsplit(SITE_URL).hostname or ""
IS_HTTPS = SITE_URL.startswith("https://")
IS_LOOPBACK = SITE_HOST in {"localhost", "::1"} or SITE_HOST.startswith("127.")
ALLOW_HTTP = env.flag("ALLOW_HTTP")

DEBUG = env.flag("DEBUG")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS") or [
    f"[{SITE_HOST}]" if ":" in SITE_HOST else SITE_HOST,
    *(["localhost", "127.0.0.1", "[::1]"] if IS_LOOPBACK else []),
]
TRUSTED_PROXIES = env.proxies()

# Keys. On loopback they are made on the first start; elsewhere a missing one stops the start.

_missing_keys = [name for name in KEY_NAMES if not env.text(name)]
if _missing_keys and not IS_LOOPBACK:
    raise ImproperlyConfigured(f"Set {', '.join(_missing_keys)}: SITE_URL is {SITE_URL}.")
_made_keys = development_keys(VAR_DIR / "development-keys") if _missing_keys else {}
DEVELOPMENT_KEYS = [name for name in KEY_NAMES if name in _missing_keys]


def _key(name: str) -> str:
    return env.text(name) or _made_keys[name]


SECRET_KEY = _key("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
EMAIL_ENCRYPTION_KEYS = [key.strip() for key in _key("EMAIL_ENCRYPTION_KEYS").split(",")]
EMAIL_INDEX_KEY = _key("EMAIL_INDEX_KEY")
# Not made by itself: a backup whose key was lost with the machine is none.
BACKUP_KEYS = env.words("BACKUP_KEYS")

# Languages: the first is not special, DEFAULT_LANGUAGE is.

# Words: our own, and before them those of a folder of the paper's.
LOCALE_PATHS = [BASE_DIR / "newsroom" / "locale"]
if _own_words := env.text("LOCALE_DIR"):
    LOCALE_PATHS.insert(0, BASE_DIR / _own_words)
    if not LOCALE_PATHS[0].is_dir():
        raise ImproperlyConfigured(f"LOCALE_DIR: {LOCALE_PATHS[0]} is no folder.")
# Each that has a folder of words, under its own name.
ALL_LANGUAGES = {
    code: LANG_INFO.get(code, {}).get("name_local", code)
    for folder in LOCALE_PATHS
    for code in (to_language(path.parent.name) for path in folder.glob("*/LC_MESSAGES"))
} | {"ar": "العربية", "en": "English", "fr": "Français"}
_codes = env.words("LANGUAGES", "ar,en,fr")
LANGUAGES = [(code, ALL_LANGUAGES.get(code, code)) for code in _codes]
DEFAULT_LANGUAGE = env.text("DEFAULT_LANGUAGE", _codes[0] if _codes else "")
if not _codes or DEFAULT_LANGUAGE not in _codes:
    raise ImproperlyConfigured(
        f"DEFAULT_LANGUAGE is {DEFAULT_LANGUAGE!r}, which LANGUAGES ({', '.join(_codes)}) lacks."
    )
LANGUAGE_CODE = DEFAULT_LANGUAGE
LANGUAGES_BIDI = [code for code in _codes if language_direction(code) == "rtl"]
# Where Arabic months are called otherwise than in Egypt and the Gulf: a catalogue of twelve words.
MONTHS_DIR = BASE_DIR / "newsroom" / "formats" / "months"
ARABIC_MONTHS = env.choice(
    "ARABIC_MONTHS", ("egypt", *sorted(path.name for path in MONTHS_DIR.iterdir())), "egypt"
)
if ARABIC_MONTHS != "egypt":
    LOCALE_PATHS.append(MONTHS_DIR / ARABIC_MONTHS)
DIGITS = env.choice("DIGITS", ("latn", "arab"), "latn")
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = ["newsroom.formats"]
TIME_ZONE = env.text("TIME_ZONE", "UTC")
try:
    ZoneInfo(TIME_ZONE)
except (ZoneInfoNotFoundError, ValueError) as error:
    raise ImproperlyConfigured(f"TIME_ZONE is {TIME_ZONE!r}: no such zone.") from error
SITE_NAME = env.text("SITE_NAME", "Newsroom")
# Whether `make run` begins an empty database with the demo paper and its accounts.
NEWSROOM_DEMO = env.flag("NEWSROOM_DEMO", default=True)

INSTALLED_APPS = [
    "newsroom",
    "articles",
    "comments",
    "newsroom.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_prose_editor",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
]

MIDDLEWARE = [
    "newsroom.middleware.TrustedProxyMiddleware",
    "newsroom.middleware.RequestIdMiddleware",
    "newsroom.middleware.ProbeMiddleware",
    "newsroom.middleware.ContentSecurityPolicyMiddleware",
    "newsroom.middleware.IsolationMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "newsroom.middleware.LanguageMiddleware",
    "newsroom.middleware.BodySizeMiddleware",
    "newsroom.middleware.CharsetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "newsroom.middleware.AdminLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "newsroom.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "newsroom.urls"
WSGI_APPLICATION = "newsroom.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "newsroom.context_processors.site",
            ],
        },
    }
]

# Where the desk lies. Another name than the usual keeps it out of the reach of programs that try
# passwords everywhere; no public page, script or file tells it.
ADMIN_PATH = env.path_part(
    "ADMIN_PATH",
    "admin",
    taken=("api", "media", "static", "healthz", "readyz", "metrics", *_codes),
)

# Data. SQLite to start; DATABASE_URL moves the same tables to PostgreSQL.

WEB_THREADS = env.number("WEB_THREADS", 4, minimum=1)
DATABASES = {
    "default": env.database("DATABASE_URL")
    or {"ENGINE": SQLITE, "NAME": str(VAR_DIR / "newsroom.sqlite3")}
}
_database = DATABASES["default"]
if _database["ENGINE"] == SQLITE:
    # Else everybody on the machine could read what only moderators may.
    if _database["NAME"] != ":memory:":
        make_private(Path(_database["NAME"]))
    _database["OPTIONS"] = {
        # IMMEDIATE takes the write lock at BEGIN: a transaction that reads first cannot fail
        # half-way because another one wrote meanwhile; it waits `timeout` seconds instead.
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
        # What was erased must not lie on in the pages of the file (SQLite's own default keeps it).
        "init_command": f"PRAGMA journal_mode=WAL; PRAGMA secure_delete=ON; "
        f"PRAGMA synchronous={'OFF' if TESTING else 'NORMAL'};",
    }
    # A file, since a memory database shared by threads does not wait for locks; one to a process,
    # so that two runs in one checkout do not meet.
    _database["TEST"] = {"NAME": str(VAR_DIR / f"test-{os.getpid()}.sqlite3")}
elif _pool_size := env.number("DATABASE_POOL_SIZE", WEB_THREADS + 1):
    # Django's pool belongs to a process: WEB_WORKERS times this many connections at most. While the
    # database is away, a request waits 3 seconds, not every thread for ever; each tries anew.
    _pool = {"min_size": 1, "max_size": _pool_size, "timeout": 3, "reconnect_timeout": 2}
    _database["OPTIONS"] = _database.get("OPTIONS", {}) | {"pool": _pool}
    # After the database was restarted, nobody is handed one of its dead connections.
    _database["CONN_HEALTH_CHECKS"] = True
else:
    _database |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
# A copy of the PostgreSQL above that follows it: public pages are read from there.
REPLICA_URL = env.text("REPLICA_URL")
if REPLICA_URL:
    _replica = env.database("REPLICA_URL")
    if SQLITE in (_database["ENGINE"], _replica["ENGINE"]):
        raise ImproperlyConfigured("REPLICA_URL: only a PostgreSQL has a replica.")
    DATABASES["replica"] = _database | _replica | {"TEST": {"MIRROR": "default"}}
    DATABASE_ROUTERS = ["newsroom.lib.replica.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_redis = env.cache("CACHE_URL")
if _redis:
    # A Redis that does not answer must not keep the readers' pages waiting with it.
    _patience = {"socket_connect_timeout": 2, "socket_timeout": 2}
    _redis["OPTIONS"] = _patience | _redis.get("OPTIONS", {})
THROTTLE_TABLE = "newsroom_throttle"
CACHES = {
    "default": _redis or {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # Rates must hold across workers: a table on one machine, Redis beyond it.
    "throttle": _redis
    or {
        "BACKEND": "newsroom.lib.throttle.ThrottleDatabaseCache",
        "LOCATION": THROTTLE_TABLE,
        # "Too many" is one: every claim makes it forget what is over.
        "OPTIONS": {"MAX_ENTRIES": 1},
    },
}
CACHES = {alias: config | {"KEY_PREFIX": alias} for alias, config in CACHES.items()}
SHARED_CACHE_SECONDS = env.number("SHARED_CACHE_SECONDS", 1)
# Whom to tell by POST what is to be purged, and the header by which they know us.
PURGE_URLS = env.purge_urls("PURGE_URLS")
PURGE_HEADERS = env.header("PURGE_HEADER")
# Whole pages in front of Django: for how long at most, though nothing changed (0: none are kept),
# and how much memory of each worker they may take.
CACHE_URL = env.text("CACHE_URL")
PAGE_STORE_SECONDS = env.number("PAGE_STORE_SECONDS", 60, maximum=3600)
PAGE_STORE_MEGABYTES = env.number("PAGE_STORE_MEGABYTES", 32, minimum=1, maximum=4096)

# Files. Originals lie outside MEDIA_ROOT and have no public address. STORAGE_URL puts both into a
# bucket, for several machines.

MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
# Hashed names need `collectstatic` (`make run` does it). Before that, and while developing or
# testing, files are found where they lie.
HASHED_STATIC = not (TESTING or DEBUG) and bool(
    {"collectstatic", "prepare"} & set(sys.argv) or (STATIC_ROOT / "staticfiles.json").exists()
)
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not HASHED_STATIC
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "originals": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": VAR_DIR / "originals",
            "base_url": None,
            "directory_permissions_mode": 0o700,
            "file_permissions_mode": 0o600,
        },
    },
    "staticfiles": {
        "BACKEND": (
            "newsroom.storage.HashedStaticFilesStorage"
            if HASHED_STATIC
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
if _bucket := env.bucket("STORAGE_URL"):
    for _alias, _class, _name in (
        ("default", "MediaBucket", "media"),
        ("originals", "OriginalsBucket", "originals"),
    ):
        _place = {"location": f"{_bucket['location']}/{_name}".lstrip("/")}
        STORAGES[_alias] = {"BACKEND": f"newsroom.buckets.{_class}", "OPTIONS": _bucket | _place}
# What a request may carry, and what one to the desk may, which takes pictures. A form there says
# that a picture is too large; beyond this nothing is read at all.
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY = 5 * 1024 * 1024
MAX_DESK_BODY = 100 * 1024 * 1024

# People.

AUTH_USER_MODEL = "newsroom.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
if TESTING:
    # The real hasher is slow on purpose, which a suite that signs in everywhere need not wait for.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")
AXES_FAILURE_LIMIT = env.number("LOGIN_FAILURE_LIMIT", 10, minimum=1)
AXES_COOLOFF_TIME = timedelta(minutes=env.number("LOGIN_LOCKOUT_MINUTES", 15, minimum=1))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "newsroom.signin.truncated_client_ip"
AXES_USERNAME_CALLABLE = "newsroom.signin.hashed_username"
AXES_LOCKOUT_CALLABLE = "newsroom.signin.locked_out"
AXES_RESET_ON_SUCCESS = True
# Trying on does not lengthen the lock: a stranger could keep somebody out for ever.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_SENSITIVE_PARAMETERS = ["username", "password"]
AXES_VERBOSE = False

# Links in mails to the people of the desk: an invitation, and a forgotten password.
INVITATION_DAYS = env.number("INVITATION_DAYS", 7, minimum=1, maximum=90)
PASSWORD_RESET_MINUTES = env.number("PASSWORD_RESET_MINUTES", 60, minimum=5)
# Groups whose members enter the desk with a second factor only.
SECOND_FACTOR_GROUPS = env.words("SECOND_FACTOR_GROUPS")
OTP_TOTP_ISSUER = SITE_NAME

# Security.

SECURE_CONTENT_TYPE_NOSNIFF = True
# `no-referrer` would make browsers post our own comment form with `Origin: null`.
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "newsroom.views.csrf_failure"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
if IS_HTTPS:
    # Browsers take a name with this prefix from this very host over https alone, so that no
    # other site under the same domain can set one.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_SSL_HOST = urlsplit(SITE_URL).netloc if IS_HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", 31_536_000) if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("HSTS_SUBDOMAINS")
# Whether other sites under the domain speak https is for their owners to say, and the list that
# browsers come with is for ever.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
# TrustedProxyMiddleware drops the header when anybody else sends it.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None

# Webhooks go to public machines by https. To these networks they go as well, and by http.
WEBHOOK_NETWORKS = env.networks("WEBHOOK_NETWORKS", "")

# The editors' desk.

# Whether an edit of an approved story sends it back into review.
EDIT_VOIDS_APPROVAL = env.flag("EDIT_VOIDS_APPROVAL", default=True)
AUTOSAVE_DAYS = env.number("AUTOSAVE_DAYS", 7, minimum=1)

# Whose posts and films stories may show, each after a reader's click: names of
# `articles.embeds.PROVIDERS`, or "none".
EMBED_PROVIDERS = env.several("EMBED_PROVIDERS", "youtube,x,instagram,facebook,telegram,vimeo")
# Whence advertisements may be loaded, in closed frames, and the script that counts visits.
AD_ORIGINS = env.words("AD_ORIGINS")
ANALYTICS_SCRIPT = env.text("ANALYTICS_SCRIPT")
ANALYTICS_NEEDS_CONSENT = env.flag("ANALYTICS_NEEDS_CONSENT", default=True)
# What must be right before a story is published, and what is not looked at: names of
# `articles.checklist.CHECKS`, or "none".
PUBLISH_BLOCKERS = env.several("PUBLISH_BLOCKERS", "headline,text,slug,section,picture-alt")
PUBLISH_CHECKS_OFF = env.several("PUBLISH_CHECKS_OFF", "none")

# Over how many of the last hours the most read are counted; 0: nothing is counted or shown.
MOST_READ_HOURS = env.number("MOST_READ_HOURS", 24, maximum=24 * 31)

# Comments.

COMMENT_MAX_LENGTH = env.number("COMMENT_MAX_LENGTH", 5000, minimum=1)
COMMENT_FLOOD_SECONDS = env.number("COMMENT_FLOOD_SECONDS", 15)
# How many comments in how many seconds: of one machine, one e-mail address, on one story.
COMMENT_RATES = env.rates(
    "COMMENT_RATES", ("client", "address", "story"), "client=60/3600,address=30/3600,story=600/60"
)
COMMENT_MAX_LINKS = env.number("COMMENT_MAX_LINKS", 2)
# Approved comments after which a person who proved to be the same is no longer held for being
# new, and the share of rejected ones in a week from which one is held again (0: never).
COMMENT_TRUST_AFTER = env.number("COMMENT_TRUST_AFTER", 1)
COMMENT_REJECTED_PERCENT = env.number("COMMENT_REJECTED_PERCENT", 30, maximum=100)
COMMENT_MAX_DEPTH = 5
# How long after posting its writer may change or delete a comment; 0: never.
COMMENT_EDIT_MINUTES = env.number("COMMENT_EDIT_MINUTES", 15)
# How many readers' reports put a published comment back into the queue; 0: none do.
COMMENT_REPORTS_TO_HOLD = env.number("COMMENT_REPORTS_TO_HOLD", 3)
# Whom a commenter may write to about a decision; shown in mails and on the data page.
CONTACT_EMAIL = env.text("CONTACT_EMAIL")
# What an erasure takes: with 0 the published texts stay, as nobody's.
COMMENT_ERASE_TEXTS = env.flag("COMMENT_ERASE_TEXTS", False)
ERASURE_LEDGER = VAR_DIR / "erasures.jsonl"
# How many days what commenters leave is kept; 0 for ever. See comments/retention.py.
KEEP_NETWORK_DAYS = env.number("KEEP_NETWORK_DAYS", 30)
KEEP_AGENT_DAYS = env.number("KEEP_AGENT_DAYS", 30)
KEEP_BROWSER_DAYS = env.number("KEEP_BROWSER_DAYS", 365)
KEEP_ADDRESS_DAYS = env.number("KEEP_ADDRESS_DAYS", 365)
KEEP_INDEX_DAYS = env.number("KEEP_INDEX_DAYS", 1095)
KEEP_PENDING_DAYS = env.number("KEEP_PENDING_DAYS", 30)
KEEP_SPAM_DAYS = env.number("KEEP_SPAM_DAYS", 30)
KEEP_TRASH_DAYS = env.number("KEEP_TRASH_DAYS", 30)
KEEP_REPORT_DAYS = env.number("KEEP_REPORT_DAYS", 180)
KEEP_NOTE_DAYS = env.number("KEEP_NOTE_DAYS", 365)
KEEP_NOTICE_DAYS = env.number("KEEP_NOTICE_DAYS", 30)
COMMENT_THREADS_PER_PAGE = 50

# Mail. Without EMAIL_URL none is made and what needs it is not offered.

EMAIL_URL = env.text("EMAIL_URL")
EMAIL_TIMEOUT = 10
vars().update(
    env.mail("EMAIL_URL") or {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("FROM_EMAIL", f"newsroom@{SITE_HOST}")

# Watching.

# Who may read /metrics: addresses and networks, or "none".
METRICS_ADDRESSES = env.networks("METRICS_ADDRESSES", "127.0.0.1,::1")
# Where faults are told, see newsroom/faults.py.
SENTRY_DSN = env.sentry("SENTRY_DSN")
LOG_LEVEL = env.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO")
LOGGING = logs.configuration(LOG_LEVEL)
