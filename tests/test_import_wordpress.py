"""Moving in from WordPress: what each part of an export becomes, and what is refused."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils.translation import gettext, override

from articles.models import Author, FrontPagePin, Section, Story, Topic, Transition
from articles.models import SectionTranslation as SectionName
from articles.wordpress.text import Attachment, Surroundings, paragraphs, to_html
from comments.models import Comment
from newsroom.lib.html import clean, to_text
from newsroom.lib.privacy import blind_index
from tests.factories import make_section, make_story

pytestmark = pytest.mark.django_db

FILES = Path(__file__).parent / "data" / "wordpress"
PAPER = FILES / "paper.ar.xml"
REAL = os.environ.get("NEWSROOM_TEST_DATA", "")
HEAD = (
    '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:wp="http://wordpress.org/export/1.2/"><channel><link>https://one.example</link>'
    "<wp:wxr_version>1.2</wp:wxr_version>"
)


def run(file: Path, **options) -> str:
    out = StringIO()
    call_command("import_wordpress", str(file), stdout=out, **options)
    return out.getvalue()


def refusal(file: Path) -> str:
    with pytest.raises(CommandError) as caught:
        run(file)
    return str(caught.value)


def wxr(tmp_path: Path, *items: str, head: str = HEAD) -> Path:
    path = tmp_path / "export.xml"
    path.write_text(f"{head}{''.join(items)}</channel></rss>")
    return path


def item(number: int = 1, *more: str, title: str = "Old news", text: str = "Text.") -> str:
    return (
        f"<item><title>{title}</title><content:encoded><![CDATA[{text}]]></content:encoded>"
        f"<wp:post_id>{number}</wp:post_id><wp:post_date_gmt>2020-05-04 03:02:01</wp:post_date_gmt>"
        f"<wp:status>publish</wp:status><wp:post_type>post</wp:post_type>{''.join(more)}</item>"
    )


def comment(number: int, parent: int = 0, text: str = "Well said.", state: str = "1") -> str:
    return (
        f"<wp:comment><wp:comment_id>{number}</wp:comment_id>"
        f"<wp:comment_author>Rex</wp:comment_author>"
        f"<wp:comment_author_email>rex@example.com</wp:comment_author_email>"
        f"<wp:comment_date_gmt>2020-05-05 00:00:{number % 60:02}</wp:comment_date_gmt>"
        f"<wp:comment_content>{text}</wp:comment_content>"
        f"<wp:comment_approved>{state}</wp:comment_approved>"
        f"<wp:comment_parent>{parent}</wp:comment_parent></wp:comment>"
    )


def old(number: int) -> Story:
    return Story.objects.get(legacy_id=number)


def everything() -> list:
    """Every row an import may write, to be compared before and after."""
    models = (Story, Comment, Section, SectionName, Author, Topic, FrontPagePin, Transition)
    return [sorted(model.objects.values_list(), key=str) for model in models]


@pytest.fixture(scope="class")
def paper(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The paper, imported once for a class whose tests only look."""
    with django_db_blocker.unblock(), transaction.atomic():
        run(PAPER)
        yield
        transaction.set_rollback(True)


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
        assert FrontPagePin.objects.get().story == story

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


