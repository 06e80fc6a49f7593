"""Who may read and write which story in the desk.

Editors reach every story, section editors those of their sections and what stands below them,
reporters their own drafts. What is public everybody at the desk may read, as readers do.
"""

from django.db.models import Q, QuerySet

from articles.models import Section, Story
from articles.models.story import is_public_now
from newsroom.models import User

CHANGE, REVIEW, PUBLISH = (f"articles.{verb}_story" for verb in ("change", "review", "publish"))
EDIT_ALL, EDIT_SECTIONS = "articles.edit_all_stories", "articles.edit_section_stories"


def sections_of(user: User) -> frozenset[int]:
    """Return the ids of the sections that `user` edits, those below them included.

    Asked for once a request: the answer is kept on `user`.
    """
    if not hasattr(user, "_edited_sections"):
        user._edited_sections = frozenset(_sections_of(user))
    return user._edited_sections


def _sections_of(user: User) -> set[int]:
    if not user.has_perm(EDIT_SECTIONS):
        return set()
    own = set(user.sections.values_list("pk", flat=True))
    children: dict[int | None, list[int]] = {}
    for pk, parent in Section.objects.values_list("pk", "parent_id") if own else ():
        children.setdefault(parent, []).append(pk)
    found, waiting = set(), list(own)
    while waiting:
        pk = waiting.pop()
        if pk not in found:
            found.add(pk)
            waiting += children.get(pk, [])
    return found


def reaches(section_id: int | None, user: User) -> bool:
    """Whether `user` edits what stands in this section, whoever wrote it."""
    return user.has_perm(EDIT_ALL) or section_id in sections_of(user)


def may_edit(story: Story, user: User) -> bool:
    """Whether `user` may write in `story`: editors where they reach, reporters in own drafts."""
    if not user.has_perm(CHANGE):
        return False
    own_draft = story.created_by_id == user.pk and story.status == Story.Status.DRAFT
    return own_draft or reaches(story.section_id, user)


def may_move(story: Story, permission: str, user: User) -> bool:
    """Whether `user` may make a move of `story` that asks for `permission`."""
    if permission == CHANGE:
        return may_edit(story, user)
    return user.has_perm(permission) and reaches(story.section_id, user)


def may_see(story: Story, user: User) -> bool:
    """Whether `user` may read `story` in the desk: `visible_to` for one row."""
    if story.created_by_id == user.pk or story.is_public:
        return True
    return reaches(story.section_id, user)


def may_see_work(story: Story, user: User) -> bool:
    """Whether `user` may read what readers do not: the newest revision, older ones, notes."""
    return story.created_by_id == user.pk or reaches(story.section_id, user)


def visible_to(stories: QuerySet[Story], user: User) -> QuerySet[Story]:
    """Return of `stories` those that `user` may read in the desk."""
    if user.has_perm(EDIT_ALL):
        return stories
    own = Q(created_by=user), Q(section__in=sections_of(user))
    return stories.filter(either(*own, is_public_now()))


def either(*ways: Q) -> Q:
    """Return the condition that one of `ways` is met, for lists.

    Not “none is not met” for its own sake: of a plain OR SQLite may gather the rows of each way,
    which are nearly all there are, to sort them and show forty.
    """
    none = Q()
    for way in ways:
        none &= ~way
    return ~none
