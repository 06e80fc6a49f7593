"""No page that readers see violates WCAG 2.2 A or AA: Arabic and English, telephone and desk,
light and dark, the contrast of Arabic letters included."""

import pytest
from django.core import signing

from articles import workflow
from comments.views import PREVIEW_SALT
from tests.factories import make_author, make_comment, make_image, make_story
from tests.journeys import axe

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# axe does not measure joined Arabic letters; the same colours on Latin ones it does.
AS_LATIN = """() => {
    const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (words.nextNode()) {
        const node = words.currentNode;
        node.data = node.data.replace(/\\p{Script=Arabic}/gu, "x");
    }
}"""


@pytest.fixture
def paper():
    """A story of each language with all that can stand on its page, and its address by name."""
    found = {}
    for language, words in (("ar", "الميناء يصحو باكراً"), ("en", "The harbour wakes early")):
        known = make_author(picture=make_image(), contacts="https://x.com/leila")
        line = {"author": known.pk, "name": "", "role": "writer"}
        opinion = make_story(language=language, kind="opinion", bylines=[line])
        story = make_story(
            language=language,
            headline=words,
            kicker=words[:12],
            agency=words[:7],
            topics=[words[:9]],
            picture=make_image().pk,
            bylines=[line],
            body_html=f"<h2>{words}</h2><p>{words} <a href='https://x.example'>{words}</a></p>"
            f"<blockquote><p>{words}</p></blockquote><ul><li>{words}</li></ul>"
            f'<figure data-quote="pull"><blockquote><p>{words} {words[:5]}</p></blockquote>'
            f"<figcaption>{words[:9]}</figcaption></figure>",
        )
        workflow.correct(story, by=None, grade="correction", text=words)
        first = make_comment(story, name=words[:8], body=words, website="https://omar.example/")
        make_comment(story, parent=first, body=words)
        held = make_comment(story, status="pending", body=words)
        token = signing.dumps(held.pk, salt=PREVIEW_SALT)
        author = story.bylines.get().author.translations.get(language=language)
        at = story.published_at
        found[language] = [
            f"/{language}/",
            f"/{language}/{story.slug_of_section()}/",
            story.get_absolute_url(),
            f"{story.get_absolute_url()}?replytocom={first.pk}",
            opinion.get_absolute_url(),
            f"/{language}/search/?q={words.split()[0]}",
            f"/{language}/search/?q=zzzz",
            author.get_absolute_url(),
            f"/{language}/archive/{at.year}/{at.month}/",
            f"/{language}/corrections/",
            f"/{language}/me/data/",
            f"/{language}/me/report/{first.pk}/",
            f"/{language}/me/comment/{token}/",
            f"/{language}/nothing-here/",
        ]
    return found


def violations(page, address: str, *, with_errors: bool = False) -> list[str]:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(address)
    if with_errors:
        page.locator("#commentform button").last.click()
        page.wait_for_selector(".form-errors")
    found = axe.violations(page, address, axe.RULES)
    page.evaluate(AS_LATIN)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function("document.getAnimations().length === 0")
        found += axe.violations(page, f"{address}, {scheme}", axe.CONTRAST)
    return found


@pytest.mark.parametrize("language", ["ar", pytest.param("en", marks=pytest.mark.slow)])
@pytest.mark.parametrize("width", [360, pytest.param(1280, marks=pytest.mark.slow)])
def test_every_page_of_the_readers(open_page, paper, language, width):
    # axe injects itself as an inline script, which the pages' policy refuses.
    page = open_page(viewport={"width": width, "height": 800}, bypass_csp=True, locale=language)
    found = [line for address in paper[language] for line in violations(page, address)]
    found += violations(page, paper[language][2], with_errors=True)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_at_four_times_the_size_nothing_scrolls_sideways(open_page, paper, language):
    """WCAG 1.4.10: a window of 1280 pixels at 400 % is one of 320."""
    page = open_page(viewport={"width": 320, "height": 256}, locale=language)
    for address in paper[language]:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
