"""A reader comments and a moderator decides, in Arabic, with script and without."""

import pytest
from playwright.sync_api import expect

from comments.models import Comment
from tests.factories import make_story, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 360, "height": 740}}
WORDS = "شكراً على هذا التقرير، أعرف الميناء منذ طفولتي."


@pytest.fixture
def story():
    return make_story(language="ar", headline="الميناء يصحو باكراً")


def write(page, *, text=WORDS, name="ريما", email="rima@example.org"):
    page.fill("#comment", text)
    page.fill("#author", name)
    page.fill("#email", email)
    page.click("#submit")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_from_the_form_to_the_public_page(open_page, sign_in, story, script):
    reader = open_page(**PHONE, java_script_enabled=script)
    reader.goto(story.get_absolute_url())
    notice = reader.locator(".comment-notes").inner_text()
    assert notice == "لن يتم نشر عنوان بريدك الإلكتروني. الحقول الإلزامية مشار إليها بـ *"
    write(reader)
    reader.wait_for_url("**/ar/me/comment/**")
    assert WORDS in reader.locator("main").inner_text()

    stranger = open_page(java_script_enabled=script)
    stranger.goto(story.get_absolute_url())
    assert WORDS not in stranger.content()

    moderator = sign_in(make_user("mona", "Moderator", interface_language="ar"))
    moderator.goto("/admin/comments/comment/?status__exact=pending")
    moderator.locator("[name=_selected_action]").first.check()
    moderator.locator("select[name=action]").select_option("approve")
    moderator.locator("button[name=index]").click()
    expect(moderator.locator(".messagelist")).to_contain_text("تعليق واحد")

    stranger.reload()
    comment = Comment.objects.get()
    assert WORDS in stranger.locator(f"#comment-{comment.pk}").inner_text()
    assert "rima@example.org" not in stranger.content()
    assert comment.decisions.get().by.username == "mona"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_refusal_keeps_every_word_and_says_what_is_wrong(open_page, story, script):
    page = open_page(**PHONE, java_script_enabled=script)
    page.goto(story.get_absolute_url())
    write(page, name="", email="no address")
    summary = page.locator("#comment-errors")
    expect(summary.locator("a")).to_have_count(2)
    expect(summary).to_be_focused()
    assert page.locator("#comment").input_value() == WORDS
    summary.locator("a[href='#email']").click()
    expect(page.locator("#email")).to_be_focused()
    assert page.locator("#author").get_attribute("aria-invalid") == "true"
    page.fill("#author", "ريما")
    page.fill("#email", "rima@example.org")
    page.click("#submit")
    page.wait_for_url("**/ar/me/comment/**")
    assert Comment.objects.get().body == WORDS


def test_a_second_press_on_the_button_sends_nothing_more(open_page, story):
    page = open_page(**PHONE)
    page.goto(story.get_absolute_url())
    page.fill("#comment", WORDS)
    page.fill("#author", "ريما")
    page.fill("#email", "rima@example.org")
    with page.expect_navigation(url="**/me/comment/**"):
        page.evaluate("for (const press of [1, 2]) document.querySelector('#submit').click()")
    assert WORDS in page.locator("main").inner_text()
    page.go_back()
    page.fill("#email", "no address")
    page.click("#submit")
    expect(page.locator("#comment-errors")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_reply_stands_under_its_comment(open_page, client, story, script):
    from comments import moderation, posting

    first = posting.post(story, name="سامي", email="sami@example.org", body="هل من جديد؟")
    moderation.approve(first, by=None)
    page = open_page(java_script_enabled=script)
    page.goto(story.get_absolute_url())
    page.locator(f"#comment-{first.pk} .comment-reply-link").click()
    expect(page.locator("#reply-title")).to_contain_text("سامي")
    write(page)
    page.wait_for_url("**/me/comment/**")
    assert Comment.objects.get(name="ريما").parent == first


def test_remember_me_stays_in_the_browser(open_page, story):
    page = open_page()
    page.goto(story.get_absolute_url())
    box = page.locator("#wp-comment-cookies-consent")
    assert not box.is_checked()
    box.check()
    write(page)
    page.wait_for_url("**/me/comment/**")
    page.goto(story.get_absolute_url())
    assert page.locator("#author").input_value() == "ريما"
    assert page.locator("#email").input_value() == "rima@example.org"
    for cookie in page.context.cookies():
        assert "rima" not in cookie["value"]
        assert cookie["httpOnly"]
    page.locator("#wp-comment-cookies-consent").uncheck()
    page.reload()
    assert page.locator("#email").input_value() == ""


def test_without_script_no_box_promises_to_remember(open_page, story):
    page = open_page(java_script_enabled=False)
    page.goto(story.get_absolute_url())
    assert not page.locator("#wp-comment-cookies-consent").is_visible()
