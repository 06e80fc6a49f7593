"""The four groups and what each may do, made after `migrate`."""

from django.apps import apps as installed

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
]
PEOPLE = [
    *(f"newsroom.{verb}_user" for verb in ("add", "change", "delete", "view")),
    *(f"auth.{verb}_group" for verb in ("add", "change", "delete", "view")),
]
GROUPS = {
    "Reporter": EDITING,
    "Section editor": SECTION_DESK,
    "Editor": DESK,
    "Moderator": MODERATING,
    "Administrator": [*DESK, *MODERATING, *PEOPLE],
}


def make_groups(sender: object = None, using: str = "default", **kwargs) -> None:
    """Make the groups that are missing, with their permissions.

    A group that exists is left as the operator made it. Runs after every app's `post_migrate`
    has made its permissions: the last call finds them all.
    """
    from django.contrib.auth.models import Group, Permission

    if not installed.is_installed("django.contrib.auth"):
        return
    wanted = {name: set(labels) for name, labels in GROUPS.items()}
    known = {
        f"{app}.{codename}": pk
        for pk, app, codename in Permission.objects.using(using).values_list(
            "pk", "content_type__app_label", "codename"
        )
    }
    if not all(label in known for labels in wanted.values() for label in labels):
        return  # an app's permissions are still to come; its own signal calls again
    for name, labels in wanted.items():
        group, is_new = Group.objects.using(using).get_or_create(name=name)
        if is_new:
            group.permissions.set(known[label] for label in labels)
