"""Drafts shown to somebody: by a link without an account, and in the desk at several widths."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from articles import drafts, workflow
from articles.models import ShareLink
from articles.workflow import WorkflowError
from tests.factories import content, make_draft, make_story, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def edda():
    return make_user("edda", "Editor", first_name="Edda")


@pytest.fixture
def desk_of_edda(client, edda):
    client.force_login(edda)
    return client


def url(name, *args):
    return reverse(f"admin:articles_story_{name}", args=args)


def edited(story, headline, by=None):
    return workflow.save_draft(story, content(headline=headline), by=by)


class TestShareLinks:
    def test_show_the_newest_revision_to_somebody_without_an_account(self, client, edda):
        story = make_story(headline="Live")
        edited(story, "Unseen so far")
        address = drafts.address(drafts.share(story, by=edda, days=1))
        answer = client.get(address)
        page = answer.content.decode()
        assert "Unseen so far" in page
        assert "/admin/" not in page
        assert "data-sheet" not in page  # nobody passes on an address that readers cannot open
        assert "form-action 'none'" in answer["Content-Security-Policy"]
        assert answer["Cache-Control"] == "private, no-store"
        assert "noindex" in answer["X-Robots-Tag"]

    def test_are_over_when_revoked_expired_or_tampered_with(self, client, edda):
        link = drafts.share(make_draft(headline="Bait"), by=edda, days=3)
        address = drafts.address(link)
        assert client.get(address).status_code == 200
        assert client.get(address[:-2] + "x/").status_code == 410
        with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
            answer = client.get(address)
            assert (answer.status_code, b"Bait" in answer.content) == (410, False)
        drafts.revoke(link, by=edda)
        answer = client.get(address)
        assert (answer.status_code, b"Bait" in answer.content) == (410, False)
        assert client.post(address).status_code == 405

    def test_are_made_and_revoked_in_the_desk(self, desk_of_edda):
        story = make_draft()
        desk_of_edda.post(url("share", story.pk), {"days": "7", "label": "Counsel"})
        link = ShareLink.objects.get()
        page = desk_of_edda.get(url("change", story.pk)).content.decode()
        assert drafts.address(link) in page
        assert "Counsel" in page
        desk_of_edda.post(url("share", story.pk), {"revoke": link.pk})
        link.refresh_from_db()
        assert not link.is_open

    @pytest.mark.parametrize("days", ["", "2", "99999", "x"])
    def test_end_at_one_of_the_offered_times(self, desk_of_edda, days):
        desk_of_edda.post(url("share", make_draft().pk), {"days": days})
        assert not ShareLink.objects.exists()

    def test_are_made_by_who_may_write_and_by_post(self, client, edda):
        story = make_story()
        with pytest.raises(WorkflowError):
            drafts.share(story, by=make_user("rosa", "Reporter"), days=1)
        client.force_login(edda)
        assert client.get(url("share", story.pk)).status_code == 405
        other = drafts.share(make_draft(), by=edda, days=1)
        assert client.post(url("share", story.pk), {"revoke": other.pk}).status_code == 404


class TestPreview:
    def test_stands_in_a_frame_of_the_desk_alone(self, desk_of_edda):
        story = make_draft()
        page = desk_of_edda.get(url("widths", story.pk))
        assert "frame-src 'self'" in page["Content-Security-Policy"]
        framed = desk_of_edda.get(url("preview", story.pk), {"framed": "1"})
        assert "frame-ancestors 'self'" in framed["Content-Security-Policy"]
        assert framed["X-Frame-Options"] == "SAMEORIGIN"
        alone = desk_of_edda.get(url("preview", story.pk))
        assert "frame-ancestors 'none'" in alone["Content-Security-Policy"]
