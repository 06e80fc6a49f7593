"""What readers do with comments that stand: change, delete, report, sort, fold, find, begin."""

import re

import pytest
from playwright.sync_api import expect

from comments import moderation, posting
from comments.models import Comment, Report
from tests.factories import make_comment, make_story, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 360, "height": 740}}
WORDS = {
    "ar": "أعرف الميناء منذ طفولتي 👨‍👩‍👧.",
    "en": "I have known the harbour since I was a child.",
}
SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
LANGUAGE = pytest.mark.parametrize("language", ["ar", "en"])


def story_in(language: str):
    return make_story(language=language, headline={"ar": "الميناء يصحو", "en": "Harbour"}[language])


def write(page, story, text: str) -> None:
    page.goto(story.get_absolute_url())
    page.fill("#comment", text)
    page.fill("#author", "Rima")
    page.fill("#email", "rima@example.org")
    page.click("#submit")
    page.wait_for_url("**/me/comment/**")


@LANGUAGE
@SCRIPT
def test_change_and_delete_what_was_just_sent(open_page, language, script):
    story = story_in(language)
    page = open_page(**PHONE, locale=language, java_script_enabled=script)
    write(page, story, WORDS[language])
    moderation.approve(Comment.objects.get(), by=None)
    page.goto(story.get_absolute_url())
    if not script:
        page.click(f"a[href='/{language}/me/comments/']")
    place = page.locator(".comment-actions")
    place.locator("a[href$='/edit/']").click()
    assert page.locator("#comment").input_value() == WORDS[language]
    page.fill("#comment", " ")
    page.click(".form-submit button")
    expect(page.locator(".form-errors")).to_be_visible()
    page.fill("#comment", "2026 ✓")
    page.click(".form-submit button")
    page.wait_for_url(re.compile(r"#comment-\d+$"))
    comment = page.locator(".comment").first
    expect(comment.locator(".comment-content")).to_have_text("2026 ✓")
    expect(comment.locator(".comment-edited")).to_be_visible()
    if not script:
        page.click(f"a[href='/{language}/me/comments/']")
    page.locator(".comment-actions a[href$='/delete/']").click()
    page.click("main form button")
    expect(page.locator("[role=status]").first).to_be_visible()
    page.goto(story.get_absolute_url())
    expect(page.locator(".comment")).to_have_count(0)
    assert Comment.objects.get().decisions.first().reason == "withdrawn"


def test_strangers_are_offered_nothing(open_page):
    story = story_in("en")
    make_comment(story)
    asked = []
    page = open_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(story.get_absolute_url(), wait_until="networkidle")
    expect(page.locator(".comment-actions a[href$='/edit/']")).to_have_count(0)
    assert not [url for url in asked if "/me/" in url]


@LANGUAGE
@SCRIPT
def test_report(open_page, language, script):
    story = story_in(language)
    comment = make_comment(story, name="سامي")
    page = open_page(**PHONE, locale=language, java_script_enabled=script)
    page.goto(story.get_absolute_url())
    page.click(f"#comment-{comment.pk} .comment-report-link")
    form = page.locator("dialog.report-dialog" if script else "main")
    form.locator(".form-submit button").click()
    expect(page.locator("#report-error")).to_be_focused()
    form.locator("#reason-insult").check()
    form.locator("#note").fill(WORDS[language])
    form.locator(".form-submit button").click()
    expect(form.locator("[role=status]").first).to_be_visible()
    row = Report.objects.get()
    assert (row.comment, row.reason, row.note) == (comment, "insult", WORDS[language])
    if script:
        assert page.url.endswith(story.get_absolute_url())
        page.keyboard.press("Escape")
        expect(form).to_have_count(0)
        expect(page.locator(f"#comment-{comment.pk} .comment-report-link")).to_be_focused()


def test_a_report_without_a_connection_keeps_its_words(open_page):
    story = story_in("ar")
    comment = make_comment(story)
    page = open_page(**PHONE)
    page.goto(story.get_absolute_url())
    page.click(f"#comment-{comment.pk} .comment-report-link")
    form = page.locator("dialog.report-dialog")
    form.locator("#reason-false").check()
    form.locator("#note").fill(WORDS["ar"])
    page.route("**/me/report/**", lambda route: route.abort())
    form.locator(".form-submit button").click()
    expect(form.locator("[data-problem]")).to_be_visible()
    expect(form.locator("#note")).to_have_value(WORDS["ar"])
    page.unroute("**/me/report/**")
    form.locator(".form-submit button").click()
    expect(form.locator("[role=status]").first).to_be_visible()
    assert Report.objects.count() == 1


