"""Changes a newsroom's pages without end, as one of several processes: run by `test_fire.py`.

    manage.py shell --command "from tests.changing import main; main('edit')"

Prints the number of each change once it is done; from then on no reader may see an older one.
"""

import itertools
import sys
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from articles import workflow
from articles.models import Breaking, Story
from comments import moderation, privacy
from comments.models import Comment
from tests.factories import make_comment


def edit(number: int) -> None:
    story = Story.objects.order_by("pk").first()
    changed = workflow.head(story).content | {"headline": f"fire-edit-{number}-"}
    workflow.save_draft(story, changed, by=None)
    workflow.publish(story, by=None)


def breaking(number: int) -> None:
    until = timezone.now() + timedelta(hours=1)
    with transaction.atomic():
        Breaking.objects.all().delete()
        Breaking.objects.create(language="ar", text=f"fire-breaking-{number}-", until=until)


def approve(number: int) -> None:
    story = Story.objects.order_by("pk").first()
    with transaction.atomic():
        comment = make_comment(
            story, status="pending", body=f"fire-approve-{number}-", fingerprint=f"fire {number}"
        )
    moderation.approve(comment, by=None)
    keep_few("fire-approve-")


def erase(number: int) -> None:
    """Each writes under the own number as a name, and is forgotten."""
    story = Story.objects.order_by("pk").first()
    address = f"reader{number}@mail.example"
    with transaction.atomic():
        make_comment(
            story,
            name=f"fire-erase-{number}-",
            email=address,
            body=f"fire-text-{number}-",
            fingerprint=f"e {number}",
        )
    privacy.erase(privacy.index_of(address), via="command")
    keep_few("fire-text-")


def keep_few(beginning: str) -> None:
    """Delete all but the last of these comments, so that the story has one page of them."""
    rows = Comment.objects.filter(body__startswith=beginning).order_by("-pk")
    rows.filter(pk__in=list(rows.values_list("pk", flat=True)[5:])).delete()


def main(kind: str) -> None:
    change = globals()[kind]
    for number in itertools.count(1):
        change(number)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        if not sys.stdin.readline():
            return
