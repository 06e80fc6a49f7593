"""Where comments stand: their place in a thread, the thread on a page, the page of a story."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, F, Max, Q, Window
from django.db.models.functions import DenseRank

from articles.models import Story
from comments.models import Comment, CommentQuerySet

# A page holds whole threads; where they are more comments than this, it goes on in parts.
COMMENTS_PER_PAGE = 2000


@dataclass(frozen=True)
class Place:
    """A page of a story's comments, as an address names it."""

    number: int = 1
    part: int = 1
    newest: bool = False

    @classmethod
    def asked_for(cls, query: Mapping[str, str]) -> "Place":
        """Read an address; what is no number asks for the first, an unknown order for the usual."""
        number, part = (page_number(query.get(name, "")) for name in ("comments", "part"))
        return cls(number, part, query.get("sort") == "newest")

    @property
    def query(self) -> str:
        """The end of the address, "" for the first page in the usual order."""
        asked = {
            "comments": self.number if self.number > 1 else None,
            "part": self.part if self.part > 1 else None,
            "sort": "newest" if self.newest else None,
        }
        named = urlencode({name: value for name, value in asked.items() if value})
        return f"?{named}" if named else ""


FIRST = Place()


@dataclass
class Node:
    """A comment with the replies under it; `comment` is None where it is not public."""

    pk: int
    depth: int
    at: datetime
    comment: Comment | None = None
    children: list["Node"] = field(default_factory=list)

    @property
    def is_placeholder(self) -> bool:
        return self.comment is None

    @property
    def can_reply(self) -> bool:
        return self.comment is not None and self.depth < settings.COMMENT_MAX_DEPTH

    @property
    def reply_count(self) -> int:
        """How many comments stand under it, at any depth; empty places do not count."""
        return sum((child.comment is not None) + child.reply_count for child in self.children)

    @property
    def order(self) -> tuple[datetime, int]:
        return self.at, self.pk


@dataclass
class Page:
    """One page of a story's threads. `goes_on` says that its threads have another part."""

    nodes: list[Node]
    place: Place
    goes_on: bool
    has_more_threads: bool

    @property
    def next(self) -> Place | None:
        if self.goes_on:
            return replace(self.place, part=self.place.part + 1)
        return self._page(self.place.number + 1) if self.has_more_threads else None

    @property
    def previous(self) -> Place | None:
        if self.place.part > 1:
            return replace(self.place, part=self.place.part - 1)
        return self._page(self.place.number - 1) if self.place.number > 1 else None

    def _page(self, number: int) -> Place:
        return Place(number, newest=self.place.newest)

    def find(self, pk: int | None) -> Comment | None:
        """Return a comment shown on this page."""
        level = self.nodes
        while level:
            for node in level:
                if node.pk == pk:
                    return node.comment
            level = [child for node in level for child in node.children]
        return None


def plant(comment: Comment) -> Comment:
    """Save a new comment in its place under `comment.parent` (no deeper than the limit)."""
    _hang(comment)
    comment.save(force_insert=True)
    _name_place(comment)
    Comment.objects.filter(pk=comment.pk).update(path=comment.path, thread=comment.thread)
    return comment


def stand(comment: Comment) -> Comment:
    """Write on a comment whose number is known before it is saved where it stands: for many that
    are saved at once."""
    _hang(comment)
    _name_place(comment)
    return comment


def _hang(comment: Comment) -> None:
    parent = comment.parent = under(comment.parent)
    comment.depth = parent.depth + 1 if parent else 1
    comment.thread_at = parent.thread_at if parent else comment.created_at


def _name_place(comment: Comment) -> None:
    parent = comment.parent
    comment.path = f"{parent.path}/{comment.pk}" if parent else str(comment.pk)
    comment.thread = parent.thread if parent else comment.pk


def under(parent: Comment | None) -> Comment | None:
    """Return the comment that a reply to `parent` stands under: replies to the deepest level
    stand beside what they answer."""
    while parent and parent.depth >= settings.COMMENT_MAX_DEPTH:
        parent = parent.parent
    return parent


