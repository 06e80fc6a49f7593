"""The demo paper: what a stranger meets first. Loaded once for all tests of this file."""

from collections import Counter
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from articles.models import Author, Edition, Section, Story
from comments.models import Comment

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def paper(made_once, tmp_path_factory):
    """The loaded paper, with its pictures in a folder of its own; rolled back at the end."""
    folder = tmp_path_factory.mktemp("demo")
    before = settings.MEDIA_ROOT
    settings.MEDIA_ROOT = folder
    with made_once():
        out = StringIO()
        call_command("load_demo", stdout=out)
        yield out.getvalue()
    settings.MEDIA_ROOT = before


def test_it_is_a_whole_newsroom(paper):
    assert Section.objects.filter(code=None).count() >= 5
    assert Author.objects.count() >= 3
    public = Story.objects.published().articles()
    assert public.count() >= 24
    assert set(public.values_list("language", flat=True)) == {"ar", "en", "fr"}
    groups = Counter(public.values_list("translation_key", flat=True))
    assert sum(size > 1 for size in groups.values()) >= 3
    assert set(Story.objects.values_list("status", flat=True)) == set(Story.Status.values)
    assert Story.objects.scheduled().exists()
    assert all(edition.wordmark_svg for edition in Edition.objects.all())


def test_it_corrects_itself_in_every_language(paper, client):
    for code, _name in settings.LANGUAGES:
        story = Story.objects.published().in_language(code).get(corrected_at__isnull=False)
        correction = story.corrections.get()
        assert story.published_at < correction.at < timezone.now()
        assert correction.at == story.corrected_at
        assert correction.text in client.get(f"/{code}/corrections/").content.decode()


def test_its_readers_have_written_in_every_state(paper):
    assert Comment.objects.count() >= 60
    assert set(Comment.objects.values_list("status", flat=True)) == set(Comment.Status.values)
    assert Comment.objects.filter(depth=5).exists()
    counted = Comment.objects.approved().values_list("story", flat=True)
    for story in Story.objects.all():
        assert story.comment_count == list(counted).count(story.pk)


def test_every_public_page_answers(paper, client):
    addresses = [f"/{code}/" for code, _name in settings.LANGUAGES]
    addresses += [story.get_absolute_url() for story in Story.objects.published()]
    for edition in Edition.objects.all():
        addresses += [item["url"] for menu in edition.snapshot["menus"].values() for item in menu]
        addresses += [f"/{edition.language}/{row['slug']}/" for row in edition.snapshot["sections"]]
    for address in addresses:
        if address.startswith("/"):
            assert client.get(address).status_code == 200, address


def test_a_second_loading_changes_nothing(paper):
    before = (Story.objects.count(), Comment.objects.count(), Section.objects.count())
    call_command("load_demo", stdout=StringIO())
    assert (Story.objects.count(), Comment.objects.count(), Section.objects.count()) == before
