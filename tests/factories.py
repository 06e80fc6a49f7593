"""Plain functions that make things, every default visible. The cast signs in by first name."""

from datetime import datetime, timedelta
from io import BytesIO
from itertools import count

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image as Pillow

from articles import pictures, site, workflow
from articles.models import (
    Author,
    AuthorTranslation,
    Image,
    ImageTranslation,
    Section,
    SectionTranslation,
    Story,
)
from comments import moderation, threads
from comments.models import Comment
from newsroom.lib.html import linkify
from newsroom.lib.privacy import blind_index
from newsroom.models import User

number = count(1)

SECTION_NAMES = {"ar": ("العالم", "العالم"), "en": ("World", "world"), "fr": ("Monde", "monde")}


def make_user(name: str, group: str = "", **fields) -> User:
    """An account, its desk in English, that may enter the admin when it is in a group."""
    fields.setdefault("interface_language", "en")
    user = User.objects.create_user(name, is_staff=bool(group), **fields)
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


def make_section(names: dict[str, tuple[str, str]] | None = None, *, parent=None) -> Section:
    """A section of the navigation, which every page's snapshot is told of once."""
    section = Section(parent=parent, position=next(number) % 1000)
    Section.objects.bulk_create([section])
    SectionTranslation.objects.bulk_create(
        SectionTranslation(section=section, language=language, name=name, slug=slug)
        for language, (name, slug) in (names or SECTION_NAMES).items()
    )
    site.rebuild()
    return section


def world() -> Section:
    """The section stories stand in unless a test says otherwise."""
    row = SectionTranslation.objects.filter(language="en", slug="world").first()
    return row.section if row else make_section()


def make_author(names: dict[str, str] | None = None, **fields) -> Author:
    author = Author.objects.create(**fields)
    for language, name in (names or {"ar": "ليلى حداد", "en": "Leila Haddad"}).items():
        slug = f"author-{next(number)}"
        AuthorTranslation.objects.create(author=author, language=language, name=name, slug=slug)
    return author


def make_image(*, width: int = 640, height: int = 400, alt: str = "A harbour at dawn") -> Image:
    file = BytesIO()
    Pillow.new("RGB", (width, height), (next(number) % 255, 90, 60)).save(file, "PNG")
    image = Image(original=ContentFile(file.getvalue(), name="harbour.png"))
    pictures.store(image)
    for language in ("ar", "en", "fr"):
        ImageTranslation.objects.create(
            image=image, language=language, alt=alt, caption=f"{alt}.", credit="Newsroom"
        )
    return image


def content(**fields) -> dict:
    """The content of a story that may be published."""
    return {
        "headline": "The harbour wakes",
        "standfirst": "Boats leave before the light.",
        "body_html": "<p>The first boat left at four.</p>",
        "section": world().pk,
        **fields,
    }


def make_draft(*, by: User | None = None, language: str = "en", **fields) -> Story:
    translation_key = fields.pop("translation_key", None)
    return workflow.create(
        content(**fields), by=by, language=language, translation_key=translation_key
    )


def make_story(*, at: datetime | None = None, language: str = "en", **fields) -> Story:
    """A story that readers see: published an hour ago unless `at` says otherwise."""
    draft = make_draft(language=language, **fields)
    return workflow.publish(draft, by=None, at=at or timezone.now() - timedelta(hours=1))


def make_comment(
    story: Story,
    *,
    status: str = "approved",
    name: str = "Rex",
    email: str = "rex@example.org",
    body: str = "I saw that boat leave.",
    at: datetime | None = None,
    **fields,
) -> Comment:
    """A comment in its place, past every screen."""
    at = at or timezone.now()
    comment = Comment(
        story=story,
        status=status,
        name=name,
        email=email,
        email_index=blind_index(email),
        body=body,
        body_html=linkify(body),
        created_at=at,
        published_at=at if status == "approved" else None,
        **{"fingerprint": f"made {next(number)}", **fields},
    )
    threads.plant(comment)
    moderation.recount(story)
    return comment
