"""The readers' search page: what it shows, what its address keeps, what it costs."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.utils import timezone

from articles import search as searching
from articles import workflow
from articles.search import views
from articles.search.excerpts import Excerpts
from articles.search.question import Question
from tests.factories import make_author, make_image, make_section, make_story

pytestmark = pytest.mark.django_db
MARKED = re.compile(r"<mark>(.*?)</mark>")


def page(client, **asked) -> str:
    response = client.get("/en/search/", asked)
    assert response.status_code == 200
    return response.content.decode()


def headlines(client, **asked) -> list[str]:
    response = client.get("/en/search/", asked)
    return [story.headline for story in response.context["stories"]]


class TestWhatIsShown:
    def test_before_anything_is_asked_a_reader_is_told_how(self, client):
        make_story()
        text = page(client)
        assert "quotation marks" in text
        assert 'href="/en/world/"' in text
        assert "autofocus" in text
        assert 'role="status"' not in text

    def test_results_are_counted_and_named(self, client):
        make_story(headline="Harbour one")
        make_story(headline="Harbour two")
        text = page(client, q="harbour")
        assert "<strong>2 results</strong>" in text
        assert "<bdi>harbour</bdi>" in text
        assert "<strong>1 result</strong>" in page(client, q="two")

    def test_nothing_found_says_what_to_try(self, client):
        text = page(client, q="<b>nowhere", section="world")
        assert "We found nothing for <bdi>&lt;b&gt;nowhere</bdi>." in text
        assert 'href="/en/search/?q=%3Cb%3Enowhere"' in text
        assert "language=any" in text

    def test_filters_alone_find(self, client):
        make_story(headline="Any")
        assert headlines(client, section="world") == ["Any"]
        text = page(client, until="1900-01-01")
        assert "No stories are within these filters." in text

    def test_more_than_are_ranked_is_said(self, client, monkeypatch):
        monkeypatch.setattr(searching, "MOST", 2)
        for _ in range(3):
            make_story()
        text = page(client, q="harbour")
        assert "<strong>2 results</strong>" in text
        assert "these are the newest" in text

    def test_it_is_kept_out_of_search_engines_and_by_shared_caches(self, client):
        response = client.get("/en/search/?q=x")
        assert '<meta name="robots" content="noindex, follow">' in response.content.decode()
        assert "public" in response["Cache-Control"]
        assert response["ETag"]
        assert (
            client.get("/en/search/?q=x", headers={"If-None-Match": response["ETag"]}).status_code
            == 304
        )

    def test_other_methods_are_refused(self, client):
        assert client.post("/en/search/", {"q": "x"}).status_code == 405

    def test_a_story_in_another_language_has_its_own_direction(self, client):
        make_story(language="ar", headline="قارب Boat")
        text = page(client, q="boat", language="any")
        assert re.search(r'<article class="[^"]*" lang="ar" dir="rtl">', text)

    @pytest.mark.parametrize("number", [1, 3])
    def test_it_costs_the_same_for_any_number(self, client, django_assert_num_queries, number):
        picture = make_image().pk
        for _ in range(number):
            make_story(picture=picture)
        with django_assert_num_queries(6 if connection.vendor == "sqlite" else 7):
            client.get("/en/search/?q=harbour")


class TestAddress:
    def test_filters_stay_in_the_links_to_other_pages(self, client, monkeypatch):
        monkeypatch.setattr(views, "PER_PAGE", 1)
        for hours in (1, 2, 3):
            make_story(at=timezone.now() - timedelta(hours=hours))
        asked = {"q": "“harbour”", "section": "world", "since": "2020-01-01", "until": "2099-01-01"}
        text = page(client, **asked, page=2, author="", language="any", junk="1")
        links = re.findall(r'rel="(prev|next)" href="([^"]*)"', text)
        assert [rel for rel, _url in links] == ["prev", "next"]
        for (_rel, url), number in zip(links, ("1", "3"), strict=True):
            query = parse_qs(urlsplit(url.replace("&amp;", "&")).query)
            expected = {name: [value] for name, value in asked.items()}
            assert query == {**expected, "language": ["any"], "page": [number]}

    @pytest.mark.parametrize("number", ["0", "-1", "99", "x", "9" * 30])
    def test_pages_that_are_not_there_are_not_found(self, client, number):
        make_story()
        assert client.get("/en/search/", {"q": "harbour", "page": number}).status_code == 404

    def test_fields_keep_what_was_typed(self, client):
        text = page(client, q='"the boat"', author="Leila", since="2026-03-09")
        assert 'value="&quot;the boat&quot;"' in text
        assert 'value="Leila"' in text
        assert 'value="2026-03-09"' in text

    def test_the_switch_of_languages_keeps_the_words(self, client):
        assert 'href="/ar/search/?q=harbour"' in page(client, q="harbour", section="world")

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("since", "yesterday", "This is no day."),
            ("until", "2026-13-45", "This is no day."),
            ("section", "gone", "There is no such section any more."),
            ("language", "xx", "The paper has no such language."),
        ],
    )
    def test_what_is_not_understood_is_said_and_left_out(self, client, field, value, sentence):
        make_story()
        response = client.get("/en/search/", {"q": "harbour", field: value})
        text = response.content.decode()
        assert len(response.context["stories"]) == 1
        assert sentence in text
        assert f'aria-describedby="search-{field}_error"' in text
        assert f'id="search-{field}_error"' in text
        assert "<details" in text
        assert " open>" in text

    def test_days_in_the_wrong_order_are_said(self, client):
        text = page(client, q="x", since="2026-03-09", until="2026-03-08")
        assert "before the one" in text

    def test_days_may_be_typed_in_arabic_digits(self, client):
        make_story(headline="Now")
        assert headlines(client, q="now", since="٢٠٢٠-٠١-٠١") == ["Now"]

    @pytest.mark.parametrize(
        ("typed", "field"),
        [
            ("٢٠٢٠-٠١-٠١", 'type="date" value="2020-01-01"'),
            ("2020-1-9", 'type="date" value="2020-01-09"'),
            ("أمس", 'type="text" value="أمس"'),
        ],
    )
    def test_a_field_of_days_holds_a_day_and_what_is_none_stays_in_sight(
        self, client, typed, field
    ):
        assert f'name="since" id="search-since" {field}' in page(client, q="x", since=typed)

    def test_the_number_of_words_is_bounded(self, client):
        assert "Only the first words" not in page(client, q="boat " * 5)
        make_story(headline=" ".join(f"w{n}" for n in range(14)))
        assert "Only the first words" in page(client, q=" ".join(f"w{n}" for n in range(14)))


class TestFilters:
    def test_a_section_brings_those_under_it(self, client):
        above = make_section({"en": ("Sport", "sport")})
        below = make_section({"en": ("Rowing", "rowing")}, parent=above)
        make_story(headline="Race", section=below.pk)
        make_story(headline="Other race")
        assert headlines(client, q="race", section="sport") == ["Race"]
        assert "Rowing" in page(client, q="race")

    def test_an_author_is_found_by_any_of_their_names(self, client):
        author = make_author({"ar": "ليلى حداد", "en": "Leila Haddad"})
        make_story(headline="Hers", bylines=[{"author": author.pk, "name": "", "role": "writer"}])
        make_story(
            headline="Theirs", bylines=[{"author": None, "name": "Ann Lee", "role": "writer"}]
        )
        for name, expected in {
            "haddad": ["Hers"],
            "ليلي": ["Hers"],
            "LEE": ["Theirs"],
            "Leila Lee": [],
            "…": [],
        }.items():
            assert headlines(client, author=name) == expected, name

    def test_a_name_that_changed_needs_no_reindexing(self, client):
        author = make_author()
        make_story(headline="Hers", bylines=[{"author": author.pk, "name": "", "role": "writer"}])
        author.translations.filter(language="en").update(name="Layla Mansour")
        assert headlines(client, author="mansour") == ["Hers"]

    def test_languages(self, client):
        make_story(headline="Reuters here")
        make_story(language="fr", headline="Reuters là")
        assert headlines(client, q="reuters") == ["Reuters here"]
        assert headlines(client, q="reuters", language="fr") == ["Reuters là"]
        assert sorted(headlines(client, q="reuters", language="any")) == [
            "Reuters here",
            "Reuters là",
        ]


class TestMarks:
    def shown(self, words: str, language: str = "ar", **fields):
        fields.setdefault("standfirst", "")
        story = make_story(language=language, **fields)
        excerpts = Excerpts(Question(words, (language,)))
        return str(excerpts.headline(story)), str(excerpts.excerpt(story))

    def test_words_and_forms_are_marked_as_they_are_written(self):
        headline, excerpt = self.shown(
            "حكومه الامارات",
            headline="الحكومــة تَقُول",
            body_html="<p>قالت حكومات الإِمارات إنها</p>",
        )
        assert MARKED.findall(headline) == ["الحكومــة"]
        assert MARKED.findall(excerpt) == ["حكومات", "الإِمارات"]

    def test_letters_that_fold_into_several_are_marked_whole(self):
        _headline, excerpt = self.shown(
            "strasse ffi", "en", body_html="<p>Straße o\ufb03ce \ufb03</p>"
        )
        assert MARKED.findall(excerpt) == ["Straße", "ﬃ"]

    def test_markup_stays_text(self):
        headline, excerpt = self.shown(
            "script",
            "en",
            headline="<script>alert(1)</script> & more",
            body_html="<p>a &lt;script&gt; b</p>",
        )
        assert headline == (
            "&lt;<mark>script</mark>&gt;alert(1)&lt;/<mark>script</mark>&gt; &amp; more"
        )
        assert excerpt == "a &lt;<mark>script</mark>&gt; b"

    def test_phrases_are_marked_where_they_stand(self):
        _headline, excerpt = self.shown(
            '"the old boat"', "en", body_html="<p>the boat, the old one, the old boat</p>"
        )
        assert excerpt == (
            "the boat, the old one, <mark>the</mark> <mark>old</mark> <mark>boat</mark>"
        )

    def test_an_excerpt_begins_near_what_was_asked_for(self):
        body = f"<p>{'before ' * 200}needle and thread {'after ' * 200}</p>"
        _headline, excerpt = self.shown("thread needle", "en", body_html=body)
        assert excerpt.startswith("… before")
        assert excerpt.endswith("after …")
        assert MARKED.findall(excerpt) == ["needle", "thread"]
        assert len(excerpt.split()) < 45

    def test_it_prefers_where_more_of_it_stands(self):
        body = f"<p>needle {'between ' * 100} needle thread</p>"
        _headline, excerpt = self.shown("thread needle", "en", body_html=body)
        assert MARKED.findall(excerpt) == ["needle", "thread"]

    def test_without_it_in_the_text_the_standfirst_is_shown(self):
        _headline, excerpt = self.shown(
            "harbour", "en", standfirst="In short.", body_html="<p>Long.</p>"
        )
        assert excerpt == "In short."

    def test_words_of_grammar_are_not_marked_beside_others(self):
        _headline, excerpt = self.shown("the boat", "en", body_html="<p>the boat in the sea</p>")
        assert MARKED.findall(excerpt) == ["boat"]
        _headline, excerpt = self.shown("the", "en", body_html="<p>the boat</p>")
        assert MARKED.findall(excerpt) == ["the"]

    def test_a_cut_leaves_no_isolate_open(self):
        body = f"<p>{'before ' * 40}\u2067{'name ' * 60}\u2069 needle</p>"
        _headline, excerpt = self.shown("name", "en", body_html=body)
        assert "\u2067" not in excerpt
        assert set(MARKED.findall(excerpt)) == {"name"}


class TestEveryPage:
    def test_the_masthead_has_a_box_but_not_on_the_page_of_the_search(self, client):
        make_story()
        front = client.get("/en/").content.decode()
        assert front.count('role="search"') == 1
        assert 'name="q"' in front
        assert page(client).count('role="search"') == 1

    def test_it_vanishes_at_once(self, client):
        story = make_story(headline="Vanishing")
        assert headlines(client, q="vanishing") == ["Vanishing"]
        workflow.withdraw(story, by=None, notice="Wrong.")
        assert headlines(client, q="vanishing") == []
