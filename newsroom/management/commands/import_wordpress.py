"""Move a paper in from WordPress."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from articles.wordpress import Export, Receipt, WxrError, save_stories
from articles.wordpress.stories import language_of_site
from comments.wordpress import reserve_numbers, save_comments


class Command(BaseCommand):
    help = "Import posts, pages and comments of a WordPress export file (WXR 1.0 to 1.2)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="what Tools → Export of WordPress wrote")
        parser.add_argument(
            "--language",
            metavar="CODE",
            help="the language of all stories; unless given, what the file says",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="show the receipt and change nothing"
        )

    def handle(self, *args: Any, file: Path, language: str | None, **options: Any) -> None:
        known = dict(settings.LANGUAGES)
        if language and language not in known:
            raise CommandError(f"The site has no language {language!r}, only {', '.join(known)}.")
        try:
            export = Export(file)
        except WxrError as error:
            raise CommandError(str(error)) from None
        receipt = _import(export, language, is_dry=options["dry_run"])
        code = language_of_site(export.site.language, language)
        lines = _lines(export, receipt, code, is_dry=options["dry_run"])
        self.stdout.write("\n".join(lines))


def _import(export: Export, language: str | None, *, is_dry: bool) -> Receipt:
    """Bring the whole file or nothing of it."""
    receipt = Receipt()
    with transaction.atomic():
        if export.site.last_comment and not is_dry:
            reserve_numbers(export.site.last_comment)
        for post, story in save_stories(export, language=language, receipt=receipt):
            save_comments(story, post.comments, source=export.site.source, receipt=receipt)
        transaction.set_rollback(is_dry)
    return receipt


def _lines(export: Export, receipt: Receipt, language: str, *, is_dry: bool) -> Iterator[str]:
    site = export.site
    yield f"{export.path.name}: WXR {site.version} of {site.source}, language {language}"
    if is_dry:
        yield "Dry run: nothing was changed. What an import would bring:"
    for noun, counted in (("stories", receipt.stories), ("comments", receipt.comments)):
        yield f"{noun}: {sum(counted.values())} new, {receipt.known[noun]} known"
        for (kind, state, code), number in sorted(counted.items()):
            yield f"  {kind} · {state} · {code}: {number}"
    made = (f"{receipt.made[noun]} {noun}" for noun in ("sections", "authors", "topics"))
    yield f"made: {', '.join(made)}"
    yield (
        f"in the file: {len(site.writers)} authors, {len(site.categories)} categories, "
        f"{len(site.tags)} tags, {len(site.attachments)} attachments"
    )
    for (what, reason), number in sorted(receipt.skipped.items()):
        yield f"skipped: {what} ({reason}): {number}"
    for note, number in sorted(receipt.notes.items()):
        yield f"note: {note}: {number}"
