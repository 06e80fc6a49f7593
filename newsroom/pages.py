"""The page store of this site: which writes readers see, and when the clock changes a page."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Min

from articles.models import Breaking, Pin, Story
from articles.models.story import is_published
from newsroom import metrics, purging
from newsroom.lib import replica, stamps
from newsroom.lib.caching import Making
from newsroom.lib.page_store import Application, PageStore
from newsroom.middleware import PROBES

# What public pages are made of. Every table of ours stands in one of the two (tests/test_pages.py).
SHOWN = frozenset(
    {
        *("articles_author", "articles_authortranslation", "articles_breaking", "articles_byline"),
        *("articles_correction", "articles_edition", "articles_image", "articles_imagekey"),
        *("articles_imagetranslation", "articles_menuitem", "articles_pin", "articles_placement"),
        *("articles_rootfile", "articles_section", "articles_sectiontranslation", "articles_story"),
        *("articles_story_pictures", "articles_story_topics", "articles_topic"),
        *("articles_topictranslation", "articles_translationsource", "comments_comment"),
        *("comments_policy", "comments_storypolicy", "newsroom_user"),
    }
)
# What the desk alone sees, or a page may show a minute later: what is most read, and the names of
# pictures drawn for shared links.
UNSEEN = frozenset(
    {
        *("articles_formertopicname", "articles_reindexing"),
        *("articles_mostread", "articles_oldaddress", "articles_presence", "articles_reads"),
        *("articles_redirect", "articles_revision", "articles_searchentry", "articles_sharelink"),
        *("articles_section_editors", "articles_sharepicture", "articles_tickrun"),
        *("articles_transition", "comments_decision", "comments_digest", "comments_erasure"),
        *("comments_forgotten", "comments_lease", "comments_mailstop", "comments_note"),
        *("comments_notice", "comments_policy_premoderated_sections", "comments_report"),
        *("comments_reveal", "comments_rule", "comments_rulestamp", "comments_subscription"),
        *("comments_verifiedaddress", "newsroom_delivery", "newsroom_user_groups"),
        *("newsroom_user_user_permissions", "newsroom_webhook"),
    }
)


@lru_cache(maxsize=1)
def table() -> stamps.Stamps:
    """Return the stamps of this newsroom: in Redis where one is shared by several machines."""
    if settings.CACHE_URL:
        return stamps.RedisStamps(settings.CACHE_URL)
    return stamps.FileStamps(settings.VAR_DIR / "stamps")


@lru_cache(maxsize=1)
def watched_table() -> stamps.Stamps:
    """Return what is renewed after each write that readers see: the stamps, with a replica first
    how far it has to come, and with caches beyond ours last what they are told."""
    found = _noting(table()) if settings.REPLICA_URL else table()
    return _Purging(found) if settings.PURGE_URLS else found


def _noting(stamps: stamps.Stamps) -> stamps.Stamps:
    position = (
        replica.RedisPosition(settings.CACHE_URL)
        if settings.CACHE_URL
        else replica.FilePosition(settings.VAR_DIR / "position")
    )
    replica.used = replica.Replica(position)
    return _Noting(stamps, replica.used)


class _Noting:
    """A table of stamps; before any is renewed, it is noted what a replica has to know. Where the
    database does not say, this process leaves the replica alone for a while."""

    def __init__(self, table: stamps.Stamps, replica: replica.Replica) -> None:
        self._table, self._replica = table, replica

    def renew(self, stamps: Iterable[int]) -> None:
        try:
            self._replica.note()
        except DatabaseError as error:
            self._replica.rest(error)
        self._table.renew(stamps)


class _Purging:
    """A table of stamps; once some are renewed, caches beyond ours are told."""

    def __init__(self, table: stamps.Stamps) -> None:
        self._table = table

    def renew(self, stamps: Iterable[int]) -> None:
        self._table.renew(stamps)
        purging.purges().add(stamps)


def in_front_of(django: Application) -> Application:
    """Return the application with the page store in front, where one is wanted."""
    if not settings.PAGE_STORE_SECONDS:
        return django
    return PageStore(
        django,
        table(),
        settings.VAR_DIR / "turns",
        others=(f"/{settings.ADMIN_PATH}/", "/media/", "/static/", *PROBES),
        next_change=NextChange(),
        count=metrics.count_kept,
        seconds=settings.PAGE_STORE_SECONDS,
        most_bytes=settings.PAGE_STORE_MEGABYTES * 1024 * 1024,
    )


class NextChange:
    """When the clock alone will next change what is public. What will is written down somewhere,
    so the answer holds as long as the site's own stamp."""

    def __init__(self) -> None:
        # In one, since another thread may read and write it meanwhile.
        self._known = (-1, 0.0)

    def __call__(self, page: Making) -> float:
        """Return the moment after `page` was begun, in seconds since 1970; while the database does
        not say, the moment itself."""
        asked, moment = self._known
        stamp = page.stamps[stamps.SITE]
        if stamp != asked or moment <= page.began:
            try:
                moment = next_change(page.began)
            except DatabaseError:
                return page.began
            self._known = (stamp, moment)
        return moment


def next_change(began: float) -> float:
    """Return the first moment after `began` at which the clock alone changes what is public, in
    seconds since 1970."""
    at = datetime.fromtimestamp(began, UTC)
    public = Story.objects.filter(is_published()).order_by()
    rows = (
        public.filter(published_at__gt=at).aggregate(at=Min("published_at")),
        public.filter(unpublish_at__gt=at).aggregate(at=Min("unpublish_at")),
        Pin.objects.filter(until__gt=at).aggregate(at=Min("until")),
        Breaking.objects.filter(until__gt=at).aggregate(at=Min("until")),
    )
    moments = chain.from_iterable(row.values() for row in rows)
    return min((moment.timestamp() for moment in moments if moment), default=float("inf"))
