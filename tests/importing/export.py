"""Exports of WordPress, made and brought in."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from articles.models import (
    Author,
    AuthorTranslation,
    Byline,
    Image,
    ImageTranslation,
    OldAddress,
    Pin,
    Revision,
    Section,
    SectionTranslation,
    Story,
    Topic,
    TopicTranslation,
    Transition,
)
from comments.models import Comment

FILES = Path(__file__).parent.parent / "data" / "wordpress"
PAPER = FILES / "paper.ar.xml"
HEAD = (
    '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:wp="http://wordpress.org/export/1.2/"><channel><link>https://one.example</link>'
    "<wp:wxr_version>1.2</wp:wxr_version>"
)


def run(*files: Path, **options) -> str:
    out = StringIO()
    call_command("import_wordpress", *map(str, files), stdout=out, **options)
    return out.getvalue()


def refusal(*files: Path) -> str:
    with pytest.raises(CommandError) as caught:
        run(*files)
    return str(caught.value)


def wxr(tmp_path: Path, *items: str, head: str = HEAD) -> Path:
    path = tmp_path / "export.xml"
    path.write_text(f"{head}{''.join(items)}</channel></rss>")
    return path


def item(number: int = 1, *more: str, title: str = "Old news", text: str = "Text.") -> str:
    return (
        f"<item><title>{title}</title><content:encoded><![CDATA[{text}]]></content:encoded>"
        f"<wp:post_id>{number}</wp:post_id><wp:post_date_gmt>2020-05-04 03:02:01</wp:post_date_gmt>"
        f"<wp:status>publish</wp:status><wp:post_type>post</wp:post_type>{''.join(more)}</item>"
    )


def comment(number: int, parent: int = 0, text: str = "Well said.", state: str = "1") -> str:
    return (
        f"<wp:comment><wp:comment_id>{number}</wp:comment_id>"
        f"<wp:comment_author>Rex</wp:comment_author>"
        f"<wp:comment_author_email>rex@example.com</wp:comment_author_email>"
        f"<wp:comment_date_gmt>2020-05-05 00:00:{number % 60:02}</wp:comment_date_gmt>"
        f"<wp:comment_content>{text}</wp:comment_content>"
        f"<wp:comment_approved>{state}</wp:comment_approved>"
        f"<wp:comment_parent>{parent}</wp:comment_parent></wp:comment>"
    )


def old(number: int) -> Story:
    return Story.objects.get(legacy_id=number)


def everything() -> list:
    """Every row an import may write, to be compared before and after."""
    models = (
        *(Story, Revision, Transition, Byline, Pin, Comment, Image, ImageTranslation, OldAddress),
        *(Section, SectionTranslation, Author, AuthorTranslation, Topic, TopicTranslation),
    )
    return [sorted(model.objects.values_list(), key=str) for model in models]
