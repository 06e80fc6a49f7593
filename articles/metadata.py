"""What machines read of a story: JSON-LD (schema.org NewsArticle)."""

from collections.abc import Iterable
from typing import Any

from articles.models import Correction, Story
from articles.pictures import rendition_url
from articles.site import Site, absolute
from newsroom.lib.html import to_text


def news_article(
    story: Story,
    site: Site,
    bylines: list[dict[str, str]],
    corrections: Iterable[Correction] = (),
    answered: Story | None = None,
) -> dict[str, Any]:
    """Return the NewsArticle of `story` (loaded by `for_page`), with what corrected it and the
    story that it answers by right of reply."""
    url = absolute(story.get_absolute_url())
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "OpinionNewsArticle" if story.kind == Story.Kind.OPINION else "NewsArticle",
        "mainEntityOfPage": url,
        "url": url,
        "headline": story.headline,
        "description": description(story),
        "inLanguage": story.language,
        "datePublished": story.published_at.isoformat(),
        "dateModified": story.modified_at.isoformat(),
        "articleSection": story.section_name,
        "author": [_person(line) for line in bylines] or [_organization(story.agency or site.name)],
        "publisher": _organization(site.name),
        "commentCount": story.comment_count,
    }
    if corrections:
        data["correction"] = [_correction(row) for row in corrections]
    if story.replies_to_id and answered:
        # schema.org has no word for a right of reply: a work that answers is based on the other.
        data["isBasedOn"] = absolute(answered.get_absolute_url())
    if story.picture:
        data["image"] = [absolute(rendition_url(story.picture, "share"))]
    return data


def description(story: Story) -> str:
    """Return what search results show under the headline."""
    text = story.search_description or story.standfirst or to_text(story.body_html)
    return text if len(text) <= 300 else f"{text[:299].rsplit(' ', 1)[0]}…"


def _correction(row: Correction) -> dict[str, str]:
    return {
        "@type": "CorrectionComment",
        "name": str(row.get_grade_display()),
        "text": row.text,
        "datePublished": row.at.isoformat(),
    }


def _person(line: dict[str, str]) -> dict[str, str]:
    person = {"@type": "Person", "name": line["name"]}
    return person | ({"url": absolute(line["url"])} if line["url"] else {})


def _organization(name: str) -> dict[str, str]:
    return {"@type": "Organization", "name": name}
