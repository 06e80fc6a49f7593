"""Moving in from WordPress: what becomes of posts and pages."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError

from articles.models import Pin, Section, Transition
from newsroom.lib.html import to_text
from tests.importing.export import PAPER, item, old, run, wxr

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("paper")
class TestStories:
    def test_a_post_becomes_a_published_story_with_its_date(self):
        story = old(10)
        assert story.is_public
        assert (story.language, story.kind) == ("ar", "story")
        assert story.headline == "المسرح يعود إلى المرفأ"
        assert story.standfirst == "بعد عامين من الإغلاق."
        assert story.slug == "المسرح-يعود"
        assert story.published_at == datetime(2021, 3, 2, 6, 30, tzinfo=UTC)
        assert story.first_published_at == story.published_at
        assert story.updated_at is None
        assert story.legacy_source == "almanara.example"
        assert story.comments_open
        assert Pin.objects.get().story == story

    @pytest.mark.parametrize(
        ("number", "status"),
        [
            (10, "published"),
            (11, "draft"),
            (12, "in_review"),
            (13, "draft"),
            (14, "withdrawn"),
            (15, "published"),
            (16, "draft"),
        ],
    )
    def test_each_status_has_its_place(self, number, status):
        assert old(number).status == status

    def test_a_story_of_the_future_waits_for_its_time(self):
        assert old(15).is_scheduled

    def test_moves_are_logged_by_the_system(self):
        moves = Transition.objects.filter(story=old(14)).order_by("id")
        assert [(move.action, move.by) for move in moves] == [
            ("create", None),
            ("publish", None),
            ("withdraw", None),
        ]
        assert old(14).slug == "محذوف"
        assert old(14).withdrawn_notice

    def test_a_draft_without_a_date_in_utc_keeps_its_local_one(self, settings):
        assert old(11).created_at == datetime(2021, 4, 1, 10, tzinfo=UTC)
        assert old(11).published_at is None
        assert not old(11).comments_open

    def test_B223_sections_of_cdata_are_joined_and_a_missing_title_takes_the_first_words(self):
        assert old(17).headline == "واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية…"
        assert to_text(old(17).body_html).endswith("تسعة 🌙 ]]> عشرة")

    def test_a_post_without_text_shows_its_headline(self):
        assert old(18).is_public
        assert to_text(old(18).body_html) == "بلا نص"

    def test_pages_of_one_slug_are_told_apart(self):
        assert [(old(n).kind, old(n).slug) for n in (19, 22)] == [
            ("page", "about"),
            ("page", "about-2"),
        ]

    def test_B218_B222_B233_classic_text(self):
        html = old(10).body_html
        assert html.startswith("<p>الفقرة الأولى من الخبر.<br>\nسطر ثانٍ فيها.</p>")
        uploads = "https://almanara.example/wp-content/uploads"
        assert (
            f'<figure><a href="{uploads}/stage.jpg">خشبة المسرح</a>'
            "<figcaption>الخشبة قبل الافتتاح</figcaption></figure>"
        ) in html
        assert f'<li><a href="{uploads}/curtain.jpg">الستارة</a></li>' in html
        assert '<a href="https://video.example/watch?v=1&amp;t=2">' in html
        assert '<p><a href="https://video.example/clip">' in html
        assert "<blockquote><p>قال المخرج: «عدنا».</p>\n<p>ثم ابتسم.</p>" in html
        assert "سطر\n\n  سطر محفوظ" in html
        assert "C:\\new\\table و \\\\u0041" in html
        assert "[" not in to_text(html)
        assert "alert" not in html

    def test_blocks_lose_their_comments(self):
        assert to_text(old(19).body_html).split("\n") == [
            "نحن صحيفة.",
            "https://video.example/two",
            "كلام خارج المكعبات.",
        ]
        assert "wp:" not in old(19).body_html


class TestLanguage:
    @pytest.mark.parametrize(
        ("said", "given", "language"),
        [
            ("ar-EG", None, "ar"),
            ("en_US", None, "en"),
            ("fr-FR", "en", "en"),
            ("tlh", None, "ar"),
            ("", None, "ar"),
        ],
    )
    def test_it_is_the_given_one_or_the_files_or_the_sites(
        self, tmp_path, settings, said, given, language
    ):
        settings.DEFAULT_LANGUAGE = "ar"
        run(wxr(tmp_path, f"<language>{said}</language>", item(1)), language=given)
        assert old(1).language == language

    def test_a_post_may_name_its_own(self, tmp_path):
        terms = (
            '<category domain="language" nicename="fr">Français</category>'
            '<category domain="category" nicename="monde">Monde</category>'
        )
        run(wxr(tmp_path, "<language>en</language>", item(1, terms)))
        assert old(1).language == "fr"
        assert old(1).is_public
        assert Section.objects.get(code="monde").translations.get().language == "fr"

    def test_an_unknown_one_is_refused(self):
        with pytest.raises(CommandError, match="no language 'xx'"):
            run(PAPER, language="xx")
