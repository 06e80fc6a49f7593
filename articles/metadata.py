"""What machines read of the paper: JSON-LD (schema.org), as plain data."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from articles import sharing
from articles.contacts import Contact
from articles.models import AuthorTranslation, Byline, Correction, Story
from articles.pictures import rendition_url
from articles.site import Site, absolute
from newsroom.lib.html import to_text
from newsroom.lib.images import SHARED
from newsroom.lib.rtl import closed
from newsroom.lib.text import whole_within

CONTEXT = "https://schema.org"
# What a name over a story did, in schema.org's words; the others wrote it.
ROLES: dict[str, str] = {
    Byline.Role.TRANSLATOR: "translator",
    Byline.Role.EDITOR: "editor",
    Byline.Role.PHOTOGRAPHER: "contributor",
}


def news_article(
    story: Story,
    site: Site,
    bylines: list[dict[str, Any]],
    corrections: Iterable[Correction] = (),
    answered: Story | None = None,
) -> dict[str, Any]:
    """Return the NewsArticle of `story` (loaded by `for_page`), with what corrected it and the
    story that it answers by right of reply."""
    url = absolute(story.get_absolute_url())
    data: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "OpinionNewsArticle" if story.kind == Story.Kind.OPINION else "NewsArticle",
        "mainEntityOfPage": url,
        "url": url,
        "headline": closed(story.headline),
        "description": description(story),
        "inLanguage": story.language,
        "datePublished": story.published_at.isoformat(),
        "dateModified": story.modified_at.isoformat(),
        "articleSection": closed(story.section_name or ""),
        **_people(story, site, bylines),
        "publisher": publisher(site),
        "commentCount": story.comment_count,
        "isAccessibleForFree": True,
    }
    if corrections:
        data["correction"] = [_correction(row) for row in corrections]
    if story.replies_to_id and answered:
        # schema.org has no word for a right of reply: a work that answers is based on the other.
        data["isBasedOn"] = absolute(answered.get_absolute_url())
    if story.picture:
        data["image"] = [absolute(rendition_url(story.picture, shape)) for shape in SHARED]
    return data


def paper(site: Site) -> dict[str, Any]:
    """Return the site itself, for the front page: whose it is, and where it is searched."""
    search = absolute(reverse("articles:search", args=[site.language]))
    return {
        "@context": CONTEXT,
        "@type": "WebSite",
        "url": _front(site),
        "name": closed(site.name),
        "inLanguage": site.language,
        "publisher": publisher(site),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{search}?q={{words}}"},
            "query-input": "required name=words",
        },
    }


def profile(
    author: AuthorTranslation, site: Site, contacts: Iterable[Contact], stories: int
) -> dict[str, Any]:
    """Return the ProfilePage of an author who wrote so many `stories`, with the pages elsewhere
    that are theirs."""
    url = absolute(author.get_absolute_url())
    person: dict[str, Any] = {
        **_person({"name": author.name, "url": author.get_absolute_url()}),
        "@id": url,
        "worksFor": _organization(site.name) | {"url": _front(site)},
        "agentInteractionStatistic": {
            "@type": "InteractionCounter",
            "interactionType": f"{CONTEXT}/WriteAction",
            "userInteractionCount": stories,
        },
    }
    if author.title:
        person["jobTitle"] = closed(author.title)
    if author.bio:
        person["description"] = closed(" ".join(author.bio.split()))
    if picture := author.author.picture:
        person["image"] = [absolute(rendition_url(picture, shape)) for shape in SHARED]
    if elsewhere := [contact.url for contact in contacts if not contact.is_mail]:
        person["sameAs"] = elsewhere
    return {
        "@context": CONTEXT,
        "@type": "ProfilePage",
        "url": url,
        "inLanguage": author.language,
        "mainEntity": person,
    }


def publisher(site: Site) -> dict[str, Any]:
    """Return the paper as an organisation, with its logo and its pages elsewhere."""
    data: dict[str, Any] = _organization(site.name) | {"url": _front(site)}
    if logo := sharing.logo(site):
        size = {"width": logo.width, "height": logo.height}
        data["logo"] = {"@type": "ImageObject", "url": absolute(logo.url), **size}
    elsewhere = [link["url"] for link in site.social_links if link["url"].startswith("http")]
    return data | ({"sameAs": elsewhere} if elsewhere else {})


def breadcrumbs(site: Site, section_id: int, section: dict[str, str], last: str = "") -> dict:
    """Return the way to a page: the front page, the sections above, the section (a dict with name
    and url), and, where it is a story, its headline."""
    steps = [{"name": site.name, "url": reverse("articles:front", args=[site.language])}]
    steps += site.sections_above(section_id)
    steps += [section] if section["name"] else []
    items: list[dict[str, Any]] = [
        {"name": closed(step["name"]), "item": absolute(step["url"])} for step in steps
    ]
    # The page itself needs no address.
    items += [{"name": closed(last)}] if last else []
    return {
        "@context": CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, **item}
            for position, item in enumerate(items, start=1)
        ],
    }


def description(story: Story) -> str:
    """Return what search results show under the headline."""
    text = story.search_description or story.standfirst or to_text(story.body_html)
    if len(text) <= 300:
        return closed(text)
    # Thai and Chinese have no blanks to cut at.
    cut = text[:299].rpartition(" ")[0] or whole_within(text, 299)
    # What was cut off may have closed what isolates a name.
    return f"{closed(cut)}…"


def _people(story: Story, site: Site, bylines: list[dict[str, Any]]) -> dict[str, list]:
    found: dict[str, list] = {"author": []}
    for line in bylines:
        found.setdefault(ROLES.get(line.get("role", ""), "author"), []).append(_person(line))
    if not found["author"]:
        found["author"] = [_organization(story.agency or site.name)]
    return found


def _correction(row: Correction) -> dict[str, str]:
    return {
        "@type": "CorrectionComment",
        "name": str(row.get_grade_display()),
        "text": closed(row.text),
        "datePublished": row.at.isoformat(),
    }


def _person(line: dict[str, Any]) -> dict[str, str]:
    person = {"@type": "Person", "name": closed(line["name"])}
    return person | ({"url": absolute(line["url"])} if line["url"] else {})


def _organization(name: str) -> dict[str, str]:
    return {"@type": "Organization", "name": closed(name)}


def _front(site: Site) -> str:
    return absolute(reverse("articles:front", args=[site.language]))