def page(story: Story, place: Place = FIRST) -> Page:
    """Return a page of the story's public comments: one query, and one more where threads go on
    from a part before. A page past the end, which only a hand-made address names, is the first."""
    size = settings.COMMENT_THREADS_PER_PAGE
    first, start = (place.number - 1) * size, (place.part - 1) * COMMENTS_PER_PAGE
    comments = story.comments.approved().for_thread().annotate(rank=_rank(place.newest))
    # One thread more than is shown tells whether there is another page, one comment more whether
    # there is another part.
    comments = comments.filter(rank__gt=first, rank__lte=first + size + 1)
    rows = list(
        comments.order_by("rank", "created_at", "id")[start : start + COMMENTS_PER_PAGE + 1]
    )
    of_page = [row for row in rows if row.rank <= first + size]
    if not of_page and (place.number, place.part) != (1, 1):
        return page(story, Place(newest=place.newest))
    shown = of_page[:COMMENTS_PER_PAGE]
    nodes = tree([*_answered_before(story, shown if start else []), *shown], newest=place.newest)
    return Page(nodes, place, len(of_page) > len(shown), len(of_page) < len(rows))


def _rank(newest: bool) -> Window:
    order = [F("thread_at"), F("thread")]
    return Window(DenseRank(), order_by=[key.desc() for key in order] if newest else order)


def _answered_before(story: Story, shown: list[Comment]) -> list[Comment]:
    """Return what these comments answer and an earlier part of the page shows: it stands over
    them once more."""
    known = {row.pk for row in shown}
    missing = {int(step) for row in shown for step in row.path.split("/")} - known
    if not missing:
        return []
    return list(story.comments.approved().for_thread().filter(pk__in=missing))


def tree(comments: Iterable[Comment], *, newest: bool = False) -> list[Node]:
    """Return the threads of these comments. Ancestors that are missing become placeholders,
    which stand where their first reply was written. Replies stand in the order of time, also
    where the newest thread is the first."""
    nodes: dict[int, Node] = {}
    roots: list[Node] = []
    for comment in comments:
        path = [int(step) for step in comment.path.split("/")]
        level = roots
        for depth, pk in enumerate(path, 1):
            if pk not in nodes:
                at = comment.thread_at if depth == 1 else comment.created_at
                nodes[pk] = Node(pk, depth, at)
                level.append(nodes[pk])
            level = nodes[pk].children
        nodes[comment.pk].comment, nodes[comment.pk].at = comment, comment.created_at
    for node in nodes.values():
        node.children.sort(key=lambda child: child.order)
    return sorted(roots, key=lambda root: root.order, reverse=newest)


def place_of(comment: Comment, *, newest: bool = False) -> Place:
    """Return where an approved comment stands: one query, two more where the story has so many
    comments that its pages may have parts."""
    before = _before(comment, newest)
    size = settings.COMMENT_THREADS_PER_PAGE
    threads = before.aggregate(number=Count("thread", distinct=True))["number"]
    if comment.story.comment_count < COMMENTS_PER_PAGE:
        return Place(threads // size + 1, newest=newest)
    nearest = before.values("thread").annotate(at=Max("thread_at"))
    nearest = nearest.order_by(*(("at", "thread") if newest else ("-at", "-thread")))
    same_page = list(nearest.values_list("thread", flat=True)[: threads % size])
    earlier = Q(created_at__lt=comment.created_at)
    earlier |= Q(created_at=comment.created_at, pk__lt=comment.pk)
    comments = Comment.objects.approved().filter(story=comment.story_id)
    comments = comments.filter(Q(thread__in=same_page) | Q(earlier, thread=comment.thread))
    return Place(threads // size + 1, comments.count() // COMMENTS_PER_PAGE + 1, newest)


def _before(comment: Comment, newest: bool) -> CommentQuerySet:
    """Return the public comments in threads that stand before the one of `comment`."""
    sign = "gt" if newest else "lt"
    before = Q(**{f"thread_at__{sign}": comment.thread_at}) | Q(
        **{"thread_at": comment.thread_at, f"thread__{sign}": comment.thread}
    )
    return Comment.objects.approved().filter(before, story=comment.story_id)


def address(comment: Comment, *, newest: bool = False) -> str:
    """Return where an approved comment is read now: its page and its anchor."""
    query = place_of(comment, newest=newest).query
    return f"{comment.story.get_absolute_url()}{query}#comment-{comment.pk}"


def page_number(text: str) -> int:
    """Return the page an address asks for; what is no number asks for the first."""
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else 1
