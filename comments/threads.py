"""Where comments stand: their place in a thread, the thread on a page, the page of a story."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db.models import F, Q, Window
from django.db.models.functions import DenseRank

from articles.models import Story
from comments.models import Comment

# A page holds whole threads; this many comments are its end even if a thread goes on.
COMMENTS_PER_PAGE = 2000


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
    def order(self) -> tuple[datetime, int]:
        return self.at, self.pk


@dataclass
class Page:
    """One page of a story's threads, named as Django's `Page` names its parts."""

    nodes: list[Node]
    number: int
    has_next: bool

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def has_other_pages(self) -> bool:
        return self.has_next or self.has_previous

    @property
    def next_page_number(self) -> int:
        return self.number + 1

    @property
    def previous_page_number(self) -> int:
        return self.number - 1

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
    parent = comment.parent = under(comment.parent)
    comment.depth = parent.depth + 1 if parent else 1
    comment.thread_at = parent.thread_at if parent else comment.created_at
    comment.save(force_insert=True)
    comment.path = f"{parent.path}/{comment.pk}" if parent else str(comment.pk)
    comment.thread = parent.thread if parent else comment.pk
    Comment.objects.filter(pk=comment.pk).update(path=comment.path, thread=comment.thread)
    return comment


def under(parent: Comment | None) -> Comment | None:
    """Return the comment that a reply to `parent` stands under: replies to the deepest level
    stand beside what they answer."""
    while parent and parent.depth >= settings.COMMENT_MAX_DEPTH:
        parent = parent.parent
    return parent


def page(story: Story, number: int = 1) -> Page:
    """Return a page of the story's public comments, in one query. A page past the end, which
    only a hand-made address names, is the first."""
    size = settings.COMMENT_THREADS_PER_PAGE
    first = (number - 1) * size
    rank = Window(DenseRank(), order_by=[F("thread_at"), F("thread")])
    comments = story.comments.approved().for_thread().annotate(rank=rank)
    # One thread more than is shown tells whether there is another page.
    comments = comments.filter(rank__gt=first, rank__lte=first + size + 1)
    rows = list(comments.order_by("rank", "created_at", "id")[:COMMENTS_PER_PAGE])
    if not rows and number > 1:
        return page(story)
    shown = [row for row in rows if row.rank <= first + size]
    is_cut = len(rows) == COMMENTS_PER_PAGE
    return Page(tree(shown), number, has_next=is_cut or len(shown) < len(rows))


def tree(comments: Iterable[Comment]) -> list[Node]:
    """Return the threads of these comments. Ancestors that are missing become placeholders,
    which stand where their first reply was written."""
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
    return sorted(roots, key=lambda root: root.order)


def page_of(comment: Comment) -> int:
    """Return the number of the page an approved comment stands on (one query)."""
    earlier = Q(thread_at__lt=comment.thread_at) | Q(
        thread_at=comment.thread_at, thread__lt=comment.thread
    )
    threads = Comment.objects.approved().filter(earlier, story=comment.story_id)
    return threads.values("thread").distinct().count() // settings.COMMENT_THREADS_PER_PAGE + 1


def address(comment: Comment) -> str:
    """Return where an approved comment is read: its page and its anchor (one query)."""
    number = page_of(comment)
    query = f"?comments={number}" if number > 1 else ""
    return f"{comment.story.get_absolute_url()}{query}#comment-{comment.pk}"


def page_number(text: str) -> int:
    """Return the page an address asks for; what is no number asks for the first."""
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else 1
