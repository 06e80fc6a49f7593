"""Words set apart in large type: what is kept of them, and what each reader gets."""

import pytest

from articles.described import described
from articles.pull_quotes import set_apart
from articles.wordpress.text import to_html
from newsroom.lib.html import clean
from tests.factories import make_story

WORDS = "A train that stops nowhere is a lift."


def quote(words: str = WORDS, said_by: str = "", more: str = "") -> str:
    under = f"<figcaption>{said_by}</figcaption>" if said_by else ""
    return (
        f'<figure data-quote="pull"><blockquote><p{more}>{words}</p></blockquote>{under}</figure>'
    )


class TestSettingApart:
    def test_words_of_their_own_are_read(self):
        found = set_apart("<p>On railways.</p>" + quote(said_by="Nadim"))
        assert found == (
            f'<p>On railways.</p><figure class="pull-quote"><blockquote><p>{WORDS}</p></blockquote>'
            "<figcaption>Nadim</figcaption></figure>"
        )

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            (f"<p>He said: {WORDS} Then he left.</p>", WORDS),
            ("<p>A <em>train</em>, that stops nowhere,</p><p>is a lift!</p>", WORDS),
            ("<p>قال: مدينةٌ بلا مقاعدَ مدينةٌ للأقوياء.</p>", "مدينة بلا مقاعد مدينة للأقوياء"),
        ],
    )
    def test_words_that_stand_in_the_text_are_not_said_twice(self, text, words):
        assert '<figure class="pull-quote" aria-hidden="true">' in set_apart(text + quote(words))

    def test_part_of_a_word_is_no_repetition(self):
        assert "aria-hidden" not in set_apart("<p>Trains that stop.</p>" + quote("rain"))

    def test_two_of_the_same_words_are_both_read(self):
        """Neither stands in the text, so neither is hidden for the other."""
        assert "aria-hidden" not in set_apart(quote() + quote())

    def test_what_the_keyboard_reaches_is_never_hidden(self):
        linked = quote('A <a href="/x/">train</a>')
        assert "aria-hidden" not in set_apart("<p>A train</p>" + linked)

    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("«مدينة بلا مقاعد»", "مدينة بلا مقاعد"),
            ("“A lift.”", "A lift."),
            ("« Un ascenseur. »", "Un ascenseur."),
            ("“One” and “two”", "“One” and “two”"),
            ("He said “no”", "He said “no”"),
        ],
    )
    def test_marks_that_were_typed_do_not_stand_twice(self, typed, kept):
        assert f"<p>{kept}</p>" in set_apart(quote(typed))

    def test_the_direction_of_the_words_stays(self):
        more = ' dir="ltr" lang="en"'
        assert f"<p{more}>{WORDS}</p>" in set_apart(clean(quote(more=more)))

    def test_other_figures_and_quotations_stay_as_they_are(self):
        text = "<blockquote><p>a</p></blockquote><figure><img><figcaption>b</figcaption></figure>"
        assert set_apart(text) == text
        assert set_apart(text + quote()).startswith(text)

    def test_cleaning_keeps_it_and_a_second_time_changes_nothing(self):
        kept = clean(quote(said_by="Nadim"))
        assert kept == quote(said_by="Nadim")
        assert clean(kept) == kept


@pytest.mark.django_db
class TestThePage:
    def test_it_is_set_apart(self, client):
        story = make_story(body_html=f"<p>On railways.</p>{quote()}")
        page = client.get(story.get_absolute_url()).content.decode()
        assert f'<figure class="pull-quote"><blockquote><p>{WORDS}</p></blockquote>' in page


class TestComparing:
    def test_it_is_told_from_a_quotation(self):
        plain = described("<blockquote><p>a</p></blockquote>")
        apart = described('<figure data-quote="pull"><blockquote><p>a</p></blockquote></figure>')
        assert "[Pull quote]" in apart.text
        assert "[Pull quote]" not in plain.text


class TestWordPress:
    """Its own pull quote becomes ours; everything else stays a quotation."""

    @pytest.mark.parametrize(
        ("post", "kept"),
        [
            (
                '<!-- wp:pullquote -->\n<figure class="wp-block-pullquote alignleft"><blockquote>'
                "<p>A</p><p>B</p><cite>Nadim</cite></blockquote></figure>\n<!-- /wp:pullquote -->",
                '<figure data-quote="pull"><blockquote><p>A</p><p>B</p></blockquote>'
                "<figcaption>Nadim</figcaption></figure>",
            ),
            (
                '<figure class="wp-block-pullquote"><blockquote><p>A</p></blockquote></figure>',
                '<figure data-quote="pull"><blockquote><p>A</p></blockquote></figure>',
            ),
            (
                '<blockquote class="wp-block-quote"><p>A</p></blockquote>',
                "<blockquote><p>A</p></blockquote>",
            ),
        ],
    )
    def test_what_becomes_of_it(self, post, kept):
        assert clean(to_html(post)).replace("\n", "") == kept

    def test_a_heap_of_unfinished_ones_takes_no_time(self):
        assert to_html('<figure class="wp-block-pullquote"><blockquote><p>A' * 3000)
