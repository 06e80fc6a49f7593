"""Take the README's pictures anew from a running `make run`.

    .venv/bin/python docs/pictures/take.py http://127.0.0.1:8000

Gives the demo accounts new passwords (as `make accounts` does) to sign in with.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT))

from tests.chromium import CHROMIUM_FLAGS, find_chromium  # noqa: E402

WORDS = "قرأت التقرير مرتين. هل ستُفتح السوق يوم الجمعة أيضاً؟"
STORY = "الرصيف الشرقي"


def passwords() -> dict[str, str]:
    out = subprocess.run(
        [sys.executable, "manage.py", "make_accounts"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(re.findall(r"^\s+(\w+)\s+(\S+)$", out.stdout, re.MULTILINE))


def save(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=HERE / f"{name}.jpg", type="jpeg", quality=82)


def person(browser: Browser, base: str, *, width: int = 1280, **options: object) -> Page:
    height = 780 if width < 600 else 860
    context = browser.new_context(
        base_url=base, viewport={"width": width, "height": height}, locale="ar", **options
    )
    return context.new_page()


def signed_in(browser: Browser, base: str, name: str, secret: str, **options: object) -> Page:
    page = person(browser, base, **options)
    page.goto("/admin/login/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", secret)
    page.click("[type=submit]")
    return page


def readers_pages(browser: Browser, base: str) -> Iterator[tuple[Page, str]]:
    for language in ("ar", "en"):
        page = person(browser, base)
        page.goto(f"/{language}/")
        yield page, f"front-{language}"
    page = person(browser, base, width=360, color_scheme="dark", device_scale_factor=2)
    page.goto("/ar/")
    yield page, "front-phone-dark"
    page = person(browser, base)
    page.goto("/ar/")
    page.get_by_role("link", name=STORY).last.click()
    yield page, "story-ar"
    page.locator("#comments").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#comments').scrollIntoView()")
    yield page, "comments-ar"
    page = person(browser, base, width=360, device_scale_factor=2)
    page.goto("/ar/")
    page.get_by_role("link", name=STORY).last.click()
    page.fill("#comment", WORDS)
    page.fill("#email", "بلا عنوان")
    page.click("#submit")
    yield page, "form-errors-ar"


def desk_pages(browser: Browser, base: str) -> Iterator[tuple[Page, str]]:
    secrets = passwords()
    page = signed_in(browser, base, "editor", secrets["editor"])
    yield page, "desk-home-ar"
    page.goto("/admin/articles/image/")
    yield page, "desk-pictures-ar"
    page.goto("/admin/articles/pin/?language=ar")
    yield page, "desk-places-ar"
    page.goto("/admin/articles/story/?state=stale")
    page.locator("#result_list .title[lang=en]").first.click()
    page.wait_for_selector(".ProseMirror")
    yield page, "desk-translation-ar"
    page.goto("/admin/articles/story/?state=published")
    yield page, "desk-list-ar"
    page.get_by_role("link", name=STORY).first.click()
    page.wait_for_selector(".ProseMirror")
    yield page, "desk-story-ar"
    page = signed_in(browser, base, "moderator", secrets["moderator"])
    page.goto("/admin/comments/comment/")
    yield page, "queue-ar"


def main() -> None:
    base = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        for pages in (readers_pages, desk_pages):
            for page, name in pages(browser, base):
                save(page, name)
        browser.close()


if __name__ == "__main__":
    main()
