"""Fill an empty database with a paper to measure: `python -m bench.content STORIES`.

Prints, as JSON, the addresses that are asked and a session of the desk. The same number gives the
same texts, so that pages of two runs have the same size.
"""

import json
import os
import random
import sys
from datetime import timedelta
from io import BytesIO

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
django.setup()

from django.core.files.base import ContentFile  # noqa: E402  (all of these need the settings)
from django.db import transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402
from PIL import Image as Pillow  # noqa: E402

from articles import pictures, site  # noqa: E402
from articles.arriving import Arrival, Arriving  # noqa: E402
from articles.models import (  # noqa: E402
    Author,
    AuthorTranslation,
    Image,
    ImageTranslation,
    Section,
    SectionTranslation,
    Story,
)
from bench.words import COMMON, words  # noqa: E402
from comments import moderation, threads  # noqa: E402
from comments.models import Comment  # noqa: E402
from comments.wordpress import reserve_numbers  # noqa: E402
from newsroom.lib.html import linkify  # noqa: E402
from newsroom.lib.privacy import blind_index  # noqa: E402
from newsroom.models import User  # noqa: E402

LANGUAGE = "ar"
SECTIONS, AUTHORS, TOPICS, PICTURES = 8, 20, 60, 4
COMMENTS_OF_THE_STORY, COMMENTS_OF_OTHERS = 50, 4
# Comments are posted under so many stories, in turn.
COMMENTED_ON = 100
BATCH = 100


def main() -> None:
    total, dice = int(sys.argv[1]), random.Random(7)
    with transaction.atomic():
        sections = make_sections()
        authors, images = make_authors(dice), make_pictures(dice)
    stories = make_stories(total, dice, sections, authors, images)
    make_comments(stories, dice)
    print(json.dumps(addresses(stories, sections)))


def make_sections() -> list[Section]:
    """Make the sections of the navigation."""
    sections = Section.objects.bulk_create(Section(position=n) for n in range(SECTIONS))
    SectionTranslation.objects.bulk_create(
        SectionTranslation(section=one, language=LANGUAGE, name=f"قسم {n}", slug=f"section-{n}")
        for n, one in enumerate(sections)
    )
    site.rebuild()
    return sections


def make_authors(dice: random.Random) -> list[Author]:
    authors = Author.objects.bulk_create(Author() for _ in range(AUTHORS))
    AuthorTranslation.objects.bulk_create(
        AuthorTranslation(author=one, language=LANGUAGE, name=words(dice, 2), slug=f"writer-{n}")
        for n, one in enumerate(authors)
    )
    return authors


def make_pictures(dice: random.Random) -> list[Image]:
    """Make the few pictures that all stories share: pages show addresses, not pixels."""
    images = []
    for n in range(PICTURES):
        file = BytesIO()
        Pillow.new("RGB", (1280, 800), (60 * n, 90, 60)).save(file, "PNG")
        image = pictures.store(Image(original=ContentFile(file.getvalue(), name=f"{n}.png")))
        texts = {"alt": words(dice, 4), "caption": words(dice, 8), "credit": words(dice, 2)}
        ImageTranslation.objects.create(image=image, language=LANGUAGE, **texts)
        images.append(image)
    return images


def make_stories(
    total: int,
    dice: random.Random,
    sections: list[Section],
    authors: list[Author],
    images: list[Image],
) -> list[Story]:
    """Make published stories, the newest first; one came out every hour."""
    now, arriving, stories = timezone.now(), Arriving(), []
    for first in range(0, total, BATCH):
        arrivals = [
            Arrival(
                content=content(dice, sections, authors, images),
                language=LANGUAGE,
                status=Story.Status.PUBLISHED,
                at=now - timedelta(hours=n + 1),
                source="bench",
                number=n + 1,
            )
            for n in range(first, min(first + BATCH, total))
        ]
        stories += arriving.bring(arrivals)
    return stories


def content(
    dice: random.Random, sections: list[Section], authors: list[Author], images: list[Image]
) -> dict:
    return {
        "headline": words(dice, 9),
        "standfirst": words(dice, 25),
        "body_html": "".join(f"<p>{words(dice, 64)}.</p>" for _ in range(8)),
        "section": dice.choice(sections).pk,
        "picture": dice.choice(images).pk,
        "topics": [f"وسم {n}" for n in dice.sample(range(TOPICS), 3)],
        "bylines": [{"author": dice.choice(authors).pk, "role": "writer"}],
    }


def make_comments(stories: list[Story], dice: random.Random) -> None:
    """Make threads of approved comments, two fifths of them replies, and some that wait."""
    rows: list[Comment] = []
    for n, story in enumerate(stories):
        planted: list[Comment] = []
        for _ in range(COMMENTS_OF_OTHERS if n else COMMENTS_OF_THE_STORY):
            number = len(rows) + 1
            parent = dice.choice(planted) if planted and dice.random() < 0.4 else None
            waits = bool(n and parent is None and number % 5 == 0)
            row = threads.stand(comment(number, story, parent, dice, waits=waits))
            rows.append(row)
            if not waits:
                planted.append(row)
    for first in range(0, len(rows), 500):
        Comment.objects.bulk_create(rows[first : first + 500])
    reserve_numbers(len(rows))
    moderation.recount_all([story.pk for story in stories])


def comment(
    number: int, story: Story, parent: Comment | None, dice: random.Random, *, waits: bool
) -> Comment:
    email, body = f"reader{dice.randrange(400)}@example.com", words(dice, 25)
    at = story.published_at + timedelta(seconds=number % 3000)
    return Comment(
        pk=number,
        story=story,
        parent=parent,
        status=Comment.Status.PENDING if waits else Comment.Status.APPROVED,
        name=words(dice, 2),
        email=email,
        email_index=blind_index(email),
        body=body,
        body_html=linkify(body),
        fingerprint=f"bench {number}",
        created_at=at,
        published_at=None if waits else at,
    )


def addresses(stories: list[Story], sections: list[Section]) -> dict[str, object]:
    """Return the paths of the pages that are measured, by name."""
    paths = {
        "story": stories[0].get_absolute_url(),
        "front": reverse("articles:front", args=[LANGUAGE]),
        "section": sections[0].translations.get().get_absolute_url(),
        "search": reverse("articles:search", args=[LANGUAGE], query={"q": COMMON}),
        "feed": reverse("articles:feed", args=[LANGUAGE]),
        "api": reverse("articles_api:stories"),
        "desk stories": reverse("admin:articles_story_changelist"),
        "desk queue": reverse("admin:comments_comment_changelist"),
    }
    posts = [f"{story.get_absolute_url()}comments/" for story in stories[1 : COMMENTED_ON + 1]]
    return {"paths": paths, "posts": posts, "session": session()}


def session() -> str:
    """Sign in at the desk; return what the cookie of the session holds."""
    client = Client()
    client.force_login(
        User.objects.create_superuser("bench", interface_language=LANGUAGE),
        "django.contrib.auth.backends.ModelBackend",
    )
    return client.cookies["sessionid"].value


if __name__ == "__main__":
    main()
