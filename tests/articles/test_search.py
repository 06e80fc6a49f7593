"""The search index: what is found, in which order, and when it is found no more.

Every expectation is a literal list: the suite runs on SQLite and on PostgreSQL, so both answer it.
"""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from articles import search as searching
from articles import workflow
from articles.models import SearchEntry, Story
from articles.search import entries, postgresql
from articles.search.question import Filters, Question
from tests.factories import content, make_author, make_draft, make_section, make_story, world

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)


def found(words: str, language: str = "ar", **filters) -> list[str]:
    """The headlines that a search finds, in its order."""
    filters.setdefault("languages", (language,))
    ids = searching.search(words, Filters(**filters))
    stories = Story.objects.in_bulk(ids)
    return [stories[pk].headline for pk in ids]


def told(headline: str, body: str = "", language: str = "ar", hours: int = 1, **fields) -> Story:
    at = timezone.now() - timedelta(hours=hours)
    text = f"<p>{body}</p>" if body else "<p>…</p>"
    return make_story(
        language=language, headline=headline, standfirst="", body_html=text, at=at, **fields
    )


@pytest.fixture
def paper():
    told("الحكومة تقر الميزانية", "ناقش الوزراء القرار", hours=5)
    told("يوم في البرلمان", "طلبت الحكومة تأجيل الجلسة", hours=4)
    told("بيانات جديدة", "قالت حكومات المنطقة إنها تدرس الأمر", hours=3)
    told("لبنان يفتح مطاره", "وصل اللبنانيون إلى المطار", hours=2)
    told("أسعار اللبن", "ارتفع سعر اللبن في الأسواق", hours=1)


class TestWords:
    @pytest.mark.parametrize(
        ("words", "headlines"),
        [
            # In the headline, in the text, other forms; each newest first.
            ("الحكومة", ["الحكومة تقر الميزانية", "يوم في البرلمان", "بيانات جديدة"]),
            ("حكومات", ["بيانات جديدة", "يوم في البرلمان", "الحكومة تقر الميزانية"]),
            ("والحكومة", ["بيانات جديدة", "يوم في البرلمان", "الحكومة تقر الميزانية"]),
            ("الحُكُومَة البرلمان", ["يوم في البرلمان"]),
            ("لبناني", ["لبنان يفتح مطاره"]),
            ("لبن", ["أسعار اللبن"]),
            ("الأسعار", ["أسعار اللبن"]),
            ("المطارات لبنان", ["لبنان يفتح مطاره"]),
            ("حكومة لبنان", []),
            ("زقزوق", []),
            ("", []),
            ("…", []),
        ],
    )
    def test_are_found_with_their_forms(self, paper, words, headlines):
        assert found(words) == headlines

    @pytest.mark.parametrize(
        ("words", "headlines"),
        [
            ('"طلبت الحكومة"', ["يوم في البرلمان"]),
            ("«الحكومة تأجيل»", ["يوم في البرلمان"]),
            ("“الحكومة تقر” الميزانية", ["الحكومة تقر الميزانية"]),
            ('"تقر الحكومة"', []),
            ('"حكومات"', ["بيانات جديدة"]),
            ('"الحكومة" "البرلمان"', ["يوم في البرلمان"]),
            ('"" الحكومة البرلمان', ["يوم في البرلمان"]),
            ('"الحكومة البرلمان', ["يوم في البرلمان"]),
            ('"اللبن ارتفع"', ["أسعار اللبن"]),
        ],
    )
    def test_between_quotation_marks_stand_side_by_side(self, paper, words, headlines):
        assert found(words) == headlines

    def test_of_every_part_of_a_story_are_found(self):
        make_story(
            headline="Harbour",
            kicker="Sea",
            standfirst="Boats leave early",
            agency="Reuters",
            topics=["Fisheries"],
            body_html="<p>The <em>first</em> one</p><p>left</p>",
        )
        for word in ("harbour", "sea", "boat", "reuters", "fishery", "first", "left", "LEFT"):
            assert found(word, "en") == ["Harbour"], word
        assert found('"one left"', "en") == ["Harbour"]

    def test_letters_that_stand_for_words_are_not_asked_for(self):
        told("L'État paie", language="fr")
        told("État des lieux", language="fr", hours=2)
        assert found("l’état", "fr") == ["L'État paie", "État des lieux"]

    @pytest.mark.parametrize(
        "words",
        [
            *(
                "'",
                '"',
                "''",
                '""',
                "\\",
                "*",
                "a*",
                "^a",
                "~a",
                "@a",
                "/inen",
                "NEAR(a b)",
                "a AND",
            ),
            *("OR", "NOT a", "words:a", "{marks}:a", "a + b", "-a", "a:*", "a & b", "!a", "(", ")"),
            *("a|b", "<->", "a <2> b", "'a':*", "%", "_", "a%b", "\x00", "\ud800", "‮", "﷽", "𝔸"),
            *("'; DROP TABLE articles_story; --", "«»", "«a", "a»", "“a", '"a" b"', "🏳️‍🌈", "٪"),
            *("a " * 500, '"' + "a b " * 100 + '"', "ا" * 5000, "select*from", "\r\n\t", "e1 1e5"),
        ],
    )
    def test_break_nothing(self, words):
        make_story(headline="harmless")
        for language in ("ar", "en", "fr"):
            assert isinstance(found(words, language), list)
        assert isinstance(searching.find(words), list | None)

    def test_are_no_operators(self):
        told("near a harbour", language="en")
        assert found("NEAR", "en") == ["near a harbour"]
        assert found("near OR nothing", "en") == []
        assert found("near NOT harbour", "en") == []
        assert found("marks:near", "en") == []

    def test_beyond_the_twelfth_are_not_asked_for(self):
        told(" ".join(f"word{n}" for n in range(12)), language="en")
        asked = " ".join(f"word{n}" for n in range(14))
        assert len(found(asked, "en")) == 1
        assert Question(f'{asked} "more than that"', ("en",)).phrases == []

    def test_of_scripts_the_paper_does_not_write_are_found(self):
        words = ["हिन्दी", "ภาษาไทย", "中文新闻", "עיתון", "𐐷𐐲𐑌", "ꚠꚡ", "𞤀𞤣"]
        told(" ".join(words), language="en")
        for word in words:
            assert len(found(word, "en")) == 1, word
            assert len(found(f'"{word}"', "en")) == 1, word

    def test_very_long_texts_are_searched_as_far_as_papers_write(self):
        body = " ".join(f"كلمة{n}" for n in range(30_000))
        told("طويل", body)
        assert found("كلمة1 طويل") == ["طويل"]
        assert found("كلمة29999") == []


