"""Drift by paragraph (N12): what a translator is told of, and that no text is ever touched."""

import pytest
from django.urls import reverse

from articles import translations, workflow
from articles.models import Story, TranslationSource
from articles.translations import DriftRefused
from tests.articles import desk
from tests.factories import content, make_draft, make_story, make_user, world

pytestmark = pytest.mark.django_db

A, B, C, D = (
    "The first boat left the harbour at four.",
    "The second boat waited for the tide.",
    "Nobody saw the third boat leave.",
    "The market opened late on Friday.",
)
B2 = "The second boat waited two hours for the tide."


def body(*texts):
    return "".join(f"<p>{text}</p>" for text in texts)


def shape(changes):
    return [(change.kind, change.old, change.new) for change in changes]


class TestCompare:
    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ([A, B], [A, B], []),
            ([A, B], [B, A], []),
            ([A, B, C], [C, A, B], []),
            ([A, B], [A, B2], [("changed", B, B2)]),
            ([A, B], [A, C, B], [("added", "", C)]),
            ([A, B, C], [A, C], [("removed", B, "")]),
            ([A, B], [B2, A], [("changed", B, B2)]),
            ([A], [D], [("changed", A, D)]),
            ([A, B, C], [A, B2, D, C], [("changed", B, B2), ("added", "", D)]),
            ([], [A], [("added", "", A)]),
            ([A], [], [("removed", A, "")]),
        ],
    )
    def test_tells_changed_added_and_removed_and_not_moved(self, old, new, expected):
        assert sorted(shape(translations.compare(old, new))) == sorted(expected)

    def test_reads_headline_standfirst_and_every_block(self):
        given = content(
            kicker="Ports",
            headline="H",
            standfirst="S",
            body_html="<h2>Dawn</h2><p>One <em>two</em>.</p><ul><li>a</li><li><p>b</p></li></ul>"
            "<blockquote><p>q</p></blockquote><figure><img src='/media/k/full-960.jpg' alt='x'>"
            "<figcaption>cap</figcaption></figure><p> </p>",
        )
        assert translations.paragraphs({"kicker": "", **given}) == [
            *("Ports", "H", "S", "Dawn", "One two.", "a", "b", "q", "cap"),
        ]


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
    return TranslationSource.objects.get(story=twin)


def change(source, *texts, publish=True):
    story = workflow.save_draft(source, content(body_html=body(*texts)), by=None)
    return workflow.publish(story, by=None) if publish else story


class TestDrift:
    def test_is_counted_when_readers_get_another_text(self, source, twin):
        change(source, A, B2, C, publish=False)
        assert row_of(twin).changed_count == 0
        workflow.publish(source, by=None)
        row = row_of(twin)
        assert (row.changed_count, row.total_count) == (1, 5)

    def test_of_a_source_that_is_no_longer_public_is_that_of_its_draft(self, source, twin):
        change(source, A, B2, C, publish=False)
        workflow.unpublish(source, by=None)
        assert row_of(twin).changed_count == 1

    def test_goes_when_the_source_goes_back(self, source, twin):
        change(source, A, B2, C)
        change(source, A, B, C)
        assert row_of(twin).changed_count == 0

    @pytest.mark.parametrize("action", ["accept", "keep"])
    def test_is_settled_paragraph_by_paragraph(self, source, twin, edda, action):
        change(source, A, B2, C, D)
        first, second = translations.drift(row_of(twin))
        translations.settle(row_of(twin), first.id, action, by=edda)
        assert shape(translations.drift(row_of(twin))) == shape([second])
        translations.settle(row_of(twin), second.id, action, by=edda)
        assert row_of(twin).changed_count == 0
        log = twin.transitions.first()
        assert (log.action, log.by, log.note) == (f"{action}_source", edda, D)

    def test_of_a_removed_paragraph_is_settled_too(self, source, twin, edda):
        change(source, A, C)
        (gone,) = translations.drift(row_of(twin))
        translations.settle(row_of(twin), gone.id, "keep", by=edda)
        assert row_of(twin).changed_count == 0
        change(source, A, B, C)
        assert shape(translations.drift(row_of(twin))) == [("added", "", B)]

    def test_that_changed_again_meanwhile_is_refused(self, source, twin, edda):
        change(source, A, B2, C)
        (seen,) = translations.drift(row_of(twin))
        change(source, A, "Something else about the second boat and the tide.", C)
        with pytest.raises(DriftRefused, match="changed again"):
            translations.settle(row_of(twin), seen.id, "accept", by=edda)
        assert row_of(twin).changed_count == 1

    def test_is_settled_by_who_may_write(self, source, twin):
        change(source, A, B2, C)
        (seen,) = translations.drift(row_of(twin))
        with pytest.raises(DriftRefused):
            translations.settle(row_of(twin), seen.id, "accept", by=make_user("rosa", "Reporter"))

    def test_never_touches_an_edit_of_the_translator(self, source, twin, edda):
        mine = content(headline="الميناء كما أراه", body_html=body("نصي أنا"))
        workflow.save_draft(twin, mine, by=edda)
        for number in range(100):
            change(source, *([A, B2, C, D][: number % 4 + 1]), f"Line {number} of the tide table.")
            for found in translations.drift(row_of(twin))[:1]:
                translations.settle(row_of(twin), found.id, "accept", by=edda)
        twin.refresh_from_db()
        assert (twin.headline, twin.body_html) == ("الميناء كما أراه", body("نصي أنا"))
        assert twin.revisions.count() == 2

    @pytest.mark.parametrize("number", [2, 40])
    def test_costs_a_save_the_same_whatever_the_text(
        self, source, twin, number, django_assert_num_queries
    ):
        change(source, *(f"Line {n}" for n in range(number)), publish=False)
        with django_assert_num_queries(2 + 1):
            translations.recount(Story.objects.select_related("live_revision").get(pk=source.pk))


