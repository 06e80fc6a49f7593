"""What the database itself guarantees about comments."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import RestrictedError

from comments.models import Comment, VerifiedAddress
from tests.factories import make_comment

pytestmark = pytest.mark.django_db


def test_story_takes_its_threads_along(story):
    parent = make_comment(story)
    make_comment(story, parent=parent)
    story.delete()
    assert not Comment.objects.exists()


def test_comment_with_replies_is_not_deleted(story):
    parent = make_comment(story)
    make_comment(story, parent=parent)
    with pytest.raises(RestrictedError):
        parent.delete()


def test_b051_twin_is_refused_unless_trashed_or_imported(story):
    first = make_comment(story, fingerprint="same")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_comment(story, fingerprint="same")
    make_comment(story, fingerprint="same", legacy_source="https://old.example", legacy_id=1)
    make_comment(story, fingerprint="same", status="trash")
    assert Comment.objects.filter(fingerprint=first.fingerprint).count() == 3


def test_imported_comment_comes_once(story):
    old = {"legacy_source": "https://old.example", "legacy_id": 7}
    make_comment(story, **old)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_comment(story, **old)


def test_address_is_sealed_and_never_looked_up(story):
    comment = make_comment(story, email="canary@planted.example.org")
    row = Comment.objects.filter(pk=comment.pk).values_list("email", flat=True).get()
    assert str(row) == "c•••@p•••.org"
    with pytest.raises(Exception, match="blind index"):
        Comment.objects.filter(email="canary@planted.example.org")


def test_names_of_rows_tell_nothing(story):
    comment = make_comment(story)
    proof = VerifiedAddress(browser="b", email_index="e")
    assert (str(comment), str(proof)) == (f"#{comment.pk}", "#None")