class TestCommonWords:
    def test_only_the_newest_are_ranked(self, monkeypatch):
        monkeypatch.setattr(searching, "MOST", 3)
        for hours in range(1, 6):
            told(f"{hours}", "الميناء", hours=hours)
        assert found("الميناء") == ["1", "2", "3"]
        told("ميناء", "ميناء", hours=9)
        assert found("الميناء") == ["1", "2", "3"]
        assert found("ميناء") == ["ميناء", "1", "2"]

    def test_the_newest_of_stretches_are_those_of_all(self, monkeypatch):
        """What PostgreSQL looks through first is an order, not another answer."""
        for hours in (1, 30, 700, 9000, 90_000):
            told(f"{hours}", "الميناء", hours=hours)
        told("بلا شيء", hours=2)
        everything = found("ميناء")
        assert everything == ["1", "30", "700", "9000", "90000"]
        monkeypatch.setattr(postgresql, "NEWEST", 1)
        for most in range(1, 7):
            monkeypatch.setattr(searching, "MOST", most)
            assert found("ميناء") == everything[:most]

    def test_the_same_moment_is_ordered_by_number(self):
        at = timezone.now() - timedelta(hours=1)
        ids = [make_story(headline=f"{n} harbour", at=at).pk for n in range(4)]
        assert searching.search("harbour", Filters(("en",))) == ids[::-1]