class TestInTheDesk:
    @pytest.fixture
    def client(self, client, edda):
        client.force_login(edda)
        return client

    def test_a_translation_begins_with_its_source_beside_it(self, client, source):
        query = f"&translation_of={source.pk}"
        page = client.get(f"/admin/articles/story/add/?language=ar{query}").content.decode()
        assert B in page
        desk.add(client, "ar", query, headline="الميناء", section=world().pk)
        twin = Story.objects.get(language="ar")
        assert twin.translation_key == source.translation_key
        assert row_of(twin).source == source
        page = client.get(reverse("admin:articles_story_change", args=[twin.pk])).content.decode()
        assert '<div class="source-text" dir="ltr" lang="en"' in page
        assert B in page

    def test_topics_come_along_where_they_have_a_name(self, client):
        from articles.models import TopicTranslation

        source = make_story(topics=["Sea", "Trade"])
        topic = TopicTranslation.objects.get(name="Sea").topic
        TopicTranslation.objects.create(topic=topic, language="ar", name="بحر", slug="بحر")
        answer = client.get(f"/admin/articles/story/add/?language=ar&translation_of={source.pk}")
        assert answer.context["form"]["topics"].value() == "بحر"

    def test_lists_and_the_form_say_how_much_changed(self, client, source, twin):
        change(source, A, B2, C)
        assert "1 of 5 paragraphs changed" in client.get("/admin/articles/story/").content.decode()
        listed = client.get("/admin/articles/story/", {"state": "stale"}).content.decode()
        assert "الميناء" in listed
        assert "The harbour wakes" not in listed[listed.index("result_list") :]
        page = client.get(reverse("admin:articles_story_change", args=[twin.pk])).content.decode()
        assert "<ins>two hours </ins>" in page

    def test_accept_and_keep_are_posts(self, client, source, twin):
        change(source, A, B2, C, D)
        address = reverse("admin:articles_story_source", args=[twin.pk])
        assert client.get(address).status_code == 405
        first = translations.drift(row_of(twin))[0]
        fragment = client.post(address, {"do": f"keep:{first.id}", "fragment": "1"})
        assert "1 of 6 paragraphs changed" in fragment.content.decode()
        again = client.post(address, {"do": f"keep:{first.id}", "fragment": "1"})
        assert "changed again meanwhile" in again.content.decode()
        assert client.post(address, {"do": "accept:all"}).status_code == 302
        assert row_of(twin).changed_count == 0

    def test_a_version_without_a_source_can_follow_one(self, client, source):
        twin = make_draft(language="ar", translation_key=source.translation_key)
        address = reverse("admin:articles_story_source", args=[twin.pk])
        client.post(address, {"follow": make_story(headline="Another").pk})
        assert not TranslationSource.objects.exists()
        client.post(address, {"follow": source.pk})
        assert row_of(twin).source == source

    def test_is_for_who_may_write(self, client, source, twin):
        client.force_login(make_user("rosa", "Reporter"))
        address = reverse("admin:articles_story_source", args=[twin.pk])
        assert client.post(address, {"follow": source.pk}).status_code == 403
