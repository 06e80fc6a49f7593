"""Take the pictures of `docs/design.md` anew from a running `make run` with the demo paper.

    .venv/bin/python docs/pictures/components.py http://127.0.0.1:8000

Each component twice: in Arabic and light, in English and dark. Signs nobody in and changes nothing.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent))

from docs.pictures.take import person  # noqa: E402
from tests.chromium import CHROMIUM_FLAGS, find_chromium  # noqa: E402

FOLDER = HERE / "components"
# Each side as wide as a telephone; few colours, so that a picture weighs little.
WIDTH, GAP, MARGIN, COLOURS, HEAVIEST = 380, 12, 14, 40, 60_000
SIDES = (("ar", "light"), ("en", "dark"))
OPINION = ".card:has(.card-writer)"


def front(page: Page, language: str) -> None:
    page.goto(f"/{language}/")


def story(page: Page, language: str) -> None:
    """The story with the most to say."""
    front(page, language)
    page.locator(".most-read-list a").first.click()


def opinion(page: Page, language: str) -> None:
    front(page, language)
    page.locator(f"{OPINION} .card-title a").first.click()


def author(page: Page, language: str) -> None:
    front(page, language)
    page.locator(".card-writer a").first.click()


def search(page: Page, language: str) -> None:
    page.goto(f"/{language}/search/?q={'الميناء' if language == 'ar' else 'harbour'}")


def in_vain(page: Page, language: str) -> None:
    page.goto(f"/{language}/search/?q=zzzz")


def refused(page: Page, language: str) -> None:
    """A comment without an address, sent without the browser's own checks."""
    story(page, language)
    page.evaluate("document.querySelector('#commentform').noValidate = true")
    page.fill("#comment", "قرأت التقرير مرتين." if language == "ar" else "I read it twice.")
    page.fill("#author", "ريم" if language == "ar" else "Reem")
    page.click("#submit")
    page.wait_for_selector("#comment-errors")


@dataclass(frozen=True)
class Component:
    """What is pictured: a way to its page, where it stands there, and how much of its height."""

    name: str
    find: Callable[[Page, str], None]
    selector: str
    height: int = 620


COMPONENTS = [
    Component("masthead", front, ".masthead"),
    Component("breaking", front, "section.breaking"),
    Component("bar", front, "section.band .bar"),
    Component("card-lead", front, ".front-lead .card"),
    Component("card-thumb", front, ".card-thumb.has-picture"),
    Component("card-headline", front, ".card-headline"),
    Component("card-opinion", front, f"{OPINION} .card-text"),
    Component("latest", front, ".latest", 330),
    Component("most-read", front, ".most-read", 330),
    Component("story-head", story, ".story-head"),
    Component("byline", opinion, ".story-credits"),
    Component("picture", story, ".story-picture"),
    Component("quotation", story, ".story-body > blockquote"),
    Component("pull-quote", opinion, ".pull-quote"),
    Component("topics-and-share", story, ".story-foot"),
    Component("comment", story, "li.comment > .comment-body"),
    Component("form", story, "#respond", 760),
    Component("buttons", story, "#commentform p:has(> #submit)"),
    Component("errors", refused, "#comment-errors"),
    Component("field-error", refused, "p:has(> #email)"),
    Component("author", author, ".author-head"),
    Component("search-form", search, "form.search-page, main form"),
    Component("search-hit", search, ".hit"),
    Component("nothing", in_vain, ".empty"),
    Component("colophon", front, ".colophon"),
]


def shot(page: Page, component: Component, language: str) -> Image.Image | None:
    """Return the picture of a component, None where the paper has none in this language."""
    component.find(page, language)
    page.wait_for_load_state("networkidle")
    place = page.locator(component.selector).first
    if not place.count():
        return None
    place.scroll_into_view_if_needed()  # what is loaded when it is near is loaded now
    page.wait_for_load_state("networkidle")
    box, scrolled = place.bounding_box(), page.evaluate("scrollY")
    room = {"x": 0, "y": max(box["y"] + scrolled - MARGIN, 0), "width": WIDTH}
    room["height"] = min(box["height"], component.height) + 2 * MARGIN
    data = page.screenshot(clip=room, full_page=True, animations="disabled")
    return Image.open(BytesIO(data)).convert("RGB")


def save(component: Component, shots: list[Image.Image | None]) -> None:
    """Put both sides beside each other, in few colours; refuse what is nowhere, or heavy."""
    sides = [side for side in shots if side]
    if not sides:
        raise SystemExit(f"{component.name}: nothing answers to {component.selector}.")
    size = (len(sides) * WIDTH + GAP, max(side.height for side in sides))
    sheet = Image.new("RGB", size, "white")
    for place, side in enumerate(sides):
        sheet.paste(side, (place * (WIDTH + GAP), 0))
    path = FOLDER / f"{component.name}.png"
    few = sheet.quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    sys.stdout.write(f"{path.name} {path.stat().st_size // 1000} kB\n")
    if path.stat().st_size >= HEAVIEST:
        raise SystemExit(f"{path.name} is too heavy: picture less of it.")


def main() -> None:
    base = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        pages = [
            (person(browser, base, width=WIDTH, color_scheme=scheme), language)
            for language, scheme in SIDES
        ]
        for component in COMPONENTS:
            save(component, [shot(page, component, language) for page, language in pages])
        browser.close()


if __name__ == "__main__":
    main()