class TestFilters:
    def test_sections(self):
        sport = make_section({"en": ("Sport", "sport")})
        told("Match at sea", language="en", section=sport.pk)
        told("Sea", language="en", hours=2)
        assert found("sea", "en", sections=(sport.pk,)) == ["Match at sea"]
        assert found("sea", "en", sections=(sport.pk, world().pk)) == ["Match at sea", "Sea"]
        assert found("sea", "en", sections=()) == []

    def test_authors_known_to_the_paper_and_guests(self):
        leila = make_author()
        told(
            "By Leila", language="en", bylines=[{"author": leila.pk, "name": "", "role": "writer"}]
        )
        guest = {"author": None, "name": "Anna O'Neil", "role": "writer"}
        told("By a guest", language="en", hours=2, bylines=[guest])
        assert found("by", "en", authors=(leila.pk,)) == ["By Leila"]
        assert found("by", "en", authors=(), guest=("neil", "anna")) == ["By a guest"]
        assert found("by", "en", authors=(leila.pk,), guest=("anna",)) == ["By Leila", "By a guest"]
        assert found("neil", "en") == []

    def test_days_are_those_of_the_sites_zone(self, settings):
        settings.TIME_ZONE = "Asia/Riyadh"
        make_story(headline="Before midnight", at=datetime(2026, 3, 8, 20, 59, 59, tzinfo=UTC))
        make_story(headline="After midnight", at=datetime(2026, 3, 8, 21, tzinfo=UTC))
        with timezone.override("Asia/Riyadh"):
            day = date(2026, 3, 9)
            assert found("midnight", "en", since=day) == ["After midnight"]
            assert found("midnight", "en", until=day - timedelta(1)) == ["Before midnight"]
            assert found("midnight", "en", since=day, until=day) == ["After midnight"]
            assert found("midnight", "en", until=date.max) == ["After midnight", "Before midnight"]
            assert found("midnight", "en", since=date(1, 1, 3))[0] == "After midnight"

    def test_languages(self):
        told("Reuters in English", language="en")
        told("رويترز Reuters", hours=2)
        assert found("reuters", "en") == ["Reuters in English"]
        assert found("reuters", languages=("ar", "en")) == ["Reuters in English", "رويترز Reuters"]
        assert found("reuters", "fr") == []

    def test_alone_they_find_what_is_within(self):
        told("One", language="en")
        told("Two", language="en", hours=2)
        assert found("", "en", sections=(world().pk,)) == ["One", "Two"]
        assert found("", "en") == []


class TestWhatIsPublic:
    """Bait: everything that could leak holds the word."""

    def test_only_what_readers_may_read_is_found(self):
        make_draft(headline="bait draft")
        make_story(headline="bait tomorrow", at=timezone.now() + timedelta(days=1))
        make_story(headline="bait page", kind="page")
        workflow.withdraw(make_story(headline="bait withdrawn"), by=None, notice="Wrong.")
        workflow.unpublish(make_story(headline="bait unpublished"), by=None)
        ended = make_story(headline="bait ended", at=timezone.now() - timedelta(hours=2))
        workflow.unpublish(ended, by=None, at=timezone.now() + timedelta(seconds=30))
        assert found("bait", "en") == ["bait ended"]
        SearchEntry.objects.filter(story=ended).update(ends_at=timezone.now())
        assert found("bait", "en") == []
        assert len(searching.find("bait")) == 6

    def test_edits_that_wait_are_not_found(self):
        story = make_story(headline="The harbour wakes")
        edited = workflow.save_draft(story, content(headline="Secret edit"), by=None)
        assert found("secret", "en") == []
        workflow.publish(edited, by=None)
        assert found("secret", "en") == ["Secret edit"]
        assert found("wakes", "en") == []

    def test_a_story_comes_with_its_time_and_goes_with_it(self, time_machine):
        time_machine.move_to(NOW, tick=False)
        story = make_story(headline="Timed", at=NOW + timedelta(minutes=5))
        workflow.unpublish(story, by=None, at=NOW + timedelta(minutes=9))
        assert found("timed", "en") == []
        time_machine.move_to(NOW + timedelta(minutes=5), tick=False)
        assert found("timed", "en") == ["Timed"]
        time_machine.move_to(NOW + timedelta(minutes=9), tick=False)
        assert found("timed", "en") == []

    def test_an_end_that_is_called_off_leaves_it_there(self, time_machine):
        time_machine.move_to(NOW, tick=False)
        story = make_story(headline="Timed", at=NOW - timedelta(minutes=5))
        story = workflow.unpublish(story, by=None, at=NOW + timedelta(minutes=9))
        workflow.cancel_unpublish_at(story, by=None)
        time_machine.move_to(NOW + timedelta(minutes=10), tick=False)
        assert found("timed", "en") == ["Timed"]

    def test_what_comes_back_is_found_again(self):
        story = workflow.withdraw(make_story(headline="Back"), by=None, notice="Wrong.")
        assert found("back", "en") == []
        workflow.publish(story, by=None)
        assert found("back", "en") == ["Back"]


