"""Drift by paragraph (A21, A22, N12): what translators are told, and that no text is touched."""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles import translations, workflow
from articles.models import Story, TranslationSource
from articles.translations import DriftRefused
from tests.articles.test_paragraphs import B2, A, B, C, D, shape
from tests.factories import content, make_draft, make_story, make_user

pytestmark = pytest.mark.django_db


def body(*texts):
    return "".join(f"<p>{text}</p>" for text in texts)


@pytest.fixture
def edda():
    return make_user("edda", "Editor")


@pytest.fixture
def source():
    return make_story(body_html=body(A, B, C))


@pytest.fixture
def twin(source):
    """The Arabic draft made of the source."""
    twin = make_draft(language="ar", translation_key=source.translation_key, headline="الميناء")
    translations.follow(twin, source)
    return twin


def row_of(twin):
    return TranslationSource.objects.select_related("source", "story").get(story=twin)


def counts(twin):
    row = row_of(twin)
    return row.changed_count, row.total_count


def change(source, *texts, publish=True):
    story = workflow.save_draft(source, content(body_html=body(*texts)), by=None)
    return workflow.publish(story, by=None) if publish else story


def settle(twin, action, *wanted, by):
    row = row_of(twin)
    ids = [each.id for each in wanted or translations.drift(row)]
    return translations.settle(row, ids, action, by=by)


class TestCount:
    def test_begins_at_none(self, twin):
        assert counts(twin) == (0, 5)

    def test_moves_when_readers_get_another_text_and_not_before(self, source, twin):
        change(source, A, B2, C, publish=False)
        assert counts(twin) == (0, 5)
        workflow.publish(source, by=None)
        assert counts(twin) == (1, 5)

    def test_of_a_draft_moves_with_every_save(self):
        source = make_draft(body_html=body(A, B))
        twin = make_draft(language="ar", translation_key=source.translation_key)
        translations.follow(twin, source)
        change(source, A, B2, D, publish=False)
        assert counts(twin) == (2, 5)

    def test_of_a_source_taken_off_the_site_is_that_of_its_draft(self, source, twin):
        change(source, A, B2, C, publish=False)
        workflow.unpublish(source, by=None)
        assert counts(twin) == (1, 5)

    def test_of_a_withdrawn_source_stays(self, source, twin):
        change(source, A, B2, C, publish=False)
        workflow.withdraw(source, by=None, notice="It was wrong.")
        assert counts(twin) == (0, 5)

    def test_moves_with_a_restored_revision(self, source, twin):
        first = workflow.head(source)
        change(source, A, B2, C)
        workflow.publish(workflow.restore(source, first, by=None), by=None)
        assert counts(twin) == (0, 5)

    def test_moves_with_a_timed_edit_at_its_time(self, source, twin, time_machine):
        change(source, A, B2, C, publish=False)
        at = timezone.now() + timedelta(hours=1)
        workflow.publish_edits_at(source, by=None, at=at)
        assert counts(twin) == (0, 5)
        time_machine.move_to(at + timedelta(seconds=1))
        workflow.publish_due_edits()
        assert counts(twin) == (1, 5)

    @pytest.mark.parametrize(
        ("texts", "expected"),
        [
            ((C, A, B), (0, 5)),
            ((A, B, C, D), (1, 6)),
            ((A, D, B, C), (1, 6)),
            ((A, C), (1, 5)),
            ((A, B2, C), (1, 5)),
            ((C, B2, D), (3, 6)),
        ],
    )
    def test_of_change_reorder_delete_and_insert(self, source, twin, texts, expected):
        change(source, *texts)
        assert counts(twin) == expected

    def test_is_kept_for_each_translation(self, source, twin, edda):
        french = make_draft(language="fr", translation_key=source.translation_key)
        translations.follow(french, source)
        change(source, A, B2, C)
        settle(twin, "accept", by=edda)
        assert (counts(twin), counts(french)) == ((0, 5), (1, 5))

    @pytest.mark.parametrize("length", [2, 60])
    @pytest.mark.parametrize(("languages", "queries"), [([], 1), (["ar"], 3), (["ar", "fr"], 3)])
    def test_costs_three_queries_however_long_and_many(
        self, source, languages, queries, length, django_assert_num_queries
    ):
        for language in languages:
            twin = make_draft(language=language, translation_key=source.translation_key)
            translations.follow(twin, source)
        source.body_html = body(*(f"Line {n}" for n in range(length)))
        with django_assert_num_queries(queries):
            translations.recount(source)


