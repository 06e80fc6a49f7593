"""Move a paper in from WordPress."""

import json
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DataError, IntegrityError, transaction

from articles.wordpress import Export, Mover, Post, Receipt, WxrError
from articles.wordpress.addresses import Addresses
from articles.wordpress.media import Library
from articles.wordpress.stories import language_of_site
from comments.wordpress import Comments, reserve_numbers

WIDTH, PAUSE = 40, 0.2


class Command(BaseCommand):
    help = "Import posts, pages and comments of a WordPress export file (WXR 1.0 to 1.2)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file",
            type=Path,
            nargs="+",
            metavar="FILE",
            help="what Tools → Export of WordPress wrote, or the several files of `wp export`",
        )
        parser.add_argument(
            "--language",
            metavar="CODE",
            help="the language of stories that name none; unless given, what the file says",
        )
        parser.add_argument(
            "--media",
            type=Path,
            metavar="DIR",
            help="a copy of wp-content/uploads, from which pictures are taken",
        )
        parser.add_argument(
            "--update",
            action="store_true",
            help="bring late edits of what came before and was not edited here",
        )
        parser.add_argument(
            "--receipt", type=Path, metavar="FILE", help="write the receipt as JSON, too"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="show the receipt and change nothing"
        )

    def handle(self, *args: Any, file: list[Path], **options: Any) -> None:
        language, is_dry = options["language"], options["dry_run"]
        _require_good(language, options["media"], options["receipt"])
        try:
            export = Export(*file)
        except WxrError as error:
            raise CommandError(str(error)) from None
        receipt, addresses = Receipt(), Addresses()
        attachments = export.site.attachments
        library = Library(options["media"], attachments, addresses, receipt, is_dry)
        mover = Mover(
            export, receipt, language=language, library=library, updates=options["update"]
        )
        comments = Comments(export.site.source, receipt, updates=options["update"])
        bar = Bar(export.site.items, self.stderr if options["verbosity"] else None)
        try:
            _run(mover, comments, bar, is_dry=is_dry)
        except WxrError as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            raise CommandError(
                "Stopped. What was brought stays; run the same command again to go on."
            ) from None
        finally:
            bar.close()
        code = language_of_site(export.site.language, language)
        names = [path.name for path in file]
        if options["receipt"]:
            data = {"files": names, "dry_run": is_dry, **receipt.as_data()}
            text = json.dumps(data, ensure_ascii=False, indent=1)
            options["receipt"].write_text(text + "\n", encoding="utf-8")
        self.stdout.write("\n".join(_lines(export, receipt, code, is_dry=is_dry)))


class Bar:
    """How far an import is: one line that grows on a terminal, a line every tenth elsewhere."""

    def __init__(self, total: int, out: Any) -> None:
        self.total, self.out = max(1, total), out
        self.done, self.told, self.tenths, self.begun = 0, 0.0, 0, time.monotonic()
        self.is_terminal = bool(out) and out.isatty()

    def go_on(self, count: int) -> None:
        """Say that `count` more items were dealt with."""
        self.done += count
        now, share = time.monotonic(), min(1.0, self.done / self.total)
        if self.out is None:
            return
        if self.is_terminal and (now - self.told > PAUSE or share == 1):
            self.told = now
            full = round(WIDTH * share)
            left = (now - self.begun) * (1 - share) / share
            bar = "█" * full + "·" * (WIDTH - full)
            self.out.write(f"\r{bar} {share:4.0%}, {left:.0f} s left ", ending="")
            self.out.flush()
        elif not self.is_terminal and self.total > 1000 and int(share * 10) > self.tenths:
            self.tenths = int(share * 10)
            self.out.write(f"{share:.0%} of {self.total} items")

    def close(self) -> None:
        """End the line."""
        if self.is_terminal and self.told:
            self.out.write("")


def _require_good(language: str | None, media: Path | None, receipt: Path | None) -> None:
    known = dict(settings.LANGUAGES)
    if language and language not in known:
        raise CommandError(f"The site has no language {language!r}, only {', '.join(known)}.")
    if media and not media.is_dir():
        raise CommandError(f"{media}: no such folder.")
    if receipt and not receipt.parent.is_dir():
        raise CommandError(f"{receipt}: no such folder to write the receipt into.")