@pytest.mark.usefixtures("paper")
class TestTerms:
    def test_categories_become_sections_with_their_tree(self):
        theatre = Section.objects.get(code="مسرح")
        name = theatre.translations.get()
        assert (name.language, name.name, name.slug) == ("ar", "مسرح", "مسرح")
        assert theatre.parent == Section.objects.get(code="ثقافة")
        assert theatre.parent.translations.get().description == "كتب ومسرح & موسيقى"
        assert old(10).section == theatre

    def test_a_slug_that_is_an_address_of_the_site_is_changed(self):
        assert Section.objects.get(code="search").translations.get().slug == "search-2"

    def test_no_category_is_the_general_section(self):
        assert old(17).section.code == "general"
        assert not Section.objects.filter(code="غير-مصنف").exists()

    def test_authors_keep_their_login_and_show_their_name(self):
        line = old(10).bylines.get()
        assert line.author.code == "salma"
        assert line.author.translations.get().name == "سلمى الخطيب"
        assert old(11).bylines.get().author.translations.get().name == "كريم منصور"
        assert not old(13).bylines.exists()

    def test_tags_become_topics(self):
        assert [topic.in_language("ar").name for topic in old(10).topics.all()] == ["مهرجان"]

    def test_sections_with_stories_stand_in_the_navigation(self):
        shown = Section.objects.filter(in_navigation=True).values_list("code", flat=True)
        assert set(shown) == {"ثقافة", "search"}


@pytest.mark.usefixtures("paper")
class TestComments:
    @pytest.mark.parametrize(
        ("number", "status"),
        [(101, "approved"), (102, "pending"), (103, "spam"), (105, "trash"), (120, "trash")],
    )
    def test_B230_states_are_kept(self, number, status):
        assert Comment.objects.get(pk=number).status == status

    def test_numbers_are_kept_as_ids(self):
        assert not Comment.objects.exclude(legacy_source="almanara.example").exists()
        assert all(row.pk == row.legacy_id for row in Comment.objects.all())

    def test_a_reply_finds_its_parent_though_it_stands_before_it(self):
        reply = Comment.objects.get(pk=104)
        assert (reply.parent_id, reply.path, reply.depth, reply.thread) == (101, "101/104", 2, 101)

    def test_an_orphan_begins_a_thread(self):
        orphan = Comment.objects.get(pk=107)
        assert (orphan.parent, orphan.path, orphan.depth) == (None, "107", 1)

    def test_under_a_refused_comment_replies_move_up(self):
        assert not Comment.objects.filter(pk=109).exists()
        assert Comment.objects.get(pk=110).path == "101/104/110"

    def test_pingbacks_are_kept_apart_and_notes_of_other_software_left_out(self):
        assert Comment.objects.get(kind="pingback").name == "مدونة « صدى »"
        assert not Comment.objects.filter(body__contains="card").exists()

    def test_plain_text_keeps_its_paragraphs(self):
        comment = Comment.objects.get(pk=101)
        assert comment.name == "Omar عمر & Co"
        assert comment.website == "https://omar.example/?a=1&b=2"
        assert comment.body == ("خبر جميل & مهم\nانظر https://omar.example/more\n\nشكراً \\o/")
        assert comment.body_html.count("<p ") == 2
        assert 'href="https://omar.example/more" rel="nofollow ugc noopener"' in comment.body_html
        assert comment.published_at == comment.created_at == datetime(2021, 3, 2, 8, tzinfo=UTC)

    def test_markup_is_cleaned(self):
        comment = Comment.objects.get(pk=102)
        with override("ar"):
            assert comment.name == gettext("Anonymous")
        assert comment.body == "قيد المراجعة"
        assert "javascript" not in comment.body_html
        assert comment.website == ""
        assert comment.created_at == old(10).published_at
        assert comment.published_at is None

    def test_B231_addresses_are_sealed_and_networks_cut(self):
        comment = Comment.objects.get(pk=101)
        assert comment.email.reveal() == "Omar.Reader@Example.com"
        assert "omar" not in str(comment.email).lower()
        assert comment.email_index == blind_index("omar.reader@example.com")
        assert comment.ip == "2001:db8:1::"
        assert Comment.objects.get(pk=104).ip == "192.0.2.0"
        assert Comment.objects.get(pk=102).ip is None
        assert Comment.objects.get(pk=102).email_index == ""

    def test_the_story_counts_what_readers_see(self):
        assert old(10).comment_count == Comment.objects.approved().filter(story=old(10)).count()
        assert old(10).comment_count == 5

    def test_the_next_comment_gets_a_number_of_its_own(self):
        comment = Comment.objects.get(pk=101)
        comment.pk, comment.legacy_id, comment._state.adding = None, None, True
        comment.save()
        assert comment.pk > 120


