"""Write a large WordPress export, to try an import with: `python -m bench.wordpress FILE`.

The same numbers give the same file. Half of the stories are blocks and half classic text; every
tenth has a gallery, every fifth a film, every third a picture. Comments have threads, all four
states and some pingbacks.
"""

import argparse
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from bench.words import words

BEGUN = datetime(2012, 1, 1, 6, tzinfo=UTC)
SITE = "https://old.example"
SECTIONS, TAGS, AUTHORS = 24, 400, 40
WORDS_OF_A_STORY = 512
STATES = ("1",) * 16 + ("0", "0", "spam", "trash")
HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>جريدة</title><link>{SITE}</link><language>ar</language>
<wp:wxr_version>1.2</wp:wxr_version><wp:base_blog_url>{SITE}</wp:base_blog_url>
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--stories", type=int, default=5_000)
    parser.add_argument("--comments", type=int, default=30_000)
    asked = parser.parse_args()
    with asked.file.open("w", encoding="utf-8") as file:
        file.writelines(export(asked.stories, asked.comments))
    print(f"{asked.file}: {asked.file.stat().st_size / 1e6:.1f} MB")


def export(stories: int, comments: int) -> Iterator[str]:
    """Yield the file, an item at a time."""
    dice = random.Random(2012)
    yield HEAD
    for n in range(AUTHORS):
        yield f"<wp:author><wp:author_login>writer{n}</wp:author_login></wp:author>\n"
    for n in range(SECTIONS):
        parent = f"section-{n % 8}" if n >= 8 else ""
        yield (
            f"<wp:category><wp:term_id>{n + 2}</wp:term_id>"
            f"<wp:category_nicename>section-{n}</wp:category_nicename>"
            f"<wp:category_parent>{parent}</wp:category_parent>"
            f"<wp:cat_name>قسم {n}</wp:cat_name></wp:category>\n"
        )
    number = 0
    for n in range(stories):
        share = comments * (n + 1) // stories - comments * n // stories
        yield _item(n, dice, [_comment(number + k + 1, number, n, dice) for k in range(share)])
        number += share
        if n % 3 == 0:
            yield _attachment(n, stories)
    yield "</channel></rss>\n"


def _item(n: int, dice: random.Random, comments: list[str]) -> str:
    at = BEGUN + timedelta(hours=13 * n)
    text = _blocks(n, dice) if n % 2 else _classic(n, dice)
    tags = "".join(
        f'<category domain="post_tag" nicename="tag-{one}">وسم {one}</category>'
        for one in dice.sample(range(TAGS), 4)
    )
    section = dice.randrange(SECTIONS)
    return (
        f"<item><title>{words(dice, 9)}</title><link>{SITE}/{at:%Y/%m/%d}/story-{n}/</link>"
        f"<dc:creator>writer{n % AUTHORS}</dc:creator>"
        f"<content:encoded><![CDATA[{text}]]></content:encoded>"
        f"<excerpt:encoded><![CDATA[{words(dice, 25)}]]></excerpt:encoded>"
        f"<wp:post_id>{n + 1}</wp:post_id><wp:post_date_gmt>{at:%Y-%m-%d %H:%M:%S}"
        f"</wp:post_date_gmt><wp:comment_status>open</wp:comment_status>"
        f"<wp:post_name>story-{n}</wp:post_name><wp:status>publish</wp:status>"
        f"<wp:post_type>post</wp:post_type>{tags}"
        f'<category domain="category" nicename="section-{section}">قسم {section}</category>'
        f"<wp:postmeta><wp:meta_key>_yoast_wpseo_metadesc</wp:meta_key>"
        f"<wp:meta_value>{words(dice, 15)}</wp:meta_value></wp:postmeta>"
        f"{''.join(comments)}</item>\n"
    )


def _paragraphs(dice: random.Random) -> list[str]:
    return [words(dice, 64) + "." for _ in range(WORDS_OF_A_STORY // 64)]


def _classic(n: int, dice: random.Random) -> str:
    parts = _paragraphs(dice)
    if n % 3 == 0:
        parts.insert(1, f'[caption id="attachment_{n}" width="600"]{_picture(n)} صورة[/caption]')
    if n % 10 == 0:
        parts.insert(3, "[gallery]")
    if n % 5 == 0:
        parts.insert(2, "https://www.youtube.com/watch?v=abcdefghijk")
    return "\n\n".join(parts)


def _blocks(n: int, dice: random.Random) -> str:
    parts = [
        f"<!-- wp:paragraph --><p>{one}</p><!-- /wp:paragraph -->" for one in _paragraphs(dice)
    ]
    if n % 3 == 0:
        figure = f"<figure>{_picture(n)}<figcaption>صورة</figcaption></figure>"
        parts.insert(1, f"<!-- wp:image -->{figure}<!-- /wp:image -->")
    return "\n\n".join(parts)


def _picture(n: int) -> str:
    return f'<img src="{SITE}/wp-content/uploads/2012/01/p{n}-600x400.jpg" alt="منظر" />'


def _attachment(n: int, stories: int) -> str:
    return (
        f"<item><title>p{n}</title><wp:post_id>{stories + n + 1}</wp:post_id>"
        f"<wp:post_parent>{n + 1}</wp:post_parent><wp:status>inherit</wp:status>"
        f"<wp:post_type>attachment</wp:post_type><wp:attachment_url>"
        f"{SITE}/wp-content/uploads/2012/01/p{n}.jpg</wp:attachment_url></item>\n"
    )


def _comment(number: int, first: int, story: int, dice: random.Random) -> str:
    is_reply = number - first > 1 and dice.random() < 0.4
    parent = dice.randint(first + 1, number - 1) if is_reply else 0
    at = BEGUN + timedelta(hours=13 * story, minutes=7 * (number - first))
    kind = "pingback" if number % 40 == 0 else "comment"
    reader = dice.randrange(5_000)
    return (
        f"<wp:comment><wp:comment_id>{number}</wp:comment_id>"
        f"<wp:comment_author>{escape(words(dice, 2))}</wp:comment_author>"
        f"<wp:comment_author_email>reader{reader}@example.com</wp:comment_author_email>"
        f"<wp:comment_author_IP>198.51.100.{number % 250}</wp:comment_author_IP>"
        f"<wp:comment_date_gmt>{at:%Y-%m-%d %H:%M:%S}</wp:comment_date_gmt>"
        f"<wp:comment_content><![CDATA[{words(dice, 20)}]]></wp:comment_content>"
        f"<wp:comment_approved>{dice.choice(STATES)}</wp:comment_approved>"
        f"<wp:comment_type>{kind}</wp:comment_type>"
        f"<wp:comment_parent>{parent}</wp:comment_parent></wp:comment>"
    )


if __name__ == "__main__":
    main()
