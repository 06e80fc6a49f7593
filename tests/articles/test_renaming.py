"""What is called otherwise is found under its new name, and no more under its old one."""

from threading import Event, Thread

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from articles import search as searching
from articles import workflow
from articles.content import present_names, topics_in
from articles.models import (
    AuthorTranslation,
    FormerTopicName,
    Reindexing,
    SectionTranslation,
    Story,
    Topic,
    TopicTranslation,
)
from articles.search.question import Filters
from tests.factories import content, make_author, make_draft, make_story, make_user, world

pytestmark = pytest.mark.django_db


def found(words: str, language: str = "ar") -> list[int]:
    return searching.search(words, Filters(languages=(language,)))


def rename(name: str, new: str, language: str = "ar") -> Topic:
    row = TopicTranslation.objects.get(language=language, name=name)
    row.name = new
    row.save()
    return row.topic


@pytest.fixture
def story():
    return make_story(language="ar", headline="القارب الأول", topics=["موانئ", "بحر"])


@pytest.fixture
def edda(client):
    client.force_login(make_user("edda", "Editor"))
    return client


class TestTopics:
    def test_a_story_is_found_under_the_new_name_alone(self, story):
        assert found("موانئ") == [story.pk]
        rename("موانئ", "مرافئ")
        assert found("مرافئ") == [story.pk]
        assert found("موانئ") == []
        assert found("بحر") == [story.pk]

    def test_it_holds_for_a_rename_at_the_desk(self, edda, story):
        row = TopicTranslation.objects.get(name="موانئ")
        data = {"translations-TOTAL_FORMS": "1", "translations-INITIAL_FORMS": "1"}
        data |= {
            "translations-0-id": row.pk,
            "translations-0-topic": row.topic_id,
            "translations-0-language": "ar",
            "translations-0-name": "مرافئ",
            "translations-0-slug": row.slug,
        }
        assert edda.post(f"/admin/articles/topic/{row.topic_id}/change/", data).status_code == 302
        assert (found("مرافئ"), found("موانئ")) == ([story.pk], [])

    def test_other_languages_and_other_stories_are_left_alone(self, story):
        english = make_story(headline="First boat", topics=["Ports"])
        topic = TopicTranslation.objects.get(name="موانئ").topic
        TopicTranslation.objects.create(topic=topic, language="en", name="Harbours", slug="h")
        rename("موانئ", "مرافئ")
        assert found("Ports", "en") == [english.pk]

    def test_another_spelling_of_the_same_name_writes_nothing(
        self, story, django_assert_max_num_queries
    ):
        row = TopicTranslation.objects.get(name="موانئ")
        row.name = "مَوانئ"
        with django_assert_max_num_queries(3):
            row.save()
        assert found("موانئ") == [story.pk]
        assert not FormerTopicName.objects.exists()

    def test_a_deleted_topic_is_no_word_of_its_stories_any_more(self, story):
        TopicTranslation.objects.get(name="موانئ").topic.delete()
        assert found("موانئ") == []
        assert found("بحر") == [story.pk]

    def test_nor_is_a_name_that_was_taken_away(self, story):
        TopicTranslation.objects.get(name="موانئ").delete()
        assert found("موانئ") == []

    def test_a_name_that_was_given_again_is_found(self, story):
        topic = TopicTranslation.objects.get(name="موانئ").topic
        topic.translations.all().delete()
        TopicTranslation.objects.create(topic=topic, language="ar", name="مرافئ", slug="m")
        assert found("مرافئ") == [story.pk]

    def test_a_draft_that_is_published_later_is_found_under_the_new_name(self):
        draft = make_draft(language="ar", topics=["موانئ"])
        rename("موانئ", "مرافئ")
        workflow.publish(draft, by=None)
        assert (found("مرافئ"), found("موانئ")) == ([draft.pk], [])


class TestManyStories:
    """More than a hundred wait for `tick`, which takes them part by part."""

    @pytest.fixture(autouse=True)
    def two_are_many(self, monkeypatch):
        monkeypatch.setattr(searching, "AT_ONCE", 2)
        monkeypatch.setattr(searching, "PAUSE", 0)

    @pytest.fixture
    def stories(self):
        return [make_story(language="ar", topics=["موانئ"]).pk for _ in range(5)]

    def test_they_follow_by_the_clock(self, stories):
        rename("موانئ", "مرافئ")
        assert [row.stories for row in Reindexing.objects.order_by("pk")] == [
            stories[:2],
            stories[2:4],
            stories[4:],
        ]
        call_command("tick")
        assert not Reindexing.objects.exists()
        assert sorted(found("مرافئ")) == stories
        assert found("موانئ") == []

    def test_a_rename_costs_the_same_for_any_number(self, django_assert_num_queries):
        for number in (3, 9):
            name = f"اسم {number}"
            for _ in range(number):
                make_story(language="ar", topics=[name])
            with django_assert_num_queries(15):
                rename(name, f"لقب {number}")

    def test_they_follow_when_the_topic_is_gone(self, stories):
        Topic.objects.all().delete()
        assert searching.catch_up(10) == 5
        assert found("موانئ") == []

    def test_no_more_is_done_than_there_is_time_for(self, stories):
        rename("موانئ", "مرافئ")
        assert searching.catch_up(0) == 0
        assert Reindexing.objects.count() == 3

    def test_stories_that_are_gone_by_then_are_passed_over(self, stories):
        rename("موانئ", "مرافئ")
        Story.objects.filter(pk=stories[0]).delete()
        assert searching.catch_up(10) == 4


