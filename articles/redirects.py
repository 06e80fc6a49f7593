"""Old addresses that lead somewhere else: found, added, imported, never in a loop.

The table is kept flat: where A leads to B and B to C, A is written to lead to C at once. So a
reader is sent on once, and a page that is not there costs one query.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import transaction
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.encoding import iri_to_uri, uri_to_iri
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.models import Redirect, SectionTranslation, Story
from newsroom.lib.rtl import isolate

MAX_LENGTH = 500
MAX_ROWS, MAX_BYTES = 20_000, 5 * 1024 * 1024
MAX_PROBLEMS = 50
# What answers by itself, whatever stands in the table.
RESERVED = ("/media", "/static", "/api", "/healthz", "/readyz", "/metrics")
_BATCH = 400


def _batches(things: Iterable) -> Iterator[list]:
    """A database takes only so many values in one question."""
    left = iter(things)
    while some := list(islice(left, _BATCH)):
        yield some


class RedirectRefused(Exception):
    """An address that cannot be taken; the message says why."""


@dataclass
class Row:
    """A line of a file, or of the form: as typed, then normalised."""

    line: int
    old: str
    new: str


@dataclass
class Receipt:
    """What adding rows did, or, where nothing was saved, what is wrong with them."""

    added: int = 0
    changed: int = 0
    shortened: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)


# Finding.


def find(path: str, query: str = "") -> str:
    """Return where a decoded path leads, with the query that was asked; "" where nowhere.

    An old address that was kept with its query goes before the same one without.
    """
    if is_reserved(path) or "\x00" in path or len(path) > MAX_LENGTH:
        return ""
    bare = _bare(path)
    exact = normalise(f"{path}?{query}") if query else bare
    wanted = [exact] if bare == "/" else [exact, bare]
    if len(exact) > MAX_LENGTH or "\x00" in exact:
        wanted.remove(exact)
    known = dict(Redirect.objects.filter(old_path__in=wanted).values_list("old_path", "new_path"))
    if query and exact in known:
        return iri_to_uri(known[exact])
    target = known.get(bare, "")
    return iri_to_uri(_with_query(target, query)) if target else ""


def _with_query(target: str, query: str) -> str:
    if not query:
        return target
    address, mark, fragment = target.partition("#")
    return f"{address}{'&' if '?' in address else '?'}{query}{mark}{fragment}"


def normalise(address: str) -> str:
    """Return an old address as it is kept: decoded, composed (NFC), no slash at its end."""
    path, _mark, query = address.strip().partition("?")
    bare = _bare(unquote(path))
    return f"{bare}?{_composed(unquote(query))}" if query else bare


def is_reserved(path: str) -> bool:
    """Whether a path belongs to the site itself and is never an old address."""
    first = tuple(f"{prefix}/" for prefix in (*RESERVED, f"/{settings.ADMIN_PATH}"))
    return f"{path.partition('?')[0]}/".startswith(first)


def _bare(path: str) -> str:
    return _composed(path).rstrip("/") or "/"


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


# Checking one row.


def clean_old(address: str) -> str:
    """Return an old address normalised; a whole address of this site loses its host."""
    old = normalise(_without_own_host(address.strip()).partition("#")[0])
    _require_plain(old)
    if not old.startswith("/") or old.startswith("//"):
        raise RedirectRefused(_("An old address begins with a slash: /old/path/."))
    if is_reserved(old) or old == "/":
        raise RedirectRefused(_("This address belongs to the site itself."))
    return old


def clean_new(address: str) -> str:
    """Return a new address, its letters decoded: a path of this site, or http(s) elsewhere."""
    new = _without_own_host(_composed(uri_to_iri(address.strip())))
    _require_plain(new)
    if new.startswith("/") and not new.startswith("//"):
        return new
    try:
        parts = urlsplit(new)
        is_whole = bool(parts.scheme in ("http", "https") and parts.hostname)
    except ValueError:
        is_whole = False
    if not is_whole or "@" in parts.netloc:
        raise RedirectRefused(
            _("A new address begins with one slash, or with https:// and the name of a site.")
        )
    return new


def _without_own_host(address: str) -> str:
    """Return a whole address of this site as a path: it meets the same rows of the table."""
    if address in (settings.SITE_URL, f"{settings.SITE_URL}/"):
        return "/"
    is_own = address.startswith(f"{settings.SITE_URL}/")
    return address[len(settings.SITE_URL) :] if is_own else address


def _require_plain(text: str) -> None:
    if not text:
        raise RedirectRefused(_("The address is empty."))
    if len(text) > MAX_LENGTH:
        raise RedirectRefused(
            ngettext(
                "An address has at most %(limit)s character.",
                "An address has at most %(limit)s characters.",
                MAX_LENGTH,
            )
            % {"limit": MAX_LENGTH}
        )
    if "\\" in text or any(char.isspace() or unicodedata.category(char) == "Cc" for char in text):
        raise RedirectRefused(_("An address has no spaces, backslashes or line ends."))


def pages_among(olds: Iterable[str]) -> set[str]:
    """Return of the old addresses those at which a page stands (at most two queries)."""
    found, sections, stories = set(), {}, {}
    for old in olds:
        match = _resolved(f"{old}/") or _resolved(old)
        if match is None:
            continue
        asked = match.kwargs
        if set(asked) <= {"language"} and "?" not in old:
            found.add(old)
        elif match.url_name in ("section", "section_feed"):
            sections[asked["language"], asked["section"]] = old
        elif match.url_name == "story" and asked["pk"] < 2**63:
            stories[asked["pk"], asked["language"]] = old
    if sections:
        rows = SectionTranslation.objects.values_list("language", "slug")
        found |= {sections[row] for row in rows if row in sections}
    for some in _batches(stories):
        rows = Story.objects.filter(pk__in=[pk for pk, _language in some])
        found |= {stories[r] for r in rows.values_list("pk", "language") if r in stories}
    return found


def _resolved(path: str) -> ResolverMatch | None:
    try:
        return resolve(path)
    except Resolver404:
        return None


# Adding: one row or twenty thousand.


def add(rows: list[Row], *, replaces: Redirect | None = None, only_check: bool = False) -> Receipt:
    """Keep the rows, all or none: with one that is wrong nothing is saved and all are named.

    An old address that is there already gets the new target. `replaces` is the row that the only
    one takes the place of.
    """
    receipt = Receipt()
    cleaned = _cleaned(rows, receipt)
    with transaction.atomic():
        table = _around(cleaned, replaces)
        before = dict(table)
        table |= {row.old: row.new for row in cleaned}
        lines = {row.old: row.line for row in cleaned}
        flat = _flat(table, lines, receipt)
        receipt.problems.sort()
        if receipt.problems or only_check:
            return receipt
        if replaces:
            before[cleaned[0].old] = ""
            Redirect.objects.filter(pk=replaces.pk).update(old_path=cleaned[0].old)
        _save(flat, before, lines, receipt)
    return receipt


def _cleaned(rows: list[Row], receipt: Receipt) -> list[Row]:
    cleaned, seen = [], {}
    for row in rows:
        try:
            good = Row(row.line, clean_old(row.old), clean_new(row.new))
        except RedirectRefused as refusal:
            receipt.problems.append((row.line, str(refusal)))
            continue
        if good.old in seen:
            message = _("The old address stands in line %(line)s already.")
            receipt.problems.append((row.line, message % {"line": seen[good.old]}))
            continue
        seen[good.old] = row.line
        cleaned.append(good)
    for old in pages_among(seen):
        receipt.problems.append((seen[old], _("There is a page at this old address.")))
    return cleaned


def _around(rows: list[Row], replaces: Redirect | None) -> dict[str, str]:
    """Return of the table what the rows can meet: their addresses, and what leads to them."""
    olds = [row.old for row in rows]
    found: dict[str, str] = {}
    table = Redirect.objects.select_for_update()
    if replaces:
        table = table.exclude(pk=replaces.pk)
    keys, asked = {*olds, *(key for row in rows for key in _keys(row.new))}, set()
    # What leads on with another query is not shortened: such steps are followed one by one.
    while keys := keys - asked:
        asked |= keys
        met: dict[str, str] = {}
        for some in _batches(keys):
            met |= dict(table.filter(old_path__in=some).values_list("old_path", "new_path"))
        found |= met
        keys = {key for target in met.values() for key in _keys(target)}
    for some in _batches(olds):
        targets = [target for old in some for target in (old, f"{old}/")]
        found |= dict(table.filter(new_path__in=targets).values_list("old_path", "new_path"))
    return found


def _keys(target: str) -> tuple[str, str]:
    """Return what a target may meet in the table, as a request for it does: its path with its
    query, else the path alone. A fragment never reaches a server."""
    whole = normalise(target.partition("#")[0])
    return whole, whole.partition("?")[0]


def _flat(table: dict[str, str], lines: dict[str, int], receipt: Receipt) -> dict[str, str]:
    """Return each old address with where it leads in the end; what leads in a circle is told."""
    flat = {}
    for old in table:
        path, last, is_exact = [old], table[old], True
        while key := next((key for key in _keys(table[path[-1]]) if key in table), None):
            if key in path:
                break
            # Beyond a step that drops a query or a fragment only a request can go.
            is_exact = is_exact and key == normalise(table[path[-1]])
            last = table[key] if is_exact else last
            path.append(key)
        if key is None:
            flat[old] = last
        elif old in lines:
            shown = " → ".join(isolate(at) for at in [*path, key])
            message = _("The addresses lead in a circle: %(path)s.")
            receipt.problems.append((lines[old], message % {"path": shown}))
    return flat


def _save(
    flat: dict[str, str], before: dict[str, str], lines: dict[str, int], receipt: Receipt
) -> None:
    new = [Redirect(old_path=old, new_path=to) for old, to in flat.items() if old not in before]
    changed = {old: to for old, to in flat.items() if old in before and before[old] != to}
    # Two may add the same at once: the later one's target stands.
    Redirect.objects.bulk_create(
        new,
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["old_path"],
        update_fields=["new_path"],
    )
    for some in _batches(changed):
        rows = list(Redirect.objects.filter(old_path__in=some))
        for row in rows:
            row.new_path = changed[row.old_path]
        Redirect.objects.bulk_update(rows, ["new_path"], batch_size=_BATCH)
    receipt.added = len(new)
    receipt.changed = sum(old in lines for old in changed)
    receipt.shortened = len(changed) - receipt.changed


# Files.


def read_csv(data: bytes) -> list[Row]:
    """Return the rows of a file: UTF-8 with or without a mark, commas or semicolons, with or
    without a heading. Raises RedirectRefused where the file as a whole cannot be read."""
    if len(data) > MAX_BYTES:
        raise RedirectRefused(_("The file is too large: 5 MB at most."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RedirectRefused(_("The file is not UTF-8: save it as “CSV UTF-8”.")) from error
    first = text.lstrip().partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    rows: list[Row] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) and not _is_heading(rows, cells):
                rows.append(_row(reader.line_num, cells))
            if len(rows) > MAX_ROWS:
                raise RedirectRefused(_("The file has too many lines: 20,000 at most."))
    except csv.Error as error:
        message = _("Line %(line)s cannot be read as CSV.") % {"line": reader.line_num}
        raise RedirectRefused(message) from error
    if not rows:
        raise RedirectRefused(_("The file has no lines."))
    return rows


def _row(line: int, cells: list[str]) -> Row:
    old, new, *_rest = [*cells, "", ""]
    return Row(line, old, new)


def _is_heading(rows: list[Row], cells: list[str]) -> bool:
    first = cells[0].strip()
    is_address = first.startswith("/") or "://" in first
    return not rows and not is_address and len(cells) > 1 and "/" not in cells[1]


def write_csv() -> Iterator[str]:
    """Yield the whole table as a file, a piece at a time; Excel knows UTF-8 by its mark."""
    line = io.StringIO(newline="")
    writer = csv.writer(line)
    writer.writerow(["old", "new"])
    yield "\ufeff" + line.getvalue()
    for row in Redirect.objects.values_list("old_path", "new_path").iterator(chunk_size=1000):
        line.seek(0)
        line.truncate()
        writer.writerow(row)
        yield line.getvalue()
