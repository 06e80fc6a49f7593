"""Why a comment was decided on or reported: codes that are stored, and what people read for them.

A code says what is wrong with the comment, never anything about somebody else.
"""

from collections.abc import Iterable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# What a moderator may give as the reason for not publishing, as its writer reads it.
REJECTIONS: dict[str, Promise] = {
    "off_topic": _("It is not about the story."),
    "insult": _("It insults or attacks people."),
    "hate": _("It incites hatred or discriminates."),
    "violence": _("It threatens, or calls for violence."),
    "private": _("It tells private things of somebody."),
    "false": _("It states something untrue that can do harm."),
    "advertising": _("It is advertising."),
    "unreadable": _("It cannot be understood."),
    "illegal": _("It may be against the law."),
    "other": _("It is against the community rules."),
}

# What happened without a moderator, or beside a decision.
EVENTS: dict[str, Promise] = {
    "proved": _("address proved"),
    "withdrawn": _("deleted by its writer"),
    "edited": _("changed by its writer"),
    "undone": _("decision undone"),
    "reported": _("reported by readers"),
    "expired": _("its time of waiting is over"),
    "erased": _("personal data erased"),
}

# Decisions of which the writer knows.
BY_ITS_WRITER = frozenset({"withdrawn", "erased"})

# Why a comment waits, by the screen that held it, as its writer reads it. Nothing here may tell
# anything of somebody else: not the word of a rule, nor what became of an address's other comments.
HELD: dict[str, Promise] = {
    "first": _(
        "It is one of your first comments here, or nothing shows yet that you are the same."
    ),
    "links": _("It holds several links."),
    "words": _("It holds a word that moderators look at."),
    "link": _("It names a site that moderators look at."),
    "name": _("The name is one that moderators look at."),
    "imitates": _("The name could be taken for that of somebody in the newsroom."),
    "hold_site": _("All comments are looked at before they are published."),
    "hold_section": _("All comments in this section are looked at before they are published."),
    "hold_story": _("All comments on this story are looked at before they are published."),
}
ORDINARY = _("A moderator looks at it before it is published.")
# What may stand on spam and trash too, whose writer is not told that they are.
UNTELLING = frozenset({"first", "links", "hold_site", "hold_section", "hold_story"})

# What a reader may report.
REPORTS: dict[str, Promise] = {
    "insult": pgettext_lazy("report", "It insults or attacks people"),
    "hate": pgettext_lazy("report", "It incites hatred or violence"),
    "private": pgettext_lazy("report", "It tells private things of somebody"),
    "false": pgettext_lazy("report", "It states something untrue"),
    "advertising": pgettext_lazy("report", "It is advertising"),
    "illegal": pgettext_lazy("report", "It is against the law"),
    "other": pgettext_lazy("report", "Something else"),
}


def label(code: str) -> str:
    """Return what moderators read for the code of a decision; the code itself where it is none."""
    return str(REJECTIONS.get(code) or EVENTS.get(code) or code)


def for_writer(found: Iterable[dict[str, Any]], *, is_pending: bool) -> list[str]:
    """Return why a comment waits, as its writer may read it. What lies in spam or trash looks as
    if it waited."""
    screens = [reason.get("screen") for reason in found]
    told = [name for name in HELD if name in screens and (is_pending or name in UNTELLING)]
    return [str(HELD[name]) for name in told] or [str(ORDINARY)]
