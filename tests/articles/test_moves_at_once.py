"""What must hold when two clocks ring at the same instant, with real threads and commits."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from articles import workflow
from articles.models import Story
from articles.workflow import WorkflowError
from tests.comments.test_races import at_once
from tests.factories import content, make_story, make_user

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)


@pytest.fixture
def timed():
    story = workflow.save_draft(make_story(), content(headline="Edit"), by=None)
    return workflow.publish_edits_at(story, by=None, at=timezone.now() + HOUR)


def publications(story):
    return story.transitions.filter(action="publish").count()


def test_two_ticks_publish_an_edit_once_b197(timed):
    before = publications(timed)

    def tick():
        out = StringIO()
        call_command("tick", stdout=out)
        return out.getvalue()

    with time_machine.travel(timezone.now() + 2 * HOUR):
        told = at_once(tick, tick, tick)
    assert sorted("Published edits: 1." in answer for answer in told) == [False, False, True]
    assert publications(timed) == before + 1
    assert Story.objects.get().headline == "Edit"


def test_a_tick_and_an_editor_who_takes_the_time_back_do_not_both_win(timed):
    edda = make_user("edda", "Editor")

    def cancel():
        return workflow.cancel_edits_at(timed, by=edda)

    with time_machine.travel(timezone.now() + 2 * HOUR):
        (published, _failed), cancelled = at_once(workflow.publish_due_edits, cancel)
    is_published = Story.objects.get().headline == "Edit"
    assert is_published == bool(published) == isinstance(cancelled, WorkflowError)


def test_two_editors_who_saw_the_same_version_move_it_once():
    story = workflow.submit(workflow.unpublish(make_story(), by=None), by=None)
    people = [make_user(name, "Editor") for name in ("edda", "otto")]

    def approve(user):
        return lambda: workflow.approve(story, by=user, version=story.version)

    answers = at_once(*[approve(user) for user in people])
    assert sorted(isinstance(answer, WorkflowError) for answer in answers) == [False, True]
    assert story.transitions.filter(action="approve").count() == 1
