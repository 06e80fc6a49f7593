"""Who is writing in a story now. That two do not save over each other is `workflow`'s check of the
version; this tells them of each other before it comes to that."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import ngettext, pgettext

from articles.models import Presence, Story
from newsroom.lib.rtl import isolate
from newsroom.models import User

# A page says every 15 seconds that it is open; one or two of those may be lost on the way.
SEEN_FOR = timedelta(seconds=45)


def seen(story: Story, user: User) -> None:
    """Note that `user` has `story` open to write in it, now."""
    Presence.objects.update_or_create(story=story, user=user, defaults={"seen_at": timezone.now()})


def left(story: Story, user: User) -> None:
    """Note that `user` closed `story`."""
    Presence.objects.filter(story=story, user=user).delete()


def others(story: Story, user: User) -> list[User]:
    """Return who else has `story` open to write in it, at most ten."""
    return [row.user for row in present_beside(user).filter(story=story)[:10]]


def present_beside(user: User) -> QuerySet[Presence]:
    """Return who has which story open now, without `user`."""
    present = Presence.objects.filter(seen_at__gt=timezone.now() - SEEN_FOR)
    return present.exclude(user=user).select_related("user").order_by("pk")


def in_words(users: list[User]) -> str:
    """Return that these are writing now; "" where nobody is."""
    if not users:
        return ""
    text = ngettext("%(names)s is writing now", "%(names)s are writing now", len(users))
    return text % {"names": pgettext("between names", ", ").join(map(_name, users))}


def _name(user: User) -> str:
    return isolate(user.display_name)


def forget_absent() -> int:
    """Delete what pages that were closed without a word left behind; return how many."""
    return Presence.objects.filter(seen_at__lt=timezone.now() - SEEN_FOR).delete()[0]