class TestThreads:
    def test_deep_replies_stand_at_the_deepest_level(self, tmp_path):
        chain = [comment(n, parent=n - 1) for n in range(1, 9)]
        run(wxr(tmp_path, item(1, *chain)))
        depths = list(Comment.objects.order_by("pk").values_list("depth", flat=True))
        assert depths == [1, 2, 3, 4, 5, 5, 5, 5]
        assert Comment.objects.get(pk=8).path == "1/2/3/4/8"

    def test_circles_are_cut(self, tmp_path):
        run(wxr(tmp_path, item(1, comment(1, 1), comment(2, 3), comment(3, 2))))
        paths = dict(Comment.objects.values_list("pk", "path"))
        assert paths[1] == "1"
        assert sorted(path.count("/") for path in paths.values()) == [0, 0, 1]

    def test_a_number_that_is_taken_is_kept_beside_a_new_one(self, tmp_path):
        run(wxr(tmp_path, item(1, comment(7))))
        other = HEAD.replace("one.example", "two.example")
        run(wxr(tmp_path, item(1, comment(7), comment(8, 7)), head=other))
        new = Comment.objects.get(legacy_source="two.example", legacy_id=7)
        assert new.pk > 8
        assert Comment.objects.get(pk=8).path == f"{new.pk}/8"

    def test_a_number_beyond_reason_does_not_use_up_the_others(self, tmp_path):
        run(wxr(tmp_path, item(1, comment(2**63 - 1), comment(2**63), comment(3))))
        assert Comment.objects.get(legacy_id=2**63 - 1).pk < 1000
        assert Comment.objects.count() == 2


class TestAgain:
    def test_B217_a_second_run_changes_nothing(self):
        run(PAPER)
        before = everything()
        receipt = run(PAPER)
        assert everything() == before
        assert "stories: 0 new, 11 known" in receipt
        assert "comments: 0 new, 9 known" in receipt

    def test_a_later_export_brings_what_is_new(self, tmp_path):
        run(wxr(tmp_path, item(1, comment(1))))
        run(wxr(tmp_path, item(1, comment(1), comment(2, 1)), item(2, title="Newer")))
        assert Story.objects.count() == 2
        assert Comment.objects.get(pk=2).path == "1/2"
        assert old(1).comment_count == 2

    def test_a_story_edited_here_is_left_alone(self, tmp_path):
        run(wxr(tmp_path, item(1)))
        Story.objects.update(headline="Ours", slug="ours")
        run(wxr(tmp_path, item(1)))
        assert Story.objects.get().headline == "Ours"

    def test_another_post_under_the_same_number_is_not_lost(self, tmp_path):
        run(wxr(tmp_path, item(1, comment(1))))
        other = item(1, comment(1), title="Other").replace("2020-05-04", "2024-01-01")
        for _ in range(2):
            run(wxr(tmp_path, other))
        assert list(Story.objects.order_by("pk").values_list("legacy_source", flat=True)) == [
            "one.example",
            "one.example#2",
        ]
        assert Comment.objects.count() == 2

    def test_a_dry_run_changes_nothing_and_says_what_would_come(self):
        before = everything()
        receipt = run(PAPER, dry_run=True)
        assert everything() == before
        assert "Dry run" in receipt
        assert "stories: 11 new" in receipt

    def test_the_receipt_names_what_was_left_out(self):
        receipt = run(PAPER)
        for line in (
            "skipped: attachment (files are not brought yet): 2",
            "skipped: nav_menu_item (menus are made in the admin): 1",
            "skipped: product (no kind of story): 1",
            "skipped: post (status “auto-draft”: never saved by anybody): 1",
            "skipped: post (no number to know it by): 1",
            "skipped: comment (type “order_note” is none of readers' comments): 1",
            "skipped: comment (nothing in it to read): 1",
            "note: protected by a password: kept as draft: 1",
            "  comment · spam · ar: 1",
        ):
            assert line in receipt.splitlines()

    def test_a_section_of_the_same_slug_is_used(self, tmp_path):
        world = make_section()
        term = '<category domain="category" nicename="world">World</category>'
        run(wxr(tmp_path, item(1, term)), language="en")
        assert old(1).section == world

    def test_comments_here_keep_their_numbers(self, tmp_path):
        story = make_story()
        run(wxr(tmp_path, item(1, comment(1))))
        assert story.comments.count() == 0


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

    def test_a_circle_of_categories_and_a_deep_one(self, tmp_path):
        terms = "".join(
            f"<wp:category><wp:category_nicename>{code}</wp:category_nicename>"
            f"<wp:category_parent>{parent}</wp:category_parent></wp:category>"
            for code, parent in [
                *(("round", "about"), ("about", "round"), ("self", "self")),
                *((f"level-{n}", f"level-{n - 1}") for n in range(8)),
            ]
        )
        run(wxr(tmp_path, terms))
        for section in Section.objects.all():
            section.clean()

    def test_long_words_fit(self, tmp_path):
        term = f'<category domain="category" nicename="{"n" * 300}">{"ع" * 300}</category>'
        run(wxr(tmp_path, item(1, term, title="كلمة " * 200)))
        assert len(old(1).headline) <= 250
        assert old(1).headline.endswith("كلمة…")

    def test_numbers_and_dates_that_are_none(self, tmp_path):
        bad = item(1).replace("2020-05-04 03:02:01", "2020-13-45 99:99:99")
        run(wxr(tmp_path, bad))
        assert old(1).is_public


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

    def test_elements_nested_without_end_do_no_harm(self, tmp_path):
        run(wxr(tmp_path, item(1, "<b>" * 50_000 + "</b>" * 50_000)))
        assert old(1).is_public


