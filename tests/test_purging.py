"""A cache beyond our own hears of every change that readers see, by the tags its pages bear."""

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from articles.models import Story
from newsroom import pages, purging
from newsroom.environment import Environment
from newsroom.lib.caching import Making, making, tag_of
from newsroom.lib.stamps import ANY_STORY, SITE, FileStamps, concerning, stamp_of
from tests.factories import make_story
from tests.receivers import receiver

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cdn(settings, monkeypatch):
    settings.WEBHOOK_NETWORKS = ["127.0.0.1"]
    with receiver() as found:
        settings.PURGE_URLS = [f"http://127.0.0.1:{found.port}/purge/{{tag}}"]
        made = purging.Purges(settings.PURGE_URLS, {"Fastly-Key": "a key"})
        monkeypatch.setattr(purging, "purges", lambda: made)
        monkeypatch.setattr(purging, "PAUSE", 0.01)
        monkeypatch.setattr(purging, "ONCE_MORE", 0.1)
        yield found


def purged(cdn) -> set[str]:
    assert purging.purges().finish(5)
    return {call.path.removeprefix("/purge/") for call in cdn.calls}


class TestCalls:
    def test_each_committed_change_purges_its_tags(self, cdn, watched, tmp_path):
        story = make_story()
        watched(pages._Purging(FileStamps(tmp_path / "stamps")))
        with concerning(story.pk):
            Story.objects.filter(pk=story.pk).update(comment_count=1)
        assert purged(cdn) == {tag_of(ANY_STORY), tag_of(stamp_of(story.pk))}
        assert {call.headers["fastly-key"] for call in cdn.calls} == {"a key"}
        Story.objects.filter(pk=story.pk).update(headline="Another")
        assert tag_of(SITE) in purged(cdn)

    def test_a_refused_call_is_made_again(self, cdn):
        cdn.answers = [503, 503, 200]
        purging.purges().add([SITE])
        assert purged(cdn) == {tag_of(SITE)}
        # Twice in vain, then as every purge is: at once and once more.
        assert len(cdn.calls) == 4

    def test_each_is_purged_once_more(self, cdn):
        """What a cache fetched from nginx within the second before nginx let go of it goes too."""
        purging.purges().add([SITE])
        assert purged(cdn) == {tag_of(SITE)}
        assert len(cdn.calls) == 2

    def test_the_whole_site_is_one_call(self, cdn):
        url = "http://cdn/{tag}"
        due = {(url, SITE, False), (url, 7, False), (url, 8, True)}
        assert purging._fewest(due) == {(url, SITE, False)}

    @pytest.mark.parametrize(("minutes", "is_told"), [(1, True), (-60, False), (60, False)])
    def test_what_the_clock_publishes_is_purged(self, cdn, minutes, is_told):
        make_story(at=timezone.now() - timedelta(minutes=minutes))
        assert purging.purge_by_clock() is is_told
        assert purged(cdn) == ({tag_of(SITE)} if is_told else set())


class TestTags:
    def test_a_page_bears_what_it_shows(self, client, cdn):
        story = make_story()
        token = making.set(Making([0] * 1024, 0, 10**10))
        try:
            page = client.get(story.get_absolute_url())
        finally:
            making.reset(token)
        assert tag_of(SITE) in page["Cache-Tag"].split(",")
        assert tag_of(stamp_of(story.pk)) in page["Cache-Tag"].split(",")
        assert page["Surrogate-Key"] == page["Cache-Tag"].replace(",", " ")

    def test_what_nobody_noted_goes_with_any_story(self, client, cdn):
        page = client.get(make_story().get_absolute_url())
        assert page["Cache-Tag"] == f"{tag_of(SITE)},{tag_of(ANY_STORY)}"

    def test_without_purging_no_page_bears_any(self, client):
        page = client.get(make_story().get_absolute_url())
        assert "Cache-Tag" not in page
        assert "Surrogate-Key" not in page


@pytest.mark.parametrize(
    ("name", "value"),
    [("PURGE_URLS", "cdn/{tag}"), ("PURGE_URLS", "https://cdn/all"), ("PURGE_HEADER", "key")],
)
def test_what_is_not_understood_stops_the_start(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    read = Environment().purge_urls if name == "PURGE_URLS" else Environment().header
    with pytest.raises(ImproperlyConfigured, match=name):
        read(name)
