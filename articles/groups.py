"""The five groups and what each may do, made after `migrate`.

A group that exists stays as the operator made it, but for what is new: a permission that this
very `migrate` brought into being was never taken away by anybody, so the groups get it once.
"""

from django.apps import apps as installed
from django.db import connections

EDITING = [
    *(f"articles.{verb}_story" for verb in ("add", "change", "view")),
    *(f"articles.{verb}_image" for verb in ("add", "change", "view")),
    *(f"articles.{verb}_topic" for verb in ("add", "change", "view")),
    *(f"articles.view_{noun}" for noun in ("section", "author", "revision", "transition")),
]
# Limited to the sections they are editor of (`Section.editors`).
SECTION_DESK = [
    *EDITING,
    "articles.edit_section_stories",
    "articles.review_story",
    "articles.publish_story",
    *(f"articles.{verb}_pin" for verb in ("add", "change", "delete", "view")),
]
DESK = [
    *EDITING,
    "articles.edit_all_stories",
    "articles.edit_section_stories",
    "articles.review_story",
    "articles.publish_story",
    *(
        f"articles.{verb}_{noun}"
        for noun in "section author topic image pin breaking edition redirect".split()
        for verb in ("add", "change", "delete", "view")
    ),
]
MODERATING = [
    "articles.view_story",
    "comments.view_comment",
    "comments.moderate_comment",
    "comments.view_decision",
    *(f"comments.{verb}_rule" for verb in ("add", "change", "delete", "view")),
    *(f"comments.{verb}_policy" for verb in ("change", "view")),
]
PEOPLE = [
    *(f"newsroom.{verb}_user" for verb in ("add", "change", "delete", "view")),
    *(f"auth.{verb}_group" for verb in ("add", "change", "delete", "view")),
]
ADDRESSES = ["comments.reveal_address", "comments.erase_commenter"]
# One word of robots.txt hides the paper from every search engine; a webhook tells others all of it.
MACHINES = [
    *("articles.change_rootfile", "articles.view_rootfile"),
    *(f"newsroom.{verb}_webhook" for verb in ("add", "change", "delete", "view")),
]
GROUPS = {
    "Reporter": EDITING,
    "Section editor": SECTION_DESK,
    "Editor": DESK,
    "Moderator": MODERATING,
    "Administrator": [*DESK, *MODERATING, *PEOPLE, *ADDRESSES, *MACHINES],
}


# By database: the permissions there were before this run of `migrate`.
_before: dict[str, set[str]] = {}


def remember_permissions(sender: object = None, using: str = "default", **kwargs) -> None:
    """Before the first migration: keep which permissions there are already."""
    if using in _before:
        return
    tables = connections[using].introspection.table_names()
    _before[using] = set(_permissions(using)) if "auth_permission" in tables else set()


def make_groups(sender: object = None, using: str = "default", **kwargs) -> None:
    """Make the groups that are missing; give those there are what is new in this version.

    Runs after every app's `post_migrate` has made its permissions: the last call finds them all.
    """
    from django.contrib.auth.models import Group

    if not installed.is_installed("django.contrib.auth"):
        return
    known = _permissions(using)
    wanted = {name: set(labels) for name, labels in GROUPS.items()}
    if not all(label in known for labels in wanted.values() for label in labels):
        return  # an app's permissions are still to come; its own signal calls again
    new = set(known) - _before[using] if using in _before else set()
    for name, labels in wanted.items():
        group, is_new = Group.objects.using(using).get_or_create(name=name)
        given = labels if is_new else labels & new
        if given:
            group.permissions.add(*(known[label] for label in given))


def _permissions(using: str) -> dict[str, int]:
    from django.contrib.auth.models import Permission

    rows = Permission.objects.using(using).values_list("pk", "content_type__app_label", "codename")
    return {f"{app}.{codename}": pk for pk, app, codename in rows}
