"""An editor writes at the Arabic desk, and loses nothing."""

import pytest
from playwright.sync_api import expect

from articles import workflow
from articles.models import Story
from tests.factories import make_draft, make_section, make_story, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SAVED, UNSAVED = "[data-status=saved]", "[data-status=unsaved]"


@pytest.fixture
def edda():
    return make_user("edda", "Editor", interface_language="ar", first_name="إدا")


def open_story(page, story):
    page.clock.install()
    page.goto(f"/admin/articles/story/{story.pk}/change/")
    page.wait_for_selector(".ProseMirror")


def let_pass(page, seconds=3):
    """Turn the page's clock on: after three seconds without a key the form saves itself."""
    page.clock.fast_forward(seconds * 1000)


def saves_as_time_passes(page):
    """Return where the page went to save itself, by the time that nothing more is on its way."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for _ in range(2):  # what is answered first may lead to a save
        let_pass(page)
        page.evaluate("() => fetch('/healthz')")
    return [url for url in asked if url.endswith("/autosave/")]


def edit(page, text):
    """Type a headline, and wait until that is seen and its three seconds are over."""
    page.fill("[name=headline]", text)
    expect(page.locator(UNSAVED)).to_be_visible()
    let_pass(page)


def write(page, text):
    page.locator(".ProseMirror").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def test_a_new_story_saves_itself_once(sign_in, edda):
    make_section()
    page = sign_in(edda)
    page.clock.install()
    page.goto("/admin/articles/story/add/?language=ar")
    page.locator("[name=section]").select_option(label="العالم")
    edit(page, "الميناء يصحو")
    expect(page.locator(SAVED)).to_be_visible()
    story = Story.objects.get()
    assert page.url.endswith(f"/admin/articles/story/{story.pk}/change/")
    write(page, "القارب الأول غادر.")
    expect(page.locator(UNSAVED)).to_be_visible()
    let_pass(page)
    expect(page.locator(SAVED)).to_be_visible()
    page.reload()
    expect(page.locator(".ProseMirror")).to_have_text("القارب الأول غادر.")
    assert Story.objects.count() == 1
    assert story.revisions.count() == 1
    assert story.revisions.get().is_autosave
    page.goto("/admin/articles/story/add/?language=ar")
    expect(page.locator("[data-kept]")).to_have_count(0)


def test_a_live_story_stays_as_it_was_while_it_saves_itself(sign_in, edda, open_page):
    story = make_story(language="ar", headline="قبل")
    page = sign_in(edda)
    open_story(page, story)
    edit(page, "بعد")
    expect(page.locator("[data-status=edited]")).to_be_visible()
    assert workflow.head(story).content["headline"] == "بعد"
    reader = open_page()
    reader.goto(story.get_absolute_url())
    expect(reader.locator("h1")).to_have_text("قبل")


def test_words_outlive_the_session(sign_in, edda):
    story = make_draft(language="ar")
    page = sign_in(edda)
    open_story(page, story)
    page.context.clear_cookies()
    edit(page, "عنوان كُتب بعد انتهاء الجلسة")
    expect(page.locator("[data-status=signed_out]")).to_be_visible()
    assert workflow.head(story).content["headline"] == "The harbour wakes"
    with page.context.expect_page() as opened:
        page.locator("[data-status-action] a").click()
    again = opened.value
    again.fill("[name=username]", edda.username)
    again.fill("[name=password]", "a long enough secret")
    again.click("[type=submit]")
    again.wait_for_url("**/admin/")
    again.close()
    let_pass(page, 5)
    expect(page.locator(SAVED)).to_be_visible()
    assert workflow.head(story).content["headline"] == "عنوان كُتب بعد انتهاء الجلسة"


def test_another_account_in_this_browser_is_named_and_saves_only_when_told(sign_in, edda):
    story = make_draft(language="ar")
    page = sign_in(edda)
    open_story(page, story)
    otto = make_user("otto", "Editor", first_name="أوتو", password="another long secret")
    page.context.clear_cookies()
    other = page.context.new_page()
    other.goto("/admin/login/")
    other.fill("[name=username]", "otto")
    other.fill("[name=password]", "another long secret")
    other.click("[type=submit]")
    other.wait_for_url("**/admin/")
    other.close()
    edit(page, "كتبته إدا")
    expect(page.locator("[data-status=another]")).to_contain_text("أوتو")
    page.locator("[name=kicker]").fill("كلمة أخرى")
    with page.expect_response("**/token/"):
        let_pass(page, 6)
    assert saves_as_time_passes(page) == []
    assert story.revisions.count() == 1
    page.locator("[data-status-action] button").click()
    expect(page.locator(SAVED)).to_be_visible()
    head = workflow.head(story)
    assert (head.created_by, head.content["headline"]) == (otto, "كتبته إدا")


def test_a_session_that_ends_is_told_of_before_a_word_is_typed(sign_in, edda):
    story = make_draft(language="ar")
    page = sign_in(edda)
    open_story(page, story)
    page.context.clear_cookies(name="sessionid")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("[data-status=signed_out]")).to_be_visible()


def test_a_beat_while_it_saves_takes_ones_own_save_for_nobody_elses(sign_in, edda):
    story = make_draft(language="ar")
    page = sign_in(edda)
    open_story(page, story)

    def saved_but_not_answered_yet(route):
        answer = route.fetch()
        with page.expect_response("**/presence/"):
            page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        route.fulfill(response=answer)

    page.route("**/autosave/", saved_but_not_answered_yet, times=1)
    edit(page, "أولاً")
    expect(page.locator(SAVED)).to_be_visible()
    edit(page, "ثم هذا")
    expect(page.locator(SAVED)).to_be_visible()
    assert workflow.head(story).content["headline"] == "ثم هذا"


def test_an_edit_that_voids_an_approval_is_told_and_marked(sign_in, edda):
    story = workflow.approve(workflow.submit(make_draft(language="ar"), by=None), by=None)
    page = sign_in(edda)
    open_story(page, story)
    expect(page.locator("[data-state-line=approved]")).to_be_visible()
    expect(page.locator("#moves [value=approve]")).to_have_count(0)
    page.fill("#moves [name=note]", "ملاحظة لم تُرسل")
    edit(page, "عنوان غيّره محرر")
    expect(page.locator("[role=status][data-status=voided]")).to_be_visible()
    expect(page.locator("[data-state-line=in_review]")).to_be_visible()
    expect(page.locator("#moves [name=note]")).to_have_value("ملاحظة لم تُرسل")
    with page.expect_navigation():
        page.locator("#moves [value=approve]").click()
    story.refresh_from_db()
    assert (story.status, story.headline) == ("approved", "عنوان غيّره محرر")


def test_the_first_edit_of_a_live_story_is_told_and_marked(sign_in, edda):
    page = sign_in(edda)
    open_story(page, make_story(language="ar", headline="قبل"))
    edit(page, "بعد")
    expect(page.locator("[role=status][data-status=edited]")).to_be_visible()
    expect(page.locator(".state-bar .state-edited")).to_be_visible()
    edit(page, "بعد ذلك")
    expect(page.locator(SAVED)).to_be_visible()


def test_words_outlive_the_network_and_the_page(sign_in, edda):
    story = make_draft(language="ar")
    page = sign_in(edda)
    open_story(page, story)
    page.route("**/autosave/", lambda route: route.abort())
    write(page, " كلمات بلا شبكة")
    let_pass(page)
    expect(page.locator("[data-status=offline]")).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.unroute("**/autosave/")
    expect(page.locator("[data-kept]")).to_be_visible()
    page.locator("[data-kept] .default").click()
    expect(page.locator(".ProseMirror")).to_contain_text("كلمات بلا شبكة")
    let_pass(page)
    expect(page.locator(SAVED)).to_be_visible()
    assert "كلمات بلا شبكة" in workflow.head(story).content["body_html"]


def test_two_editors_in_one_story_see_each_other_and_both_texts(sign_in, edda):
    story = make_draft(language="ar", headline="الميناء")
    hers = sign_in(edda)
    open_story(hers, story)
    his = sign_in(make_user("otto", "Editor", interface_language="ar", first_name="أوتو"))
    open_story(his, story)
    expect(his.locator("[data-others]")).to_contain_text("إدا")
    edit(his, "الميناء كما يراه أوتو")
    expect(his.locator(SAVED)).to_be_visible()
    edit(hers, "الميناء كما تراه إدا")
    expect(hers.locator("[data-status=stale]")).to_contain_text("أوتو")
    hers.locator("[data-status-action] button").click()
    conflict = hers.locator("#conflict")
    expect(conflict.locator(".diff del").first).to_have_text("يراه أوتو")
    expect(conflict.locator(".diff ins").first).to_have_text("تراه إدا")
    assert workflow.head(story).content["headline"] == "الميناء كما يراه أوتو"
    with hers.expect_navigation():
        conflict.locator("button.default").click()
    assert workflow.head(story).content["headline"] == "الميناء كما تراه إدا"
    assert [row.content["headline"] for row in story.revisions.all()][1] == "الميناء كما يراه أوتو"


def test_theirs_for_one_field_and_mine_for_another(sign_in, edda):
    """A13."""
    story = make_draft(language="ar", headline="الميناء", body_html="<p>غادر القارب.</p>")
    hers = sign_in(edda)
    open_story(hers, story)
    otto = make_user("otto", "Editor", first_name="أوتو")
    theirs = {
        "headline": "الميناء كما يراه أوتو",
        "body_html": "<p>غادر <strong>القارب</strong> الأول.</p>",
    }
    workflow.save_draft(story, workflow.head(story).content | theirs, by=otto)
    hers.fill("[name=headline]", "الميناء كما تراه إدا")
    write(hers, " كلمات إدا.")
    hers.keyboard.press("Control+s")
    conflict = hers.locator("#conflict")
    expect(hers.locator(".errornote")).to_contain_text("أوتو")
    body = conflict.locator("[data-choice=body_html]")
    body.locator("[data-take]").click()
    expect(hers.locator(".ProseMirror")).to_have_text("غادر القارب الأول.")
    expect(body.locator("[data-keep]")).to_be_focused()
    body.locator("[data-keep]").click()
    expect(hers.locator(".ProseMirror")).to_have_text("غادر القارب. كلمات إدا.")
    body.locator("[data-take]").click()
    expect(hers.locator(".ProseMirror strong")).to_have_text("القارب")
    # Until she saves, nothing is: what she chose could otherwise come upon theirs by itself.
    assert saves_as_time_passes(hers) == []
    assert workflow.head(story).content["headline"] == theirs["headline"]
    with hers.expect_navigation():
        conflict.locator("button.default").click()
    assert workflow.head(story).content["headline"] == "الميناء كما تراه إدا"
    assert workflow.head(story).content["body_html"] == theirs["body_html"]
    expect(hers.locator("[data-kept]")).to_have_count(0)


def test_a_refused_page_that_is_closed_is_compared_again(sign_in, edda):
    story = make_draft(language="ar", headline="الميناء")
    page = sign_in(edda)
    open_story(page, story)
    otto = make_user("otto", "Editor", first_name="أوتو")
    theirs = workflow.head(story).content | {"headline": "لأوتو"}
    workflow.save_draft(story, theirs, by=otto)
    page.fill("[name=headline]", "لإدا")
    page.keyboard.press("Control+s")
    expect(page.locator("#conflict")).to_be_visible()
    page.goto(f"/admin/articles/story/{story.pk}/change/")
    page.locator("[data-kept] .default").click()
    expect(page.locator(UNSAVED)).to_be_visible()
    let_pass(page)
    expect(page.locator("[data-status=stale]")).to_contain_text("أوتو")
    assert workflow.head(story).content["headline"] == "لأوتو"


def test_theirs_is_taken_without_script(sign_in, edda):
    story = make_draft(language="ar", headline="الميناء", kicker="موانئ")
    page = sign_in(edda, java_script_enabled=False)
    page.goto(f"/admin/articles/story/{story.pk}/change/")
    theirs = workflow.head(story).content | {"headline": "لأوتو", "kicker": "لأوتو"}
    workflow.save_draft(story, theirs, by=make_user("otto", "Editor", first_name="أوتو"))
    page.fill("[name=headline]", "لإدا")
    page.fill("[name=kicker]", "لإدا")
    page.locator("[data-save]").click()
    page.locator("[data-choice=headline] [data-take]").click()
    expect(page.locator("[name=headline]")).to_have_value("لأوتو")
    page.locator("[data-choice=headline] [data-keep]").click()
    expect(page.locator("[name=headline]")).to_have_value("لإدا")
    page.locator("[data-choice=kicker] [data-take]").click()
    page.locator("[data-save]").click()
    head = workflow.head(story).content
    assert (head["headline"], head["kicker"]) == ("لإدا", "لأوتو")


def test_words_and_characters_are_counted_as_a_reader_counts_them(sign_in, edda):
    page = sign_in(edda)
    open_story(page, make_draft(language="ar", headline="الميناءُ يصحو"))
    headline = page.locator("#id_headline_count")
    expect(headline).to_contain_text("كلمتان")
    expect(headline).to_contain_text("12 حرفاً")
    expect(headline).to_contain_text("110")
    page.select_option("[name=kind]", "live")
    expect(headline).to_contain_text("90")
    expect(headline.locator("[role=status]")).to_be_empty()
    page.fill("[name=headline]", "م" * 91)
    expect(headline.locator("[role=status]")).not_to_be_empty()
    expect(page.locator("#id_standfirst_count")).to_contain_text("300")


def test_who_may_only_read_sees_who_writes_and_that_it_was_saved(sign_in, edda):
    """A12."""
    reporter = make_user("rosa", "Reporter", interface_language="ar")
    story = make_story(language="ar", by=reporter)
    hers = sign_in(edda)
    open_story(hers, story)
    rosa = sign_in(reporter)
    rosa.goto(f"/admin/articles/story/{story.pk}/change/")
    expect(rosa.locator("[data-others]")).to_contain_text("إدا")
    edit(hers, "بعد")
    expect(hers.locator("[data-status=edited]")).to_be_visible()
    rosa.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(rosa.locator("[data-status=stale]")).to_contain_text("إدا")
    rosa.goto("/admin/articles/story/")
    expect(rosa.locator("#result_list .writing")).to_contain_text("إدا")
    rosa.locator("#result_list .field-title a").click()
    expect(rosa.locator("h1")).to_have_text("بعد")


def test_a_browser_that_keeps_nothing_says_so_and_goes_on_saving(sign_in, edda):
    story = make_draft(language="ar")
    page = sign_in(edda)
    open_story(page, story)
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full'); }; }")
    page.route("**/autosave/", lambda route: route.abort())
    edit(page, "لا شبكة ولا مكان")
    expect(page.locator("[data-status=unkept]")).to_be_visible()
    page.unroute("**/autosave/")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(SAVED)).to_be_visible()
    assert workflow.head(story).content["headline"] == "لا شبكة ولا مكان"


def test_words_are_set_apart_and_put_back(sign_in, edda):
    """Chosen words come again after their paragraph, with a line for whose they are."""
    story = make_draft(language="ar", body_html="<p>قال إن المدينة نائمة.</p><p>ثم مضى.</p>")
    page = sign_in(edda)
    open_story(page, story)
    text = page.locator(".ProseMirror")
    text.locator("p").first.click(click_count=3)
    page.locator("[data-name=pullQuote]").click()
    page.keyboard.type("بشير")
    quote = text.locator("figure[data-quote=pull]")
    expect(quote.locator("blockquote p")).to_have_text("قال إن المدينة نائمة.")
    expect(quote.locator("figcaption")).to_have_text("بشير")
    expect(text.locator("> *")).to_have_count(3)
    page.keyboard.press("Enter")
    page.keyboard.type("وبعد.")
    let_pass(page)
    expect(page.locator(SAVED)).to_be_visible()
    kept = workflow.head(story).content["body_html"]
    assert kept == (
        "<p>قال إن المدينة نائمة.</p>"
        '<figure data-quote="pull"><blockquote><p>قال إن المدينة نائمة.</p></blockquote>'
        "<figcaption>بشير</figcaption></figure>"
        "<p>وبعد.</p><p>ثم مضى.</p>"
    )
    page.reload()
    expect(quote.locator("figcaption")).to_have_text("بشير")
    quote.locator("blockquote p").click()
    page.locator("[data-name=pullQuote]").click()
    expect(quote).to_have_count(0)
    expect(text).to_contain_text("بشير")
