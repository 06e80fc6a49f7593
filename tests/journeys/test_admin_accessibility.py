"""No screen of the desk violates WCAG 2 A or AA, in Arabic, in English, in the dark."""

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils.timezone import now

from articles import workflow
from articles.models import Story
from newsroom.models import Webhook
from tests.factories import (
    make_author,
    make_comment,
    make_draft,
    make_image,
    make_section,
    make_story,
    make_user,
)
from tests.journeys import axe

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# axe injects itself as an inline script, which the desk's policy refuses; nothing moves meanwhile.
WATCHED = {"bypass_csp": True, "reduced_motion": "reduce"}


@pytest.fixture
def root(site):
    user = make_user("root", "Administrator", is_superuser=True, interface_language="en")
    # First, so that what is published below stands among its calls.
    hook = Webhook.objects.create(name="App", url="https://x.example/", events=Webhook.Event.values)
    hook.renew_secret()
    Webhook.objects.create(name="Old", url="https://y.example/", is_active=False, stopped_at=now())
    make_section()
    image, author = make_image(), make_author(user=user)
    bylines = [{"author": author.pk, "name": "", "role": "writer"}]
    story = make_story(by=user, picture=image.pk, bylines=bylines, topics=["Harbour"])
    make_comment(story)
    make_comment(story, status="pending")
    make_story(language="ar", by=user, headline="الميناء يصحو باكراً")
    make_draft(by=user, kicker="Draft")
    workflow.save_draft(story, workflow.head(story).content | {"kicker": "New"}, by=user)
    return user


def list_screens() -> list[str]:
    """The list and the empty form of everything the desk knows."""
    names = [str(pattern.name) for pattern in admin.site.get_urls() if hasattr(pattern, "name")]
    own = ("index", "password_change", "second_factor", "account", "log")
    found = [reverse(f"admin:{name}") for name in own if name in names]
    for screens in admin.site._registry.values():
        for pattern in screens.get_urls():
            if pattern.name and "<" not in str(pattern.pattern):
                found.append(reverse(f"admin:{pattern.name}"))
    return found


def row_screens() -> list[str]:
    """The form of one row of each, and the other screens of a story."""
    found = []
    for model in admin.site._registry:
        meta = model._meta
        row = model._default_manager.order_by("pk").first()
        if row is not None:
            found.append(reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk]))
    story = Story.objects.order_by("pk").first().pk
    for name in ("revisions", "preview", "widths"):
        found.append(reverse(f"admin:articles_story_{name}", args=[story]))
    return found


def is_page(page, address: str) -> bool:
    """Whether the address is a page, and one for this person."""
    answer = page.request.get(address)
    is_html = "text/html" in answer.headers.get("content-type", "")
    return is_html and answer.status not in (403, 404, 405)


def violations(page, addresses: list[str]) -> list[str]:
    """What axe finds on each page: by every rule in the light, by contrast in the dark."""
    found = []
    for address in filter(lambda address: is_page(page, address), addresses):
        page.goto(address)
        for scheme, rules in (("light", axe.RULES), ("dark", axe.CONTRAST)):
            page.emulate_media(color_scheme=scheme)
            # Colours that are on their way from one scheme to the other are neither's.
            page.wait_for_function("document.getAnimations().length === 0")
            found += axe.violations(page, f"{address}, {scheme}", rules)
        page.emulate_media(color_scheme="light")
    return found


@pytest.mark.parametrize("language", ["ar", pytest.param("en", marks=pytest.mark.slow)])
@pytest.mark.parametrize("screens", [list_screens, row_screens])
def test_every_screen_of_the_desk(sign_in, root, screens, language):
    root.interface_language = language
    root.save()
    page = sign_in(root, **WATCHED)
    found = violations(page, screens())
    assert not found, "\n".join(found)


def test_the_pages_before_the_desk(open_page, settings):
    settings.EMAIL_URL = "smtp://mail.example"
    names = ("login", "forgotten_password", "forgotten_password_sent", "choose_password")
    page = open_page(**WATCHED)
    found = violations(page, [reverse(f"admin:{name}") for name in names])
    assert not found, "\n".join(found)


def focused(page) -> dict:
    """What has the focus, and whether it shows."""
    return page.evaluate(
        """() => {
            const one = document.activeElement;
            const ring = (box) => {
                const style = box && getComputedStyle(box);
                const line = style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth);
                return Boolean(line || (style && style.boxShadow !== "none"));
            };
            // The button inside a field for a moment, which the browser itself rings.
            const isCalendar = one.type === "datetime-local" && !one.matches(":focus");
            return {
                tag: one.tagName,
                href: one.getAttribute("href") || "",
                name: (one.name || one.textContent || "").trim(),
                shows: ring(one) || ring(one.closest(".prose-editor")) || isCalendar,
            };
        }"""
    )


def tab_until(page, wanted, limit=120) -> dict:
    """Press Tab until `wanted` has the focus; every stop on the way must show it."""
    hidden = []
    for _step in range(limit):
        page.keyboard.press("Tab")
        now = focused(page)
        if now["tag"] != "BODY" and not now["shows"]:
            hidden.append(now)
        if wanted(now):
            assert hidden == []
            return now
    pytest.fail("the keyboard does not reach it")


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_desk_by_keyboard_alone(open_page, root, language):
    root.interface_language = language
    root.set_password("a long enough secret")
    root.save()
    page = open_page()
    page.goto("/admin/login/")
    page.keyboard.type("root")
    tab_until(page, lambda now: now["name"] == "password")
    page.keyboard.type("a long enough secret")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")

    page.keyboard.press("Tab")
    assert focused(page)["href"] == "#content-start"  # past the navigation by one key
    page.goto("/admin/articles/story/")
    tab_until(page, lambda now: now["href"].startswith("/admin/articles/story/add/"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/story/add/**")
    tab_until(page, lambda now: now["name"] == "headline")
    page.keyboard.type("The harbour by keyboard")
    tab_until(page, lambda now: now["tag"] == "SUMMARY" and "root" in now["name"], limit=200)
    page.keyboard.press("Enter")
    tab_until(page, lambda now: now["href"] == "/admin/second-factor/")
    page.keyboard.press("Enter")
    page.wait_for_url("**/second-factor/")
