"""Puts the demo newspaper into an empty database, through the verbs the newsroom itself uses."""

import re
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import override

from articles import contacts, pictures, placing, reads, site, translations, workflow
from articles.models import (
    Author,
    AuthorTranslation,
    Breaking,
    Correction,
    Edition,
    Image,
    ImageTranslation,
    MenuItem,
    Reads,
    Section,
    SectionTranslation,
    Story,
)
from comments import moderation, threads
from comments.models import Comment
from comments.posting import as_comment
from comments.screening import Submission
from newsroom.demo import texts
from newsroom.demo.texts import HERE, Text, Written
from newsroom.lib import images
from newsroom.lib.html import count_links
from newsroom.lib.privacy import blind_index
from newsroom.lib.svg import clean_svg
from newsroom.lib.text import slugify_unicode
from newsroom.models import User

WRITTEN_IN = ("ar", "en", "fr")
USER = "demo"
# The moves that lead to the state a story is found in.
MOVES = {
    "draft": (),
    "in_review": ("submit",),
    "approved": ("submit", "approve"),
    "scheduled": ("publish",),
    "published": ("publish",),
    "withdrawn": ("publish", "withdraw"),
}


# Stories whose translations are told what changes in the Arabic one; one of them has changed.
FOLLOWED = ("harbour-reopens", "night-tram", "oud", "telescope")
CHANGED_SINCE = "night-tram"


