"""Stories that come whole from another system, many at once, each in the state it had there.

Beside `articles.workflow` the one place that gives a story a status: what was published elsewhere
was looked at there, so no check of this paper keeps it out. Everything an editor's verb writes is
written here too: revision, log, bylines, topics, pictures in use, search index.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from articles import content as contents
from articles import pictures, search
from articles.content import Content
from articles.models import ImageKey, Revision, Story, Topic, Transition
from newsroom.lib.folding import fold

Status = Story.Status
# The moves that lead to a status, as the log of a story written here has them.
_MOVES: dict[str, list[tuple[str, str]]] = {
    Status.DRAFT: [],
    Status.IN_REVIEW: [("submit", Status.IN_REVIEW)],
    Status.PUBLISHED: [("publish", Status.PUBLISHED)],
    Status.WITHDRAWN: [("publish", Status.PUBLISHED), ("withdraw", Status.WITHDRAWN)],
}


@dataclass
class Arrival:
    """A story on its way in. `at` is when it was published, or for a draft when it was written;
    `notice` is what readers of a withdrawn one are told."""

    content: Content
    language: str
    status: str
    at: datetime | None
    source: str
    number: int
    translation_key: UUID | None = None
    notice: str = ""


class Arriving:
    """Brings arrivals. One object an import: it remembers the topics it has met."""

    def __init__(self) -> None:
        self.topics: dict[tuple[str, str], Topic] = {}

    @transaction.atomic
    def bring(self, arrivals: list[Arrival]) -> list[Story]:
        """Save new stories and return them in the order they were given; the number of queries
        depends on new topics alone."""
        for one in arrivals:
            one.content = contents.normalise(one.content)
        stories = Story.objects.bulk_create(_story(one) for one in arrivals)
        revisions = Revision.objects.bulk_create(
            Revision(story=story, content=one.content)
            for story, one in zip(stories, arrivals, strict=True)
        )
        _date(stories, arrivals, revisions)
        _log(stories)
        contents.write_bylines(
            (story, one.content) for story, one in zip(stories, arrivals, strict=True)
        )
        self._note_topics(stories, arrivals)
        _note_pictures(stories)
        search.index_all(stories)
        return stories

    def topics_named(self, names: list[str], language: str) -> list[Topic]:
        """Return the topics called `names`, each asked for once in an import."""
        found = []
        for name in names:
            key = language, fold(name[:80])
            if key not in self.topics:
                made = contents.topics_named([name], language)
                if not made:
                    continue
                self.topics[key] = made[0]
            found.append(self.topics[key])
        return found

    def _note_topics(self, stories: list[Story], arrivals: list[Arrival]) -> None:
        through = Story.topics.through
        through.objects.bulk_create(
            through(story_id=story.pk, topic_id=pk)
            for story, one in zip(stories, arrivals, strict=True)
            for pk in dict.fromkeys(
                topic.pk for topic in self.topics_named(one.content["topics"], story.language)
            )
        )


def _story(one: Arrival) -> Story:
    is_out = one.status in (Status.PUBLISHED, Status.WITHDRAWN)
    at = one.at or timezone.now()
    story = Story(
        language=one.language,
        status=one.status,
        translation_key=one.translation_key or uuid4(),
        legacy_source=one.source,
        legacy_id=one.number,
        published_at=at if is_out else None,
        first_published_at=at if is_out else None,
        withdrawn_notice=one.notice if one.status == Status.WITHDRAWN else "",
    )
    contents.fill(story, one.content)
    return story


def _date(stories: list[Story], arrivals: list[Arrival], revisions: list[Revision]) -> None:
    """Write what no new row can be given: the date it was made at elsewhere, its own revision."""
    now = timezone.now()
    for story, one, revision in zip(stories, arrivals, revisions, strict=True):
        story.created_at = one.at or story.created_at
        story.changed_at = min(story.created_at, now)
        if story.published_at:
            story.live_revision = revision
    Story.objects.bulk_update(stories, ["created_at", "changed_at", "live_revision"])


def _log(stories: list[Story]) -> None:
    now, moves = timezone.now(), []
    for story in stories:
        before = ""
        for action, status in [("create", Status.DRAFT), *_MOVES[story.status]]:
            is_due = action == "publish" and story.is_scheduled
            moves.append(
                Transition(
                    story=story,
                    action=action,
                    from_status=before,
                    to_status=status,
                    at=now,
                    note=story.withdrawn_notice if action == "withdraw" else "",
                    due_at=story.published_at if is_due else None,
                )
            )
            before = status
    Transition.objects.bulk_create(moves)


def _note_pictures(stories: list[Story]) -> None:
    """Write down which pictures stand in the stories, as `pictures.note_uses` does for one."""
    keys = {story.pk: pictures.keys_in(story.body_html) for story in stories}
    rows = ImageKey.objects.filter(key__in={key for some in keys.values() for key in some})
    images = dict(rows.values_list("key", "image_id")) if any(keys.values()) else {}
    through = Story.pictures.through
    through.objects.bulk_create(
        through(story_id=story.pk, image_id=image)
        for story in stories
        for image in {images.get(key) for key in keys[story.pk]} | {story.picture_id}
        if image
    )
