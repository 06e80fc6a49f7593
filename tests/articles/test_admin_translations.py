"""The source beside its translation, and deciding on its changes (A19, A21, A22, N12)."""

import pytest
from django.urls import reverse

from articles import translations, workflow
from articles.models import Story, TopicTranslation, TranslationSource
from tests.articles import desk
from tests.articles.test_paragraphs import B2, A, B, C, D
from tests.articles.test_translations import body, change, counts, row_of
from tests.factories import make_draft, make_story, make_user, world

pytestmark = pytest.mark.django_db

LIST = "/admin/articles/story/"
SOURCE_QUERIES = 8


def url_of(story, name="source"):
    return reverse(f"admin:articles_story_{name}", args=[story.pk])


@pytest.fixture
def edda(client):
    user = make_user("edda", "Editor")
    client.force_login(user)
    return client


@pytest.fixture
def source():
    return make_story(body_html=body(A, B, C))


@pytest.fixture
def twin(source):
    twin = make_draft(
        language="ar",
        translation_key=source.translation_key,
        headline="الميناء",
        body_html=body("القارب الأول غادر المرفأ", "القارب الثاني انتظر المد", "لم ير أحد الأخير"),
    )
    translations.follow(twin, source)
    return twin


class TestStart:
    def test_begins_with_its_source_beside_it(self, edda, source):
        query = f"&translation_of={source.pk}"
        page = edda.get(f"{LIST}add/?language=ar{query}").content.decode()
        assert '<div class="source-text" dir="ltr" lang="en"' in page
        assert B in page
        desk.add(edda, "ar", query, headline="الميناء", section=world().pk)
        twin = Story.objects.get(language="ar")
        assert (twin.translation_key, row_of(twin).source) == (source.translation_key, source)
        assert counts(twin) == (0, 5)
        assert B in edda.get(url_of(twin, "change")).content.decode()

    def test_shows_what_readers_see_and_no_edit_that_waits(self, edda, source):
        change(source, A, B2, C, publish=False)
        page = edda.get(f"{LIST}add/?language=ar&translation_of={source.pk}").content.decode()
        assert B in page
        assert B2 not in page

    def test_brings_topics_that_have_a_name_there(self, edda):
        source = make_story(topics=["Sea", "Trade"])
        topic = TopicTranslation.objects.get(name="Sea").topic
        TopicTranslation.objects.create(topic=topic, language="ar", name="بحر", slug="بحر")
        answer = edda.get(f"{LIST}add/?language=ar&translation_of={source.pk}")
        assert answer.context["form"]["topics"].value() == "بحر"

    def test_is_open_to_a_reporter_who_may_read_the_source(self, client, source):
        rosa = make_user("rosa", "Reporter")
        client.force_login(rosa)
        desk.add(client, "ar", f"&translation_of={source.pk}", headline="ه", section=world().pk)
        twin = Story.objects.get(language="ar")
        assert (twin.created_by, row_of(twin).source) == (rosa, source)

    def test_of_a_draft_of_somebody_else_makes_no_link(self, client):
        source = make_draft()
        client.force_login(make_user("rosa", "Reporter"))
        query = f"&translation_of={source.pk}"
        assert B not in client.get(f"{LIST}add/?language=ar{query}").content.decode()
        desk.add(client, "ar", query, headline="ه", section=world().pk)
        assert Story.objects.get(language="ar").translation_key != source.translation_key
        assert not TranslationSource.objects.exists()

    def test_a_second_time_leads_to_the_first(self, edda, source, twin):
        answer = edda.get(f"{LIST}add/?language=ar&translation_of={source.pk}")
        assert answer.url == url_of(twin, "change")


class TestPanel:
    def test_shows_each_change_beside_the_text_it_meets(self, edda, source, twin):
        change(source, A, B2, C, D)
        page = edda.get(url_of(twin, "change")).content.decode()
        assert "2 of 6 paragraphs changed in the source" in page
        assert "<ins>two hours </ins>" in page
        assert '<p class="drift-text" dir="rtl" lang="ar">القارب الثاني انتظر المد</p>' in page
        assert f'data-insert="{D}" data-after="لم ير أحد الأخير"' in page
        for label in ("Changed paragraph", "New paragraph", "Accept all"):
            assert label in page

    def test_says_when_nothing_changed(self, edda, twin):
        page = edda.get(url_of(twin, "change")).content.decode()
        assert "Nothing changed in the source" in page

    def test_says_that_the_source_was_withdrawn(self, edda, source, twin):
        workflow.withdraw(source, by=None, notice="It was wrong.")
        assert "The source was withdrawn" in edda.get(url_of(twin, "change")).content.decode()

    def test_hides_a_source_that_may_not_be_read(self, client):
        source = make_draft(headline="Secret plans", body_html=body(A))
        rosa = make_user("rosa", "Reporter")
        twin = make_draft(by=rosa, language="ar", translation_key=source.translation_key)
        translations.follow(twin, source)
        change(source, B, publish=False)
        client.force_login(rosa)
        for name in ("change", "source"):
            page = client.get(url_of(twin, name)).content.decode()
            assert "a story that you may not read" in page
            for word in ("Secret plans", A, B):
                assert word not in page
        (seen,) = (found.id for found in translations.drift(row_of(twin))[:1])
        client.post(url_of(twin), {"do": f"accept:{seen}"})
        assert counts(twin)[0] > 0

    @pytest.mark.parametrize("number", [1, 3])
    def test_asks_the_same_for_any_number_of_changes(
        self, edda, source, twin, number, django_assert_num_queries
    ):
        change(source, *(text + " Or so it was said." for text in (A, B, C)[:number]))
        edda.get(url_of(twin))
        with django_assert_num_queries(SOURCE_QUERIES):
            edda.get(url_of(twin))

    def test_is_only_to_read_for_who_may_not_write(self, client, source):
        rosa = make_user("rosa", "Reporter")
        twin = make_story(language="ar", translation_key=source.translation_key, by=rosa)
        translations.follow(twin, source)
        change(source, A, B2, C)
        client.force_login(rosa)
        page = client.get(url_of(twin)).content.decode()
        assert "<ins>two hours </ins>" in page
        assert 'value="accept:' not in page