@SCRIPT
def test_sort_and_find(open_page, settings, script):
    settings.COMMENT_THREADS_PER_PAGE = 2
    story = story_in("ar")
    made = [make_comment(story, body=f"رقم {number}") for number in range(5)]
    page = open_page(java_script_enabled=script)
    page.goto(story.get_absolute_url())
    page.click(".comments-order a[href*='sort=newest']")
    page.wait_for_url("**sort=newest**")
    ids = [row.get_attribute("id") for row in page.locator(".comment").all()]
    assert ids == [f"comment-{made[4].pk}", f"comment-{made[3].pk}"]
    page.click("a[rel=next]")
    page.locator(f"#comment-{made[1].pk} time").click()
    page.wait_for_url(f"**comments=2&sort=newest#comment-{made[1].pk}")
    if script:
        page.goto(f"{story.get_absolute_url()}#comment-{made[4].pk}")
        page.wait_for_url(f"**comments=3#comment-{made[4].pk}")
        expect(page.locator(f"#comment-{made[4].pk}")).to_be_in_viewport()


def test_folded_threads_stay_folded_for_the_visit(open_page):
    story = story_in("ar")
    first = make_comment(story)
    reply = make_comment(story, parent=first, body="جواب")
    page = open_page(**PHONE)
    page.goto(story.get_absolute_url())
    expect(page.locator(f"#comment-{reply.pk}")).to_be_visible()
    page.click(".replies > summary")
    expect(page.locator(f"#comment-{reply.pk}")).to_be_hidden()
    page.reload()
    expect(page.locator(f"#comment-{reply.pk}")).to_be_hidden()
    page.goto("about:blank")
    page.goto(f"{story.get_absolute_url()}#comment-{reply.pk}")
    expect(page.locator(f"#comment-{reply.pk}")).to_be_visible()


class TestDraft:
    def begin(self, page, story, text: str) -> None:
        page.goto(story.get_absolute_url())
        page.fill("#comment", text)
        page.goto("/ar/")

    def test_is_offered_again_as_a_reply_and_gone_once_sent(self, open_page):
        story = story_in("ar")
        first = posting.post(story, name="سامي", email="sami@example.org", body="هل من جديد؟")
        moderation.approve(first, by=None)
        page = open_page(**PHONE)
        page.goto(story.get_absolute_url())
        page.click(f"#comment-{first.pk} .comment-reply-link")
        page.fill("#comment", WORDS["ar"])
        page.goto("/ar/")
        page.goto(story.get_absolute_url())
        expect(page.locator("#comment")).to_have_value("")
        page.click("[data-restore]")
        expect(page.locator("#comment")).to_have_value(WORDS["ar"])
        expect(page.locator("#comment")).to_be_focused()
        expect(page.locator("[data-draft]")).to_be_hidden()
        page.fill("#author", "ريما")
        page.fill("#email", "rima@example.org")
        page.click("#submit")
        page.wait_for_url("**/me/comment/**")
        assert Comment.objects.latest("pk").parent == first
        page.goto(story.get_absolute_url())
        expect(page.locator("[data-draft]")).to_be_hidden()
        assert page.evaluate("Object.keys(localStorage).join()").count("draft") == 0

    def test_published_at_once_is_no_draft_any_more(self, open_page, sign_in):
        story = story_in("ar")
        page = sign_in(make_user("mona", "Moderator", email="mona@example.com"))
        page.goto(story.get_absolute_url())
        page.fill("#comment", WORDS["ar"])
        page.fill("#author", "x")
        page.click("#submit")
        page.wait_for_url(re.compile(r"#comment-\d+$"))
        page.wait_for_function("!Object.keys(localStorage).join().includes('draft')")

    def test_can_be_thrown_away(self, open_page):
        story = story_in("ar")
        page = open_page()
        self.begin(page, story, WORDS["ar"])
        page.goto(story.get_absolute_url())
        page.click("[data-discard]")
        page.reload()
        expect(page.locator("[data-draft]")).to_be_hidden()

    def test_belongs_to_one_story(self, open_page):
        page = open_page()
        self.begin(page, story_in("ar"), WORDS["ar"])
        page.goto(story_in("ar").get_absolute_url())
        expect(page.locator("[data-draft]")).to_be_hidden()


def test_length_is_counted_as_the_server_counts(open_page, settings):
    settings.COMMENT_MAX_LENGTH = 10
    story = story_in("ar")
    page = open_page(**PHONE)
    page.goto(story.get_absolute_url())
    count = page.locator(".comment-length")
    page.fill("#comment", "👨‍👩‍👧" * 4)
    expect(count).to_be_hidden()
    page.fill("#comment", "مَ" * 10)
    expect(count).to_contain_text("10")
    expect(count).not_to_have_class(re.compile("is-over"))
    expect(page.locator("[data-length-said]")).to_contain_text("10")
    page.fill("#comment", "👨‍👩‍👧" * 11)
    expect(count).to_have_class(re.compile("is-over"))
    page.click("#submit")
    expect(page.locator("#comment-errors")).to_be_visible()
