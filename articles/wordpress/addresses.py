"""What stood at which address of the old site, kept for `articles.old_addresses`."""

from urllib.parse import urlsplit

from articles.models import Author, Image, OldAddress, Section, Story, Topic
from articles.redirects import MAX_LENGTH, is_reserved, normalise
from articles.wordpress.receipt import Receipt
from articles.wordpress.wxr import Category, Post
from newsroom.lib.text import slugify_unicode

THINGS = ("story", "section", "topic", "author", "image")


class Addresses:
    """Collects old addresses and saves many at once.

    What an export says outright stands above what is only likely, as the slug of a story by
    itself: WordPress finds one by it, unless something else is there.
    """

    def __init__(self) -> None:
        self.sure: dict[str, OldAddress] = {}
        self.likely: dict[str, OldAddress] = {}

    def of_story(self, post: Post, story: Story, codes: list[str]) -> None:
        """Note where a post was read; `codes` are its languages where it had several (/en/…)."""
        path = path_of(post.link)
        if path:
            self._note(self.sure, path, story.language, story=story)
        for code in codes:
            if path and code == story.language:
                self._note(self.sure, f"/{code}{path}", story.language, story=story)
        if post.slug:
            self._note(self.likely, f"/{post.slug}", story.language, story=story)
        for slug in post.fields.get("_wp_old_slug", ()):
            self._note(self.likely, f"/{slug}", story.language, story=story)
            if path:
                before = path.rpartition("/")[0]
                self._note(self.likely, f"{before}/{slug}", story.language, story=story)

    def of_section(self, category: Category, section: Section, language: str) -> None:
        self._of_term("category", "cat", category, language, section=section)

    def of_topic(self, tag: Category, topic: Topic, language: str) -> None:
        self._of_term("tag", "tag_id", tag, language, topic=topic)

    def of_author(self, login: str, number: int, author: Author, language: str) -> None:
        for slug in {login, slugify_unicode(login)}:
            self._note(self.sure, f"/author/{slug}", language, author=author)
        if number:
            self._note(self.sure, f"/?author={number}", language, author=author)

    def of_picture(self, paths: list[str], image: Image, language: str) -> None:
        for path in paths:
            self._note(self.sure, path, language, image=image)

    def _of_term(self, base: str, query: str, term: Category, language: str, **thing) -> None:
        self._note(self.sure, f"/{base}/{term.code}", language, **thing)
        if term.number:
            self._note(self.sure, f"/?{query}={term.number}", language, **thing)
        if base == "category":
            # Many sites leave the word out.
            self._note(self.likely, f"/{term.code}", language, **thing)

    def _note(self, where: dict[str, OldAddress], path: str, language: str, **thing) -> None:
        path = normalise(path)
        if 1 < len(path) <= MAX_LENGTH and "\x00" not in path and not is_reserved(path):
            row = OldAddress(path=path, language=language, is_likely=where is self.likely, **thing)
            where.setdefault(path, row)

    def save(self, receipt: Receipt) -> None:
        """Save what was collected. An address that is known keeps what it leads to, unless it was
        only likely until now; a second import therefore changes nothing."""
        if not (self.sure or self.likely):
            return
        rows = {**self.likely, **self.sure}
        known = OldAddress.objects.in_bulk(list(rows), field_name="path")
        new = [row for path, row in rows.items() if path not in known]
        OldAddress.objects.bulk_create(new, ignore_conflicts=True)
        receipt.made["old addresses"] += len(new)
        certain = [
            _now(known[path], row)
            for path, row in self.sure.items()
            if path in known and known[path].is_likely
        ]
        OldAddress.objects.bulk_update(certain, ["language", "is_likely", *THINGS])
        self.sure, self.likely = {}, {}


def _now(known: OldAddress, row: OldAddress) -> OldAddress:
    for name in ("language", *(f"{thing}_id" for thing in THINGS)):
        setattr(known, name, getattr(row, name))
    known.is_likely = False
    return known


def path_of(link: str) -> str:
    """Return the path of an address of the old site; "" for one that is a query, or none."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    path = normalise(parts.path)
    return "" if parts.query or path == "/" or not path.startswith("/") else path