class TestFormerNames:
    """Revisions keep the names of topics. A renamed one is not made again by the next save."""

    def test_the_next_save_keeps_the_topic(self, story):
        topic = rename("موانئ", "مرافئ")
        head = workflow.head(story).content
        assert "موانئ" in head["topics"]
        changed = workflow.save_draft(story, head | {"kicker": "بحر"}, by=None)
        workflow.publish(changed, by=None)
        assert topic in Story.objects.get(pk=story.pk).topics.all()
        assert TopicTranslation.objects.filter(language="ar").count() == 2
        assert (found("مرافئ"), found("موانئ")) == ([story.pk], [])

    def test_the_form_shows_the_present_name(self, edda, story):
        rename("موانئ", "مرافئ")
        page = edda.get(f"/admin/articles/story/{story.pk}/change/").content.decode()
        assert "مرافئ، بحر</textarea>" in page

    def test_a_translation_begins_with_the_names_of_its_language(self, story):
        topic = rename("موانئ", "مرافئ")
        TopicTranslation.objects.create(topic=topic, language="en", name="Harbours", slug="h")
        assert topics_in("en", ["موانئ"], "ar") == ["Harbours"]

    def test_renamed_twice_both_former_names_lead_to_it(self, story):
        topic = rename("موانئ", "مرافئ")
        rename("مرافئ", "مراسٍ")
        make_story(language="ar", topics=["موانئ", "مرافئ"], headline="ثانٍ")
        assert topic.stories.count() == 2
        assert present_names(["موانئ", "مرافئ", "بحر"], "ar") == ["مراسٍ", "بحر"]

    def test_a_name_that_is_taken_again_belongs_to_who_has_it_now(self, story):
        former = rename("موانئ", "مرافئ")
        fresh = Topic.objects.create()
        TopicTranslation.objects.create(topic=fresh, language="ar", name="موانئ", slug="new")
        other = make_story(language="ar", topics=["موانئ"], headline="ثالث")
        assert list(other.topics.all()) == [fresh]
        assert former not in other.topics.all()
        assert present_names(["موانئ"], "ar") == ["موانئ"]

    def test_a_former_name_of_another_language_is_none(self, story):
        make_story(headline="In English", topics=["موانئ"])
        assert TopicTranslation.objects.filter(language="en", name="موانئ").exists()


class TestSectionsAndAuthors:
    """In the index they are numbers: no story has to be written again."""

    def test_an_author_is_looked_for_by_the_present_name(self, client):
        author = make_author({"en": "Leila Haddad"})
        line = {"author": author.pk, "name": "", "role": "writer"}
        story = make_story(headline="Salt", bylines=[line])
        AuthorTranslation.objects.filter(author=author).update(name="Leila Khoury")
        for name, expected in (("Leila Khoury", [story.pk]), ("Haddad", [])):
            page = client.get("/en/search/", {"q": "salt", "author": name})
            assert [row.pk for row in page.context["stories"]] == expected

    def test_a_section_is_looked_for_under_its_present_name(self, client):
        story = make_story(headline="Salt")
        row = SectionTranslation.objects.get(section=world(), language="en")
        row.name, row.slug = "Abroad", "abroad"
        row.save()
        page = client.get("/en/search/", {"q": "salt", "section": "abroad"})
        assert [found.pk for found in page.context["stories"]] == [story.pk]
        assert '<option value="abroad"' in page.content.decode()
        assert '<option value="world"' not in page.content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL only")
def test_who_saves_a_story_meanwhile_waits_and_reads_the_new_name():
    """A rename locks its stories before it reads them, as every save does."""
    story = make_story(language="ar", topics=["موانئ"])
    is_renamed, is_begun = Event(), Event()

    def save() -> None:
        is_renamed.wait(10)
        is_begun.set()
        workflow.save_draft(story, content(topics=["موانئ"], headline="ثانٍ"), by=None)
        workflow.publish(story, by=None)
        connections.close_all()

    thread = Thread(target=save)
    thread.start()
    with transaction.atomic():
        rename("موانئ", "مرافئ")
        is_renamed.set()
        is_begun.wait(10)
    thread.join(20)
    assert (found("مرافئ"), found("موانئ")) == ([story.pk], [])