class TestText:
    @pytest.mark.parametrize(
        ("text", "html"),
        [
            ("one\n\ntwo", "<p>one</p>\n<p>two</p>\n"),
            ("one\ntwo", "<p>one<br>\ntwo</p>\n"),
            ("a\n<h2>b</h2>\nc", "<p>a</p>\n<h2>b</h2><p>c</p>\n"),
            ("<ul>\n<li>a</li>\n<li>b\n\nc</li>\n</ul>", None),
            ("<pre>a\n\nb</pre>", "<pre>a\n\nb</pre>"),
            ("<p>a\nb</p>", "<p>a<br>\nb</p>"),
            ("<P>a</P>b", "<P>a</P><p>b</p>\n"),
            ("a<br />\nb", "<p>a<br>\nb</p>\n"),
            ("", ""),
        ],
    )
    def test_paragraphs(self, text, html):
        if html is None:
            html = "<ul>\n<li>a</li>\n<li><p>b</p>\n<p>c</p>\n</li>\n</ul>"
        assert paragraphs(text) == html

    @pytest.mark.parametrize(
        ("text", "html"),
        [
            (
                '<img src="/a%20b.jpg?w=1">',
                '<a href="https://old.example/a%20b.jpg?w=1">a b.jpg</a>',
            ),
            (
                "<img alt='x &quot;y' src=https://i.example/1.png>",
                '<a href="https://i.example/1.png">x "y</a>',
            ),
            ('<img src="data:image/png;base64,AA" alt="Dot">', "Dot"),
            (
                '<img src="data:," data-src="https://i.example/2.png" alt="Lazy">',
                '<a href="https://i.example/2.png">Lazy</a>',
            ),
            ('a <img class="wp-smiley" src="https://s.example/s.gif" alt=":)">', "a :)"),
            ('a <img src="https://t.example/t.gif" width="1" height="1">', "a"),
            (
                '<iframe src="https://v.example/embed/1" width="560"></iframe>',
                '<a href="https://v.example/embed/1">https://v.example/embed/1</a>',
            ),
            (
                '<video controls><source src="https://v.example/1.mp4"></video>',
                '<a href="https://v.example/1.mp4">https://v.example/1.mp4</a>',
            ),
            (
                '[audio mp3="https://v.example/1.mp3"][/audio]',
                '<a href="https://v.example/1.mp3">https://v.example/1.mp3</a>',
            ),
            ('<iframe src="javascript:alert(1)"></iframe>b', "b"),
            ("[unknown a=1]text[/unknown]", "[unknown a=1]text[/unknown]"),
            ("[[gallery]]", "[gallery]"),
        ],
    )
    def test_pictures_players_and_shortcodes(self, text, html):
        around = Surroundings("https://old.example/")
        assert clean(to_html(text, around)).strip() == f"<p>{html}</p>"

    def test_a_gallery_without_numbers_shows_what_was_put_into_the_post(self):
        files = {
            n: Attachment(n, f"https://old.example/{n}.jpg", f"P{n}", n % 2) for n in (3, 4, 5)
        }
        html = to_html("[gallery columns=2]", Surroundings("", 1, files))
        assert [name for name in ("P3", "P4", "P5") if name in html] == ["P3", "P5"]

    @pytest.mark.parametrize(
        "piece",
        [
            *("<img ", '<img "', "[caption]", "<!-- wp:x ", "<!--more", "\n \n", "<p", "[gallery "),
            *("<li>", "<a href=x><img src=y>", "[embed]http://x", "&quot;", "<pre>", "[["),
        ],
    )
    def test_no_text_takes_time_out_of_proportion(self, piece):
        to_html(piece * 20_000)


