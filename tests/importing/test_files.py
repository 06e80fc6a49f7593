"""Moving in from WordPress: odd files, and those that are refused."""

import pytest

from articles.models import Author, Story
from newsroom.lib.html import to_text
from tests.importing.export import FILES, HEAD, comment, everything, item, old, refusal, run, wxr

pytestmark = pytest.mark.django_db


class TestOddFiles:
    def test_B221_B226_version_1_0_under_other_prefixes(self):
        run(FILES / "version-1.0.xml")
        story = old(5)
        assert (story.headline, story.standfirst) == ("Lamps & other lights", "In short.")
        assert story.bylines.get().author.translations.get().name == "pearl"
        assert story.section.code == "light"
        assert [topic.in_language("en").name for topic in story.topics.all()] == ["Oil"]
        assert story.legacy_source == "www.lamp.example/blog"

    def test_B227_B228_odd_text_is_kept_and_nothing_in_it_is_interpreted(self, tmp_path):
        odd = '𝔘𝔫𝔦 👩‍🚀 \ufffd O:8:"stdClass":0:{} {{ 7*7 }} %s %(x)s \\\' \\0'
        run(wxr(tmp_path, item(1, title="Odd", text=odd)))
        assert odd in to_text(old(1).body_html)

    def test_B225_three_hundred_authors(self, tmp_path):
        authors = "".join(
            f"<wp:author>\n<wp:author_login>a{n}</wp:author_login>\n</wp:author>"
            for n in range(300)
        )
        run(wxr(tmp_path, authors))
        assert Author.objects.count() == 300

    def test_long_words_fit(self, tmp_path):
        term = f'<category domain="category" nicename="{"n" * 300}">{"ع" * 300}</category>'
        run(wxr(tmp_path, item(1, term, title="كلمة " * 200)))
        assert len(old(1).headline) <= 250
        assert old(1).headline.endswith("كلمة…")

    def test_numbers_and_dates_that_are_none(self, tmp_path):
        bad = item(1).replace("2020-05-04 03:02:01", "2020-13-45 99:99:99")
        run(wxr(tmp_path, bad))
        assert old(1).is_public


class TestSplit:
    """What `wp export` writes: a site in several files."""

    @pytest.fixture
    def parts(self, tmp_path):
        paths = [tmp_path / f"part-{n}.xml" for n in (1, 2)]
        wxr(tmp_path, item(1, comment(1))).rename(paths[0])
        wxr(tmp_path, item(2, comment(2), title="Second")).rename(paths[1])
        return paths

    def test_they_come_together_or_one_after_the_other(self, parts):
        assert "part-1.xml, part-2.xml: WXR 1.2 of one.example" in run(*parts)
        before = everything()
        run(parts[1])
        assert Story.objects.count() == 2
        assert everything() == before

    def test_with_one_that_is_broken_nothing_comes(self, parts):
        parts[1].write_text(HEAD + "<item>")
        assert refusal(*parts).startswith("part-2.xml, line 1: ")
        assert not Story.objects.exists()

    def test_one_of_another_site_is_refused(self, parts):
        parts[1].write_text(parts[1].read_text().replace("one.example", "two.example"))
        assert refusal(*parts) == (
            "part-2.xml: is of another site, two.example and not one.example."
        )


class TestRefused:
    def test_B219_a_broken_file_names_its_line_and_leaves_nothing(self):
        before = everything()
        assert refusal(FILES / "broken.xml") == (
            "broken.xml, line 7: not well-formed XML (not well-formed (invalid token))."
        )
        assert everything() == before

    def test_B236_entities_are_refused_unread(self):
        assert refusal(FILES / "bomb.xml").startswith("bomb.xml, line 2: a document type")

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", "line 1: not well-formed XML (no element found)"),
            ("<html><body>No.</body></html>", "line 1: not a WordPress export"),
            ("<rss><channel><item/></channel></rss>", "it names no WXR version"),
            (HEAD.replace("1.2</wp", "7.5</wp") + "</channel></rss>", "version '7.5' is not known"),
            ('<?xml version="1.0" encoding="klingon"?><rss/>', "line 1: "),
            (HEAD + "<item>", "no element found"),
            (HEAD + item(text="a ]]> b ]]") + "</channel></rss>", "not well-formed"),
            (HEAD + "<item><title>\x01</title></item></channel></rss>", "invalid token"),
        ],
    )
    def test_B220_B224_what_is_no_export_is_refused_in_one_sentence(self, tmp_path, text, reason):
        path = tmp_path / "export.xml"
        path.write_text(text)
        message = refusal(path)
        assert reason in message
        assert "\n" not in message
        assert not Story.objects.exists()

    def test_a_missing_file_and_a_folder(self, tmp_path):
        assert "No such file" in refusal(tmp_path / "absent.xml")
        assert "directory" in refusal(tmp_path)

    def test_an_error_in_the_middle_of_writing_leaves_nothing(self, tmp_path, settings):
        before = everything()
        settings.EMAIL_INDEX_KEY = ""
        with pytest.raises(Exception, match="EMAIL_INDEX_KEY"):
            run(wxr(tmp_path, item(1), item(2, comment(1), title="Second")))
        assert everything() == before

    def test_an_item_without_end_is_refused_before_it_fills_the_memory(self, tmp_path, monkeypatch):
        monkeypatch.setattr("articles.wordpress.wxr.LARGEST_ITEM", 200_000)
        message = refusal(wxr(tmp_path, item(1), item(2, text="x" * 400_000)))
        assert message.startswith("export.xml, line 1: an item is larger than ")
        assert not Story.objects.exists()

    def test_many_small_items_are_not_one_large_one(self, tmp_path, monkeypatch):
        monkeypatch.setattr("articles.wordpress.wxr.LARGEST_ITEM", 200_000)
        run(wxr(tmp_path, *(item(n, text="x " * 25_000) for n in range(1, 11))))
        assert Story.objects.count() == 10

    def test_elements_nested_without_end_do_no_harm(self, tmp_path):
        run(wxr(tmp_path, item(1, "<b>" * 50_000 + "</b>" * 50_000)))
        assert old(1).is_public