class TestDealing:
    def test_moves_the_baseline_and_answers_with_the_panel(self, edda, source, twin):
        change(source, A, B2, C, D)
        first, second = translations.drift(row_of(twin))
        fragment = edda.post(url_of(twin), {"do": f"keep:{first.id}", "fragment": "1"})
        assert "1 of 6 paragraphs changed" in fragment.content.decode()
        assert "no-store" in fragment["Cache-Control"]
        again = edda.post(url_of(twin), {"do": f"keep:{first.id}", "fragment": "1"})
        assert "changed again meanwhile" in again.content.decode()
        answer = edda.post(url_of(twin), {"do": f"accept:{second.id}"}, follow=True)
        assert "1 change dealt with." in desk.messages(answer)
        assert counts(twin) == (0, 6)

    def test_of_all_takes_those_that_were_seen(self, edda, source, twin):
        change(source, A, B2, C)
        seen = [found.id for found in translations.drift(row_of(twin))]
        change(source, A, B2, C, D)
        edda.post(url_of(twin), {"do": "accept:all", "seen": seen})
        assert counts(twin) == (1, 6)

    @pytest.mark.parametrize("posted", [{}, {"do": "accept"}, {"do": "all:"}, {"follow": "x"}])
    def test_of_nonsense_is_a_sentence(self, edda, source, twin, posted):
        change(source, A, B2, C)
        answer = edda.post(url_of(twin), posted, follow=True)
        assert answer.status_code == 200
        assert desk.messages(answer)
        assert counts(twin) == (1, 5)

    def test_is_for_who_may_write(self, client, source):
        twin = make_story(language="ar", translation_key=source.translation_key)
        client.force_login(make_user("rosa", "Reporter"))
        assert client.post(url_of(twin), {"follow": source.pk}).status_code == 403
        client.force_login(make_user("otto"))
        assert client.post(url_of(twin), {"follow": source.pk}).status_code == 302
        assert not TranslationSource.objects.exists()

    def test_is_a_get_or_a_post_of_a_story(self, edda, twin):
        assert edda.get(url_of(twin)).status_code == 200
        assert edda.put(url_of(twin)).status_code == 405
        assert edda.get(f"{LIST}999/source/").status_code == 404


class TestFollow:
    def test_begins_with_the_present_baseline(self, edda, source):
        twin = make_draft(language="ar", translation_key=source.translation_key)
        page = edda.get(url_of(twin, "change")).content.decode()
        assert "Compare with English from now on" in page
        edda.post(url_of(twin), {"follow": source.pk})
        assert (row_of(twin).source, counts(twin)) == (source, (0, 5))

    def test_is_for_versions_of_the_same_story(self, edda, source):
        twin = make_draft(language="ar", translation_key=source.translation_key)
        answer = edda.post(url_of(twin), {"follow": make_story().pk}, follow=True)
        assert "no version of the same" in desk.messages(answer)
        assert not TranslationSource.objects.exists()


class TestLists:
    def test_say_how_much_changed(self, edda, source, twin):
        change(source, A, B2, C)
        assert "1 of 5 paragraphs changed" in edda.get(LIST).content.decode()
        listed = edda.get(LIST, {"state": "stale"}).content.decode()
        assert "الميناء" in listed
        assert "The harbour wakes" not in listed[listed.index("result_list") :]

    def test_the_source_says_which_translations_are_behind(self, edda, source, twin):
        change(source, A, B2, C)
        page = edda.get(url_of(source, "change")).content.decode()
        panel = page[page.index('id="languages"') :]
        assert "1 of 5 paragraphs changed" in panel
        assert "state-draft" in panel

    def test_name_no_twin_that_may_not_be_read(self, client, source):
        make_draft(language="ar", translation_key=source.translation_key, headline="خطط سرية")
        client.force_login(make_user("rosa", "Reporter"))
        assert "خطط سرية" not in client.get(url_of(source, "change")).content.decode()


def test_side_by_side_shows_both_texts_in_their_directions(edda, source, twin):
    page = edda.get(url_of(twin)).content.decode()
    assert f'<td dir="ltr" lang="en">{B}</td><td dir="rtl" lang="ar">القارب الثاني' in page