@pytest.mark.skipif(not REAL, reason="NEWSROOM_TEST_DATA names no folder of real exports")
class TestRealExports:
    """Exports that WordPress itself wrote, by the counts known of them."""

    def check(self, name: str, stories: dict, comments: dict) -> None:
        path = Path(REAL) / "wordpress" / name
        run(path)
        before = everything()
        rows = Story.objects.values_list("kind", "status")
        assert {key: list(rows).count(key) for key in stories} == stories
        assert Story.objects.count() == sum(stories.values())
        rows = Comment.objects.values_list("kind", "status")
        assert {key: list(rows).count(key) for key in comments} == comments
        assert Comment.objects.count() == sum(comments.values())
        run(path)
        assert everything() == before

    def test_B216_small_export(self):
        self.check(
            "small-export.xml",
            {
                ("story", "published"): 5,
                ("story", "draft"): 1,
                ("page", "published"): 4,
                ("page", "draft"): 1,
            },
            {("comment", "approved"): 1},
        )
        assert (Author.objects.count(), Topic.objects.count()) == (3, 3)
        # Thirty categories, of which "uncategorized" is the general section.
        assert Section.objects.exclude(code="pages").count() == 30
        assert Section.objects.get(code="foo-bar").parent.code == "bar"

    def test_theme_unit_test(self):
        self.check(
            "theme-unit-test.xml",
            {("story", "published"): 56, ("story", "draft"): 2, ("page", "published"): 21},
            {("comment", "approved"): 26, ("comment", "pending"): 3, ("pingback", "approved"): 4},
        )
        assert Story.objects.scheduled().count() == 1
        # 110 tags of the list and three that only posts name.
        assert Topic.objects.count() == 113
        assert Section.objects.exclude(code="pages").count() == 68
        assert Section.objects.exclude(parent=None).count() == 10
        assert Comment.objects.filter(depth__gt=5).count() == 0

    def test_blocks(self):
        self.check(
            "blocks.xml",
            {("story", "published"): 61, ("page", "published"): 1},
            {("comment", "approved"): 2},
        )
        assert Story.objects.filter(slug="footnotes").count() == 2
        assert Comment.objects.get(legacy_id=3).path == "2/3"
