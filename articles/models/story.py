"""The story: one row a language, joined to its translations by `translation_key`."""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, FilteredRelation, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.models.image import Image
from articles.models.language import LanguageField
from articles.models.section import Section, validate_slug
from articles.models.topic import Topic
from newsroom.lib import caching


def is_public_now() -> Q:
    """Return the condition of being public now. The clock decides: no process has to run."""
    now = timezone.now()
    return Q(status=Story.Status.PUBLISHED, published_at__lte=now) & (
        Q(unpublish_at=None) | Q(unpublish_at__gt=now)
    )


def is_published(prefix: str = "") -> Q:
    """Return the condition of the status alone, for what an index of times finds; `prefix` leads
    to the story from where it is asked.

    Not `status="published"`: SQLite takes such a condition for one that few rows meet, begins at
    an index of the status, and reads nearly every story there is.
    """
    others = [status for status in Story.Status.values if status != Story.Status.PUBLISHED]
    return ~Q(**{f"{prefix}status__in": others})


# Of what is few by its nature, as what is scheduled, no list shows more.
MOST_AMONG = 2001


class StoryQuerySet(models.QuerySet):
    """Filters are adjectives, loading plans are `for_<screen>()`: a view combines one of each."""

    def published(self) -> "StoryQuerySet":
        """Stories that are public now."""
        return self.filter(is_public_now())

    def scheduled(self) -> "StoryQuerySet":
        """Stories whose time has not come."""
        return self.filter(is_published(), published_at__gt=timezone.now())

    def ended(self) -> "StoryQuerySet":
        """Stories whose time is over."""
        return self.filter(is_published(), unpublish_at__lte=timezone.now())

    def published_since(self, at: datetime) -> "StoryQuerySet":
        """Stories that are public now and came out at `at` or later."""
        now = timezone.now()
        is_over = Q(unpublish_at__isnull=False, unpublish_at__lte=now)
        came_out = self.filter(is_published(), published_at__gte=at, published_at__lte=now)
        return came_out.exclude(is_over)

    def published_between(self, first: int, end: int) -> "StoryQuerySet":
        """Stories that are public now with ids from `first` to before `end`, found by them."""
        now = timezone.now()
        is_over = Q(unpublish_at__isnull=False, unpublish_at__lte=now)
        rows = self.filter(is_published(), pk__gte=first, pk__lt=end, published_at__lte=now)
        return rows.exclude(is_over)

    def published_of_few(self) -> "StoryQuerySet":
        """Stories that are public now, of the few that another column finds by its index."""
        now = timezone.now()
        is_over = Q(unpublish_at__isnull=False, unpublish_at__lte=now)
        return self.filter(is_published(), published_at__lte=now).exclude(is_over)

    def among(self, few: "StoryQuerySet", *order: str) -> "StoryQuerySet":
        """Return those that stand in `few`, which an index finds in this `order`.

        Apart, since a database that is to sort by one column and to compare another may walk the
        whole index of the first.
        """
        return self.filter(pk__in=few.order_by(*order).values("pk")[:MOST_AMONG])

    def in_language(self, language: str) -> "StoryQuerySet":
        return self.filter(language=language)

    def articles(self) -> "StoryQuerySet":
        """Everything that belongs in lists and feeds: all but static pages."""
        return self.exclude(kind=Story.Kind.PAGE)

    def newest_first(self) -> "StoryQuerySet":
        return self.order_by("-published_at", "-id")

    def with_section(self) -> "StoryQuerySet":
        """Add `section_name` and `section_slug` in the story's own language."""
        return self.annotate(
            section_row=FilteredRelation(
                "section__translations",
                condition=Q(section__translations__language=F("language")),
            ),
            section_name=F("section_row__name"),
            section_slug=F("section_row__slug"),
        )

    def for_cards(self) -> "StoryQuerySet":
        """What a list of stories shows, in one query: no body, no search text."""
        return self.with_section().select_related("picture").defer("body_html")

    def for_page(self) -> "StoryQuerySet":
        """What the story page shows of the story itself, in one query."""
        texts = "picture__translations"
        return (
            self.with_section()
            .select_related("picture")
            .annotate(
                picture_row=FilteredRelation(
                    texts, condition=Q(**{f"{texts}__language": F("language")})
                ),
                picture_alt=F("picture_row__alt"),
                picture_caption=F("picture_row__caption"),
                picture_credit=F("picture_row__credit"),
            )
        )


