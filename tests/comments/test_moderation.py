"""Decisions: the move, the refused move, the refused person, the row that stays (B132–B138)."""

import pytest
from django.core.exceptions import PermissionDenied

from comments import addresses, moderation, privacy
from comments.models import Comment, Decision, Note
from comments.moderation import VERBS, AlreadyDecided, ModerationError
from tests.factories import make_comment

pytestmark = pytest.mark.django_db
TARGETS = {"approve": "approved", "hold": "pending", "spam": "spam", "trash": "trash"}


class TestMoves:
    @pytest.mark.parametrize("status", Comment.Status.values)
    @pytest.mark.parametrize("verb", TARGETS)
    def test_b137_every_move_is_recorded_and_counted(self, story, mona, verb, status):
        comment = make_comment(story, status=status)
        if TARGETS[verb] == status:
            with pytest.raises(AlreadyDecided):
                VERBS[verb](comment, by=mona)
            return
        VERBS[verb](comment, by=mona, reason="off topic", note="  Nothing to do with boats. ")
        comment.refresh_from_db()
        story.refresh_from_db()
        decision = comment.decisions.get()
        assert comment.status == TARGETS[verb]
        assert story.comment_count == (verb == "approve")
        assert (decision.by, decision.from_status, decision.to_status) == (
            mona,
            status,
            comment.status,
        )
        assert (decision.reason, decision.note) == ("off topic", "Nothing to do with boats.")

    def test_what_no_database_stores_is_left_out_of_notes(self, story, mona):
        comment = make_comment(story)
        moderation.hold(comment, by=mona, note="a\x00 b\ud800")
        moderation.note(comment, "a\x00 b\ud800", by=mona)
        addresses.note_look(comment, by=mona, reason="a\x00 b\ud800")
        assert comment.decisions.get().note == Note.objects.get().text == "a b"
        assert comment.reveals.get().reason == "a b"

    @pytest.mark.parametrize("verb", ["approve", "hold", "spam", "restore"])
    def test_an_empty_place_is_never_shown_again(self, story, mona, verb):
        comment = make_comment(story, email="gone@mail.example", status="spam")
        moderation.report(comment, reason="hate", browser="a browser")
        make_comment(story, parent=comment, body="An answer")
        privacy.erase(comment.email_index, via="desk")
        place = Comment.objects.get(pk=comment.pk)
        assert (place.status, place.body, place.report_count) == ("trash", "", 0)
        with pytest.raises(ModerationError, match="Nothing is left"):
            VERBS[verb](place, by=mona)
        place.refresh_from_db()
        assert place.status == "trash"

    def test_first_approval_is_remembered(self, story, mona):
        comment = moderation.approve(make_comment(story, status="pending"), by=mona)
        first = Comment.objects.get().published_at
        moderation.approve(moderation.hold(comment, by=mona), by=mona)
        assert Comment.objects.get().published_at == first is not None

    def test_count_and_its_moment_follow(self, story, mona):
        comment = make_comment(story)
        story.refresh_from_db()
        before = story.comments_changed_at
        moderation.trash(comment, by=mona)
        story.refresh_from_db()
        assert (story.comment_count, story.comments_changed_at > before) == (0, True)

    def test_b133_trash_is_no_loss(self, story, mona):
        comment = moderation.trash(make_comment(story), by=mona)
        assert Comment.objects.get(pk=comment.pk).body == "I saw that boat leave."

    @pytest.mark.parametrize("status", ["approved", "pending"])
    @pytest.mark.parametrize("verb", ["spam", "trash"])
    def test_restore_undoes(self, story, mona, verb, status):
        comment = VERBS[verb](make_comment(story, status=status), by=mona)
        assert moderation.restore(comment, by=mona).status == status

    def test_restore_sees_through_two_bins(self, story, mona):
        comment = make_comment(story)
        moderation.trash(moderation.mark_spam(comment, by=mona), by=mona)
        assert moderation.restore(comment, by=mona).status == "approved"

    def test_what_a_screen_called_spam_is_restored_to_the_queue(self, story, mona):
        assert moderation.restore(make_comment(story, status="spam"), by=mona).status == "pending"

    def test_only_what_was_thrown_out_is_restored(self, story, mona):
        with pytest.raises(ModerationError):
            moderation.restore(make_comment(story), by=mona)


class TestTwoModerators:
    @pytest.mark.parametrize("verb", ["approve", "trash", "spam"])
    def test_b138_second_is_told_who_decided(self, story, mona, verb, django_user_model):
        comment = make_comment(story, status="pending")
        stale = Comment.objects.get(pk=comment.pk)
        moderation.trash(comment, by=mona)
        maha = django_user_model.objects.create_superuser("maha")
        with pytest.raises(
            AlreadyDecided, match="Mona has decided already: the comment is “trash”"
        ):
            VERBS[verb](stale, by=maha)
        assert Decision.objects.count() == 1

    def test_b138_twice_by_one_person(self, story, mona):
        comment = moderation.trash(make_comment(story), by=mona)
        with pytest.raises(AlreadyDecided, match="“trash” already"):
            moderation.trash(comment, by=mona)

    def test_b138_what_the_moderator_saw_counts_not_what_is_loaded(self, story, mona):
        comment = make_comment(story, status="approved")
        with pytest.raises(AlreadyDecided):
            moderation.trash(comment, by=mona, seen="pending")

    def test_comment_that_is_gone(self, story, mona):
        comment = make_comment(story)
        Comment.objects.all().delete()
        comment.pk = 987654
        with pytest.raises(AlreadyDecided, match="gone"):
            moderation.trash(comment, by=mona)


class TestPersons:
    @pytest.mark.parametrize("verb", VERBS)
    @pytest.mark.parametrize("who", ["rosa", "otto"])
    def test_others_are_refused(self, request, story, verb, who):
        comment = make_comment(story, status="spam" if verb == "restore" else "pending")
        if verb == "hold":
            comment = make_comment(story)
        with pytest.raises(PermissionDenied):
            VERBS[verb](comment, by=request.getfixturevalue(who))
        assert not Decision.objects.exists()


class TestDecision:
    def test_is_never_changed_or_deleted(self, story, mona):
        moderation.trash(make_comment(story), by=mona)
        decision = Decision.objects.get()
        decision.note = "Another story"
        with pytest.raises(PermissionDenied):
            decision.save()
        with pytest.raises(PermissionDenied):
            decision.delete()

    def test_outlives_the_account(self, story, mona):
        moderation.trash(make_comment(story), by=mona)
        mona.delete()
        assert Decision.objects.get().by is None