def _run(mover: Mover, comments: Comments, bar: Bar, *, is_dry: bool) -> None:
    """Bring the file a batch at a time, each whole or not at all; on trial nothing stays."""
    with transaction.atomic() if is_dry else nullcontext():
        if mover.site.last_comment and not is_dry:
            reserve_numbers(mover.site.last_comment)
        mover.save_terms()
        for posts in mover.batches():
            _bring(posts, mover, comments)
            bar.go_on(len(posts))
        mover.finish()
        if is_dry:
            transaction.set_rollback(True)


def _bring(posts: list[Post], mover: Mover, comments: Comments) -> None:
    """Bring a batch; where that is refused, each post by itself, and name what cannot come."""
    receipt = mover.receipt
    before = receipt.copy()
    try:
        ready = mover.prepare(posts)
        with transaction.atomic():
            stories = mover.save(ready)
            comments.save([(story, post.comments) for post, story in stories])
    except (DataError, IntegrityError, ValueError) as error:
        receipt.go_back(before)
        if len(posts) > 1:
            for post in posts:
                _bring([post], mover, comments)
        else:
            post = posts[0]
            reason = str(error).partition("\n")[0][:200] or type(error).__name__
            receipt.refuse(post.type, post.number, post.line, reason)


def _lines(export: Export, receipt: Receipt, language: str, *, is_dry: bool) -> Iterator[str]:
    site = export.site
    names = ", ".join(path.name for path in export.paths)
    yield f"{names}: WXR {site.version} of {site.source}, language {language}"
    if is_dry:
        yield "Dry run: nothing was changed. What an import would bring:"
    for noun, counted in (("stories", receipt.stories), ("comments", receipt.comments)):
        updated = receipt.updated[noun]
        more = f", {updated} updated" if updated else ""
        yield f"{noun}: {sum(counted.values())} new, {receipt.known[noun]} known{more}"
        yield from _table(counted)
    yield from (f"pictures: {what}: {count}" for what, count in sorted(receipt.pictures.items()))
    nouns = ("sections", "authors", "topics", "old addresses")
    yield f"made: {', '.join(f'{receipt.made[noun]} {noun}' for noun in nouns)}"
    yield (
        f"in the file: {len(site.writers)} authors, {len(site.categories)} categories, "
        f"{len(site.tags)} tags, {len(site.attachments)} attachments"
    )
    for (what, reason), number in sorted(receipt.skipped.items()):
        yield f"skipped: {what} ({reason}): {number}"
    for note, number in sorted(receipt.notes.items()):
        posts = receipt.named[note]
        some = f" (posts {', '.join(map(str, posts[:10]))}{' …' * (len(posts) > 10)})"
        yield f"note: {note}: {number}{some if posts else ''}"
    for one in receipt.refused:
        where = f", line {one['line']}" if one["line"] else ""
        number = f" {one['number']}" if one["number"] else ""
        yield f"refused: {one['what']}{number}{where}: {one['reason']}"
    yield _verdict(receipt)


def _verdict(receipt: Receipt) -> str:
    """Say whether every new text stands here with the words it came with."""
    if not receipt.words_in.count:
        return "texts: none new"
    same = "the same words came out" if receipt.is_whole else "NOT the same words came out"
    digests = f"{receipt.words_in.digest[:16]} → {receipt.words_out.digest[:16]}"
    return f"texts: {receipt.words_in.count}, {same} (sha256 {digests})"


def _table(counted: Any) -> Iterator[str]:
    """Yield a line for each kind and state; comments also say at which depths they stand."""
    rows: dict[tuple[str, str, str], dict[int, int]] = {}
    for (kind, state, *depth, code), number in counted.items():
        rows.setdefault((kind, state, code), {})[depth[0] if depth else 0] = number
    for (kind, state, code), depths in sorted(rows.items()):
        levels = ", ".join(f"level {at}: {count}" for at, count in sorted(depths.items()) if at)
        total = sum(depths.values())
        yield f"  {kind} · {state} · {code}: {total}" + (f" ({levels})" if levels else "")