class TestSettle:
    @pytest.mark.parametrize(
        ("action", "logged"), [("accept", "accept_source"), ("keep", "keep_source")]
    )
    def test_goes_paragraph_by_paragraph(self, source, twin, edda, action, logged):
        change(source, A, B2, C, D)
        first, second = translations.drift(row_of(twin))
        settle(twin, action, first, by=edda)
        assert shape(translations.drift(row_of(twin))) == shape([second])
        assert counts(twin) == (1, 6)
        settle(twin, action, second, by=edda)
        assert counts(twin) == (0, 6)
        log = [(move.action, move.by, move.note) for move in twin.transitions.all()[:2]]
        assert log == [(logged, edda, D), (logged, edda, B2)]

    def test_takes_many_at_once(self, source, twin, edda):
        change(source, D, "New.", "Newer.", C, A)
        assert len(settle(twin, "accept", by=edda)) == counts(twin)[1] - 3
        assert translations.drift(row_of(twin)) == []
        after = [each.text for each in translations.baseline(row_of(twin))]
        assert after.index("New.") < after.index("Newer.")

    def test_of_a_removed_paragraph_forgets_it(self, source, twin, edda):
        change(source, A, C)
        settle(twin, "keep", by=edda)
        assert counts(twin) == (0, 4)
        change(source, A, B, C)
        assert shape(translations.drift(row_of(twin))) == [("added", "", B)]

    def test_of_what_changed_again_is_refused(self, source, twin, edda):
        change(source, A, B2, C)
        (seen,) = translations.drift(row_of(twin))
        change(source, A, "The second boat waited three hours for the tide.", C)
        with pytest.raises(DriftRefused, match="changed again"):
            settle(twin, "accept", seen, by=edda)
        assert counts(twin) == (1, 5)

    def test_of_many_leaves_what_nobody_saw(self, source, twin, edda):
        change(source, A, B2, C)
        seen = translations.drift(row_of(twin))
        change(source, A, B2, C, D)
        settle(twin, "accept", *seen, by=edda)
        assert shape(translations.drift(row_of(twin))) == [("added", "", D)]

    def test_is_for_who_may_write(self, source, twin):
        change(source, A, B2, C)
        with pytest.raises(DriftRefused, match="may not"):
            settle(twin, "accept", by=make_user("rosa", "Reporter"))
        assert counts(twin) == (1, 5)
        assert not twin.transitions.filter(action="accept_source").exists()

    def test_knows_two_ways(self, source, twin, edda):
        change(source, A, B2, C)
        with pytest.raises(DriftRefused):
            settle(twin, "forget", by=edda)

    def test_moves_no_version_and_no_revision(self, source, twin, edda):
        change(source, A, B2, C)
        before = Story.objects.filter(pk=twin.pk).values().get()
        settle(twin, "accept", by=edda)
        after = Story.objects.filter(pk=twin.pk).values().get()
        assert after == before | {"is_behind": False}
        assert twin.revisions.count() == 1


def test_an_edit_outlives_a_hundred_changes_of_the_source(source, twin, edda):
    """No sync overwrites an edit: whatever the source says, and whatever is dealt with."""
    mine = content(headline="الميناء كما أراه", body_html=body("نصي أنا"))
    workflow.save_draft(twin, mine, by=edda)
    before = Story.objects.filter(pk=twin.pk).values().get()
    for number in range(100):
        texts = [A, B2, C, D][: number % 4 + 1]
        change(source, *texts[:: -1 if number % 3 else 1], f"Line {number} of the tide table.")
        for found in translations.drift(row_of(twin))[:1]:
            settle(twin, ["accept", "keep"][number % 2], found, by=edda)
        assert counts(twin)[0] == len(translations.drift(row_of(twin)))
    assert Story.objects.filter(pk=twin.pk).values().get() == before
    assert twin.revisions.count() == 2