class Loader:
    """One loading: `load()` does everything in one transaction and returns a receipt."""

    def __init__(self) -> None:
        self.now = timezone.now()
        # A site may publish in fewer languages than the demo is written in.
        self.languages = [code for code, _name in settings.LANGUAGES if code in WRITTEN_IN]
        self.paper = texts.toml("paper.toml")
        self.pictures: dict[str, Image] = {}
        self.sections: dict[str, Section] = {}
        self.authors: dict[str, Author] = {}
        self.groups: dict[str, uuid.UUID] = {}
        self.receipt: Counter[str] = Counter()

    def load(self) -> Counter[str]:
        words = texts.toml("pictures.toml")
        make_renditions(words["pictures"])
        with transaction.atomic():
            self.user = demo_user()
            self.load_pictures(words)
            self.load_sections()
            self.load_authors()
            for page in self.written(texts.pages()):
                self.load_page(page)
            for text in sorted(self.written(texts.stories()), key=self.moment):
                self.load_story(text)
            self.load_translations()
            self.load_editions()
            self.load_breaking()
            self.load_reads()
        return self.receipt

    def load_reads(self) -> None:
        """As if readers had been here for an hour: the longer the talk, the more of them."""
        hour = self.now.replace(minute=0, second=0, microsecond=0)
        public = Story.objects.published().articles().order_by("-comment_count", "-published_at")
        Reads.objects.bulk_create(
            Reads(story=story, hour=hour, count=max(1, 400 // place))
            for place, story in enumerate(public, start=1)
        )
        reads.rank()

    def written(self, found: list[Text]) -> list[Text]:
        return [text for text in found if text.language in self.languages]

    def load_pictures(self, words: dict) -> None:
        for name, facts in words["pictures"].items():
            image = Image(focal_x=facts["focal"][0], focal_y=facts["focal"][1])
            image.original = ContentFile(picture_bytes(name), name=f"{name}.webp")
            image.created_by = self.user
            self.pictures[name] = pictures.store(image)
            ImageTranslation.objects.bulk_create(
                ImageTranslation(
                    image=image,
                    language=code,
                    alt=facts["alt"][code],
                    caption=facts["caption"][code],
                    credit=words["credit"][code],
                )
                for code in self.languages
            )
            self.receipt["pictures"] += 1

    def load_sections(self) -> None:
        for place, row in enumerate(self.paper["sections"]):
            parent = self.sections.get(row.get("parent"))
            section = Section.objects.create(parent=parent, position=place)
            for code in self.languages:
                SectionTranslation.objects.create(section=section, language=code, **row[code])
            self.sections[row["key"]] = section
            self.receipt["sections"] += 1

    def load_authors(self) -> None:
        for row in self.paper["authors"]:
            links = contacts.clean("\n".join(row.get("contacts", [])))
            author = Author.objects.create(picture=self.pictures[row["picture"]], contacts=links)
            for code in self.languages:
                slug = slugify_unicode(row[code]["name"])
                AuthorTranslation.objects.create(
                    author=author, language=code, slug=slug, **row[code]
                )
            self.authors[row["key"]] = author
            self.receipt["authors"] += 1

    def load_editions(self) -> None:
        """Last, because its menus point at the pages."""
        for code in self.languages:
            row = self.paper["editions"][code]
            wordmark = clean_svg((HERE / "wordmarks" / f"{code}.svg").read_bytes())
            edition, _made = Edition.objects.update_or_create(
                language=code,
                defaults={
                    **{key: row[key] for key in ("name", "tagline", "description")},
                    "footer_html": site.clean_footer(texts.to_html(row["footer"])),
                    "wordmark_svg": wordmark,
                },
            )
            for place, item in enumerate(self.paper["menu"]):
                label, url = self.menu_link(item, code)
                MenuItem.objects.create(
                    edition=edition, place=item["place"], position=place, label=label, url=url
                )
            self.receipt["editions"] += 1
        site.rebuild()

    def load_breaking(self) -> None:
        """A line in every language, which ends by itself."""
        for code in self.languages:
            row = self.paper["breaking"]
            key = self.groups[f"story {row['story']}"]
            story = Story.objects.filter(translation_key=key, language=code).first()
            until = self.now + timedelta(hours=row["hours"])
            Breaking.objects.create(
                language=code, text=row[code], story=story, until=until, created_by=self.user
            )
            self.receipt["breaking news"] += 1

    def menu_link(self, item: dict, language: str) -> tuple[str, str]:
        if "page" not in item:
            return item["label"], item["url"]
        page = next(
            page for page in texts.pages() if (page.language, page.name) == (language, item["page"])
        )
        return page.get("headline"), reverse("articles:page", args=[language, page.get("slug")])

    def load_page(self, text: Text) -> None:
        story = self.create(text, {"kind": Story.Kind.PAGE.value, "comments_open": False})
        with override(text.language):
            story = workflow.publish(story, by=self.user, at=self.now - timedelta(days=200))
        self.backdate(story, story.published_at)
        self.receipt["pages"] += 1

    def load_story(self, text: Text) -> None:
        state = text.get("state", "published")
        at = self.moment(text)
        story = self.create(text, {"kind": text.get("kind", "story")})
        with override(text.language):
            for move in MOVES[state]:
                story = self.move(story, move, text, at)
        self.backdate(story, min(at, self.now), text.age("updated"))
        if text.get("corrected"):
            self.correct(story, text.get("corrected"), at)
        if text.get("pin"):
            place = int(text.get("pin"))
            placing.pin(story, placing.Page(text.language), place, by=self.user)
        self.receipt[f"stories, {state.replace('_', ' ')}"] += 1
        self.load_comments(story, texts.comments(text.language, text.name))

    def load_translations(self) -> None:
        """Hold the translations against the Arabic stories; one of those was changed since."""
        for name in FOLLOWED:
            twins = {row.language: row for row in self.twins(name)}
            source = twins.pop("ar", None)
            if source is None or not twins:
                continue
            content = workflow.head(source).content
            if name == CHANGED_SINCE:
                self.republish(source, earlier(content))
            for twin in twins.values():
                translations.follow(twin, Story.objects.get(pk=source.pk))
                self.receipt["translations followed"] += 1
            if name == CHANGED_SINCE:
                self.republish(source, content)

    def twins(self, name: str) -> QuerySet[Story]:
        return Story.objects.filter(translation_key=self.groups.get(f"story {name}"))

    def republish(self, source: Story, content: dict) -> None:
        """Give readers another text, and let the dates stand as the story has them."""
        dates = {"changed_at": source.changed_at, "updated_at": source.updated_at}
        with override(source.language):
            saved = workflow.save_draft(source, content, by=self.user)
            workflow.publish(saved, by=self.user)
        source.transitions.filter(at__gte=self.now).update(at=source.changed_at)
        source.revisions.filter(created_at__gte=self.now).update(created_at=source.changed_at)
        Story.objects.filter(pk=source.pk).update(**dates)

    def create(self, text: Text, extra: dict) -> Story:
        is_page = extra["kind"] == Story.Kind.PAGE
        section = site.section_for(site.PAGES) if is_page else self.sections[text.get("section")]
        picture = self.pictures.get(text.get("picture"))
        lines = ("kicker", "headline", "standfirst", "agency", "slug", "search_title")
        content = {
            **{name: text.get(name) for name in lines},
            "body_html": self.with_pictures(text),
            "section": section.pk,
            "picture": picture and picture.pk,
            "topics": text.topics(),
            "bylines": [self.byline(name, role) for name, role in text.bylines()],
            "comments_open": text.get("comments") != "closed",
            **extra,
        }
        key = self.groups.setdefault(f"{extra['kind']} {text.name}", uuid.uuid4())
        with override(text.language):
            return workflow.create(
                content, by=self.user, language=text.language, translation_key=key
            )

    def with_pictures(self, text: Text) -> str:
        """The body with the addresses and words of the pictures that stand in it."""

        def found(mark: re.Match[str]) -> str:
            image = self.pictures[mark[1]]
            alt = image.translations.get(language=text.language).alt
            return format_html(
                '<img src="{}" alt="{}">', pictures.rendition_url(image, "full"), alt
            )

        return re.sub(r'<img src="([a-z]+)">', found, text.body_html)

    def byline(self, name: str, role: str) -> dict:
        author = self.authors.get(name)
        return {"author": author and author.pk, "name": "" if author else name, "role": role}

    def move(self, story: Story, move: str, text: Text, at: datetime) -> Story:
        if move == "publish":
            return workflow.publish(story, by=self.user, at=at)
        if move == "withdraw":
            return workflow.withdraw(story, by=self.user, notice=text.get("withdrawn"))
        verb = {"submit": workflow.submit, "approve": workflow.approve}[move]
        return verb(story, by=self.user, note=text.get("note"))

    def moment(self, text: Text) -> datetime:
        return self.now - (text.age("published") or timedelta(hours=2))

    def backdate(self, story: Story, at: datetime, updated: timedelta | None = None) -> None:
        """Let the history of the story begin when it says it was written."""
        story.transitions.update(at=at)
        story.revisions.update(created_at=at)
        dates = {"created_at": at, "changed_at": at}
        if updated:
            dates["updated_at"] = self.now - updated
        Story.objects.filter(pk=story.pk).update(**dates)

    def correct(self, story: Story, words: str, published: datetime) -> None:
        """Put a correction under the story, half-way between its publication and now."""
        at = published + (self.now - published) / 2
        with override(story.language):
            row = workflow.correct(
                story, grade=Correction.Grade.CORRECTION, text=words, by=self.user
            )
        Correction.objects.filter(pk=row.pk).update(at=at)
        Story.objects.filter(pk=story.pk).update(corrected_at=at)
        story.transitions.filter(action="correct").update(at=at)
        self.receipt["corrections"] += 1

    def load_comments(self, story: Story, written: list[Written]) -> None:
        made: list[tuple[Comment, str]] = []
        for root in written:
            self.plant(story, root, None, made)
        for comment, status in made:
            if verb := VERBS.get(status):
                verb(comment, by=self.user)
            self.receipt[f"comments, {status}"] += 1
        approved = Comment.objects.approved().filter(story=story)
        approved.update(published_at=F("created_at"))

    def plant(
        self,
        story: Story,
        written: Written,
        parent: Comment | None,
        made: list[tuple[Comment, str]],
    ) -> None:
        submission = Submission(
            story=story,
            name=written.name,
            email=written.email,
            body=written.body.strip(),
            website=written.website,
            email_index=blind_index(written.email),
            parent=parent,
        )
        # A young story has had no time for all that was said under an old one.
        at = min(story.published_at + written.after, self.now - timedelta(minutes=1))
        comment = threads.plant(comment_of(submission, at))
        made.append((comment, written.status))
        for reply in written.replies:
            self.plant(story, reply, comment, made)


VERBS = {
    "approved": moderation.approve,
    "spam": moderation.mark_spam,
    "trash": moderation.trash,
}


def comment_of(submission: Submission, at: datetime) -> Comment:
    """A held comment, for a moderator's verb to decide on."""
    links = count_links(submission.body)
    reasons = [{"screen": "links", "detail": str(links)}] if links > 1 else []
    reasons.append({"screen": "first", "detail": ""})
    return as_comment(submission, Comment.Status.PENDING, reasons, at)


def earlier(content: dict) -> dict:
    """The content before its last paragraph was added and its second one written out."""
    parts = content["body_html"].split("</p>")
    first, second, *rest = parts[:-2]
    shorter = " ".join(second.split(" ")[: -len(second.split(" ")) // 3])
    return content | {"body_html": "</p>".join([first, f"{shorter}.", *rest, ""])}


def demo_user() -> User:
    """The account that wrote it all: nobody can sign in with it."""
    user, made = User.objects.get_or_create(username=USER)
    if made:
        user.set_unusable_password()
        user.save()
    user.groups.set(Group.objects.filter(name__in=("Editor", "Moderator")))
    return user


def picture_bytes(name: str) -> bytes:
    return (HERE / "pictures" / f"{name}.webp").read_bytes()


def make_renditions(pictures_by_name: dict) -> None:
    """Make all renditions at once, before the transaction: Pillow works outside Python's lock."""

    def make(name: str) -> None:
        original = ContentFile(picture_bytes(name))
        focal = tuple(pictures_by_name[name]["focal"])
        key = images.rendition_key(images.inspect(original).sha256, focal)
        images.make_renditions(original, key, focal, default_storage)

    with ThreadPoolExecutor() as pool:
        list(pool.map(make, pictures_by_name))