class TestFind:
    """The desk's search."""

    def test_finds_drafts_forms_and_beginnings(self):
        draft = make_draft(headline="The harbourmaster resigns")
        story = make_story(headline="Harbours", language="fr")
        arabic = make_draft(headline="والحكومات", language="ar")
        assert searching.find("harbour") == [draft.pk, story.pk]
        assert searching.find("harb") == [draft.pk, story.pk]
        assert searching.find("ha") == []
        assert searching.find("حكومة") == [arabic.pk]
        assert searching.find("") is None

    def test_the_newest_come_first_and_drafts_do_not_drown(self, monkeypatch):
        monkeypatch.setattr(searching, "MOST_WORK", 2)
        drafts = [make_draft(headline="Same").pk for _ in range(3)]
        public = [make_story(headline="Same", at=timezone.now()).pk for _ in range(3)]
        assert searching.find("same") == [*public[:0:-1], *drafts[:0:-1]]


class TestReindexing:
    def receipt(self) -> str:
        out = StringIO()
        call_command("reindex_stories", stdout=out)
        return out.getvalue()

    def test_it_brings_back_what_is_missing(self, monkeypatch):
        monkeypatch.setattr(searching, "AT_ONCE", 2)
        for n in range(5):
            make_story(headline=f"Lost {n}")
        make_draft(headline="Lost draft")
        SearchEntry.objects.all().delete()
        assert found("lost", "en") == []
        assert self.receipt() == "Stories in the index: 6. Missing before: 6.\n"
        assert len(found("lost", "en")) == 5
        assert not searching.unindexed().exists()
        assert self.receipt() == "Stories in the index: 6. Missing before: 0.\n"
        assert len(found("lost", "en")) == 5

    def test_stories_that_are_no_more_are_not_in_the_index(self):
        pk = make_story(headline="Gone").pk
        Story.objects.get(pk=pk).delete()
        assert found("gone", "en") == []
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM articles_searchentry")
            assert cursor.fetchone() == (0,)
            if connection.vendor == "sqlite":
                cursor.execute("SELECT count(*) FROM articles_searchindex")
                assert cursor.fetchone() == (0,)

    def test_it_costs_the_same_for_one_and_for_many(self, django_assert_num_queries):
        stories = [make_story(topics=["A"]) for _ in range(4)]
        for part in (stories[:1], stories):
            with django_assert_num_queries(5):
                searching._write(part)

    def test_a_story_keeps_one_entry(self):
        story = make_story(headline="Original")
        workflow.publish(workflow.save_draft(story, content(headline="Second"), by=None), by=None)
        assert SearchEntry.objects.filter(story=story).count() == 1
        assert found("original", "en") == []


class TestPlaces:
    def test_are_in_the_order_of_time_then_of_number(self):
        moments = [datetime(1700, 1, 1), datetime(1895, 5, 1), NOW.replace(tzinfo=None)]
        places = [
            entries.place_at(moment.replace(tzinfo=UTC), number)
            for moment in [*moments, datetime(9999, 1, 1)]
            for number in (1, 2, (1 << entries.PLACE_BITS) - 1)
        ]
        assert places == sorted(set(places))
        assert places[-1] == entries.LAST_PLACE < 2**63
        assert entries.place_at(NOW, is_end=True) == entries.place_at(NOW, 536_870_911)

    def test_periods_cover_every_second_and_are_few(self):
        last = entries.place_at(NOW) >> entries.PLACE_BITS
        for seconds in (0, 1, 4095, 10**5, 10**6, 10**7, 10**8, 10**9):
            [*periods] = postgresql._periods(last - seconds, last)
            marks = {mark for (mark,) in periods}
            assert 0 < len(marks) <= postgresql.MOST_PERIODS
            for second in {last, last - seconds, last - seconds // 2}:
                assert marks & {*postgresql._marks_of_time(second << entries.PLACE_BITS)}
