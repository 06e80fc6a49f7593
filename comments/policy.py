"""How comments are taken: whether a story takes any now, or why not, and which are all held.

What pages must know of a language's policy stands in the snapshot of its edition, which every page
reads anyhow; the row of `Policy` is the truth it is written from.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from articles.models import Story
from articles.site import Site
from comments.models import Policy, StoryPolicy


@dataclass(frozen=True)
class Closed:
    """Why a story takes no comments: "stopped" in its whole language, or "closed". Readers who
    try are told the message; the note stands where the form would, "" when there is none."""

    code: str
    message: str
    note: str


def why_closed(story: Story, site: Site) -> Closed | None:
    """Return why readers may not comment on `story` now, None when they may."""
    code = site.closes_comments(story)
    if not code:
        return None
    terms = site.comment_terms
    if code == "stopped":
        note = terms.get("stop_message") or _("The newsroom takes no comments at present.")
    else:
        note = terms.get("closed_message", "")
    return Closed(code, note or _("Comments are closed for this story."), note)


def holds_all(story: Story) -> str:
    """Return what holds every comment on `story`: "hold_site", "hold_section" (its own or one
    above it), "hold_story", or "" (one query)."""
    policies = Policy.objects.filter(language=story.language)
    sections = Policy.premoderated_sections.through.objects.filter(
        _with_those_above("section", story.section_id), policy__language=story.language
    )
    row = Story.objects.filter(pk=story.pk).values_list(
        Exists(policies.filter(premoderate=True)),
        Exists(sections),
        Exists(StoryPolicy.objects.filter(story=OuterRef("pk"), premoderate=True)),
    )
    names = ("hold_site", "hold_section", "hold_story")
    found = row.first() or ()
    return next((name for name, holds in zip(names, found, strict=False) if holds), "")


def _with_those_above(name: str, section_id: int) -> Q:
    """Ask for a section or any it stands under; sections nest four levels deep."""
    asked = Q()
    for depth in range(4):
        asked |= Q(**{name + "__children" * depth: section_id})
    return asked


def make_defaults(using: str = "default") -> None:
    """After `migrate`: a policy for every language, which changes nothing yet."""
    rows = [Policy(language=code) for code, _name in settings.LANGUAGES]
    Policy.objects.using(using).bulk_create(rows, ignore_conflicts=True)