class Story(models.Model):
    """`status` is written by `articles.workflow` and by nobody else."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        IN_REVIEW = "in_review", _("in review")
        APPROVED = "approved", _("approved")
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Kind(models.TextChoices):
        STORY = "story", pgettext_lazy("kind", "story")
        OPINION = "opinion", pgettext_lazy("kind", "opinion")
        PAGE = "page", pgettext_lazy("kind", "static page")
        LIVE = "live", pgettext_lazy("kind", "live")
        VIDEO = "video", pgettext_lazy("kind", "video")
        GALLERY = "gallery", pgettext_lazy("kind", "gallery")

    language = LanguageField()
    translation_key = models.UUIDField(
        _("translation group"), default=uuid.uuid4, editable=False, db_index=True
    )
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=Status.choices,
        default=Status.DRAFT,
        editable=False,
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.STORY)
    section = models.ForeignKey(
        Section, models.PROTECT, verbose_name=_("section"), related_name="stories"
    )
    slug = models.CharField(_("slug"), max_length=120, validators=[validate_slug], blank=True)

    kicker = models.CharField(_("kicker"), max_length=60, blank=True)
    headline = models.CharField(_("headline"), max_length=250)
    standfirst = models.TextField(_("standfirst"), max_length=600, blank=True)
    body_html = models.TextField(_("text"), blank=True)
    agency = models.CharField(
        _("agency"),
        max_length=120,
        blank=True,
        help_text=_("Shown in brackets at the end of the text."),
    )
    picture = models.ForeignKey(
        Image,
        models.PROTECT,
        verbose_name=_("main picture"),
        related_name="stories",
        null=True,
        blank=True,
    )
    topics = models.ManyToManyField(
        Topic, verbose_name=_("topics"), related_name="stories", blank=True
    )
    search_title = models.CharField(_("search title"), max_length=120, blank=True)
    search_description = models.CharField(_("search description"), max_length=300, blank=True)

    # The story that this one answers, by right of reply.
    replies_to = models.ForeignKey(
        "self",
        models.SET_NULL,
        verbose_name=_("right of reply to"),
        related_name="replies",
        null=True,
        blank=True,
    )
    # Every picture in the live text or in the newest revision: where a picture is used.
    pictures = models.ManyToManyField(Image, related_name="used_in", blank=True, editable=False)

    comments_open = models.BooleanField(_("comments open"), default=True)
    comments_close_at = models.DateTimeField(_("comments close"), null=True, blank=True)
    # Written only by `comments.moderation.recount()`.
    comment_count = models.PositiveIntegerField(_("comments"), default=0, editable=False)
    comments_changed_at = models.DateTimeField(null=True, editable=False)

    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    first_published_at = models.DateTimeField(null=True, editable=False)
    # When readers were last given another text; null until the first edit after publication.
    updated_at = models.DateTimeField(_("updated"), null=True, editable=False)
    # The newest correction; null where there is none, and no query is needed to know it.
    corrected_at = models.DateTimeField(_("corrected"), null=True, editable=False)
    unpublish_at = models.DateTimeField(_("unpublished"), null=True, editable=False)
    withdrawn_notice = models.CharField(_("notice"), max_length=500, blank=True, editable=False)

    # Counts saves: a save that was begun on an older one is refused.
    version = models.PositiveIntegerField(default=1, editable=False)
    live_revision = models.ForeignKey(
        "articles.Revision", models.SET_NULL, null=True, editable=False, related_name="+"
    )
    # Published, and the newest revision is not the live one. Written by `articles.workflow` alone:
    # no index could answer it from two tables, and a list of a hundred thousand asks it.
    has_edits = models.BooleanField(default=False, editable=False)
    # A translation whose source says something else by now. Written by `articles.translations`.
    is_behind = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("created by"),
        null=True,
        editable=False,
        related_name="+",
    )
    changed_at = models.DateTimeField(_("changed"), auto_now=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("changed by"),
        null=True,
        editable=False,
        related_name="+",
    )
    # Where an imported story came from: the old site's address and its number there.
    legacy_source = models.CharField(max_length=200, blank=True, editable=False)
    legacy_id = models.PositiveBigIntegerField(null=True, editable=False, db_index=True)

    # Of an opinion on a card who writes it, as `bylines.with_writers` found out.
    writer: dict[str, Any] | None = None

    objects = StoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("story")
        verbose_name_plural = _("stories")
        permissions = [
            ("edit_all_stories", _("Can edit stories of others")),
            ("edit_section_stories", _("Can edit stories of the sections they are editor of")),
            ("review_story", _("Can send back and approve stories")),
            ("publish_story", _("Can publish, unpublish and withdraw stories")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["translation_key", "language"], name="story_language_once"
            ),
            models.UniqueConstraint(
                fields=["legacy_source", "legacy_id"],
                name="story_imported_once",
                condition=Q(legacy_id__isnull=False),
            ),
            models.CheckConstraint(
                name="story_published_has_date",
                condition=~Q(status="published") | Q(published_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["language", "-published_at", "-id"],
                name="story_newest",
                condition=Q(status="published"),
            ),
            models.Index(
                fields=["section", "language", "-published_at", "-id"],
                name="story_newest_in_section",
                condition=Q(status="published"),
            ),
            models.Index(fields=["status", "-changed_at"], name="story_desk"),
            # The desk's list, whole and narrowed, opens from the end of one of these.
            models.Index(fields=["-changed_at", "-id"], name="story_changed"),
            models.Index(fields=["language", "-changed_at", "-id"], name="story_changed_language"),
            models.Index(fields=["section", "-changed_at", "-id"], name="story_changed_section"),
            models.Index(fields=["kind", "-changed_at", "-id"], name="story_changed_kind"),
            models.Index(fields=["created_by", "-changed_at", "-id"], name="story_changed_own"),
            models.Index(
                fields=["-changed_at", "-id"], name="story_edited", condition=Q(has_edits=True)
            ),
            models.Index(
                fields=["-changed_at", "-id"], name="story_behind", condition=Q(is_behind=True)
            ),
            models.Index(
                fields=["status", "-published_at"],
                name="story_without_picture",
                condition=Q(picture__isnull=True),
            ),
            models.Index(
                fields=["created_by", "-changed_at", "-id"],
                name="story_drafts",
                condition=Q(status="draft"),
            ),
            models.Index(
                fields=["-unpublish_at"],
                name="story_ends",
                condition=Q(unpublish_at__isnull=False),
            ),
            models.Index(fields=["-comment_count", "-id"], name="story_most_discussed"),
            # What is scheduled, or came today. Of published stories alone it is worth no more.
            models.Index(fields=["-published_at"], name="story_by_time"),
        ]

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> "Story":
        """Load a row; a page that is being made shows something of it."""
        story = super().from_db(*args, **kwargs)
        caching.shows(story.pk)
        return story

    def __str__(self) -> str:
        return self.headline

    def get_absolute_url(self) -> str:
        """The canonical address. Needs `section_slug` (see `with_section`) or asks for it."""
        if self.kind == self.Kind.PAGE:
            return reverse("articles:page", args=[self.language, self.slug or "-"])
        # The id alone decides: a draft without a slug has an address too.
        place = [self.language, self.slug_of_section(), self.pk, self.slug or "-"]
        return reverse("articles:story", args=place)

    def slug_of_section(self) -> str:
        """The slug of the story's section in its language, asked for where not loaded; the
        section's number where it lost its name in that language."""
        if getattr(self, "section_slug", None) is None:
            row = self.section.translations.filter(language=self.language).first()
            self.section_slug = row.slug if row else str(self.section_id)
            self.section_name = row.name if row else ""
        return self.section_slug

    @property
    def is_public(self) -> bool:
        """Whether readers may see it now: `published()` for one row."""
        now = timezone.now()
        return (
            self.status == self.Status.PUBLISHED
            and self.published_at <= now
            and (self.unpublish_at is None or self.unpublish_at > now)
        )

    @property
    def is_scheduled(self) -> bool:
        return self.status == self.Status.PUBLISHED and self.published_at > timezone.now()

    @property
    def comments_are_open(self) -> bool:
        """Whether a reader may comment now."""
        closing = self.comments_close_at
        if closing:
            caching.ends(closing)
        return self.comments_open and (closing is None or closing > timezone.now())

    @property
    def modified_at(self) -> datetime | None:
        """When readers last got a new text or a correction: ISO dates of feeds and metadata."""
        times = (self.published_at, self.updated_at, self.corrected_at)
        return max(filter(None, times), default=None)
