"""What follows when a topic is called otherwise, or loses a name: the stories that bear it are
found under its present name alone, and its former one still leads to it where a revision has it.

Sections and authors are in the index by their number, and need nothing.
"""

from articles import search
from articles.models import FormerTopicName, Story, TopicTranslation
from newsroom.lib.folding import fold, tokens


def before_saving(row: TopicTranslation) -> None:
    """Remember what a name was, for `after_saving`."""
    kept = TopicTranslation.objects.filter(pk=row.pk).values_list("name", flat=True)
    row.former_name = kept.first() if row.pk else None


def after_saving(row: TopicTranslation) -> None:
    """Let the index and former names follow a name that was changed, or given."""
    FormerTopicName.objects.filter(language=row.language, folded=row.folded).delete()
    former = row.former_name
    if former and fold(former) != row.folded:
        FormerTopicName.objects.update_or_create(
            language=row.language, folded=fold(former)[:80], defaults={"topic": row.topic}
        )
    if former is None or tokens(former) != tokens(row.name):
        search.refresh(_stories_of(row))


def before_deleting(row: TopicTranslation) -> None:
    """Remember which stories bear a name, for `after_deleting`: by then nobody knows."""
    row.former_stories = _stories_of(row)


def after_deleting(row: TopicTranslation) -> None:
    """Let stories not be found any more under a name that is gone."""
    search.refresh(row.former_stories)


def _stories_of(row: TopicTranslation) -> list[int]:
    stories = Story.objects.filter(topics=row.topic_id, language=row.language)
    return list(stories.order_by("pk").values_list("pk", flat=True))
