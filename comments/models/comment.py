"""A comment: what was written, by whom, where it stands, what became of it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.models import Byline, Story
from newsroom.lib.privacy import EncryptedEmailField

# Wider than any limit of the form, which counts what readers see (grapheme clusters); the
# database counts code points and only has to stop the absurd.
BODY_BOUND = 100_000


def _section_of_story() -> dict[str, Any]:
    """Return what adds the slug of the story's section, in the story's language, to a query."""
    names = "story__section__translations"
    same_language = Q(**{f"{names}__language": F("story__language")})
    return {
        "section_row": FilteredRelation(names, condition=same_language),
        "section_slug": F("section_row__slug"),
    }


class CommentQuerySet(models.QuerySet):
    def approved(self) -> "CommentQuerySet":
        """Comments that readers see."""
        return self.filter(status=Comment.Status.APPROVED)

    def pending(self) -> "CommentQuerySet":
        """Comments that wait for a moderator."""
        return self.filter(status=Comment.Status.PENDING)

    def for_thread(self) -> "CommentQuerySet":
        """What the story page shows: nothing private is even loaded."""
        written = Byline.objects.filter(story=OuterRef("story"), author__user=OuterRef("user"))
        return (
            self.select_related("user")
            .annotate(by_story_author=Exists(written))
            .only(
                *("story_id", "parent_id", "path", "thread", "thread_at", "depth", "kind"),
                *("name", "website", "body_html", "created_at", "edited_at", "legacy_id"),
                *("is_newsroom", "user__is_staff"),
            )
        )

    def for_feed(self) -> "CommentQuerySet":
        """What a feed tells: the words, the name over them, the story's address; one query."""
        return (
            self.select_related("story")
            .annotate(**_section_of_story())
            .only(
                *("name", "body_html", "created_at", "story__headline", "story__language"),
                *("story__kind", "story__slug", "story__section"),
            )
        )

    def for_queue(self) -> "CommentQuerySet":
        """What the moderators' list shows, in one query."""
        return (
            self.select_related("story", "parent", "user")
            .annotate(**_section_of_story())
            .defer("story__body_html", "parent__body_html")
        )


class Comment(models.Model):
    """`status` is written by `comments.posting` and `comments.moderation`, by nobody else.

    Where a comment stands (`path`, `thread`, `thread_at`, `depth`) is written by `threads.plant`.
    """

    class Status(models.TextChoices):
        PENDING = "pending", pgettext_lazy("comment", "pending")
        APPROVED = "approved", pgettext_lazy("comment", "approved")
        SPAM = "spam", pgettext_lazy("comment", "spam")
        TRASH = "trash", pgettext_lazy("comment", "trash")

    class Kind(models.TextChoices):
        COMMENT = "comment", pgettext_lazy("kind", "comment")
        PINGBACK = "pingback", pgettext_lazy("kind", "pingback")

    story = models.ForeignKey(
        Story, models.CASCADE, verbose_name=_("story"), related_name="comments"
    )
    parent = models.ForeignKey(
        "self",
        models.RESTRICT,
        verbose_name=_("reply to"),
        related_name="replies",
        null=True,
        blank=True,
    )
    # Ids from the thread's first comment down to this one, "12/15/20": a placeholder for an
    # ancestor that is not public can be shown without loading it.
    path = models.CharField(max_length=255, editable=False, blank=True)
    thread = models.BigIntegerField(editable=False, default=0)
    # When the thread's first comment was posted: threads stand in this order.
    thread_at = models.DateTimeField(editable=False)
    depth = models.PositiveSmallIntegerField(editable=False, default=1)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.COMMENT)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.PENDING, editable=False
    )

    name = models.CharField(_("name"), max_length=1000)
    email = EncryptedEmailField(_("e-mail"), blank=True)
    # Of an account without an address, an index of the account.
    email_index = models.CharField(max_length=64, editable=False, blank=True, db_index=True)
    website = models.CharField(_("website"), max_length=800, blank=True)
    body = models.TextField(_("comment"))
    body_html = models.TextField(editable=False)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    ip = models.GenericIPAddressField(_("network"), null=True, blank=True, editable=False)
    user_agent = models.CharField(max_length=254, blank=True, editable=False)
    # Keyed hash of the token in the browser the comment was posted from.
    browser = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    # Keyed hash of story, parent, name, address and text: the same comment twice is refused.
    fingerprint = models.CharField(max_length=64, editable=False)
    # Why the screens held it: a list of {"screen": …, "detail": …}, and where they apply "rule",
    # "span" (two offsets into the text) and "threshold".
    reasons = models.JSONField(default=list, editable=False)
    # Readers' reports that nobody has looked at. Written only by `moderation.recount_reports()`.
    report_count = models.PositiveIntegerField(_("reports"), default=0, editable=False)
    # Written by the newsroom itself: the paper's name stands over it.
    is_newsroom = models.BooleanField(_("as the newsroom"), default=False, editable=False)
    created_at = models.DateTimeField(_("posted"), db_index=True)
    published_at = models.DateTimeField(null=True, editable=False)
    # When its writer last changed the text.
    edited_at = models.DateTimeField(_("edited"), null=True, editable=False)
    # When everything personal was taken out of it; then it has neither name nor index.
    anonymised_at = models.DateTimeField(_("anonymised"), null=True, editable=False)
    legacy_source = models.CharField(max_length=200, blank=True, editable=False)
    legacy_id = models.PositiveBigIntegerField(null=True, editable=False, db_index=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        permissions = [
            ("moderate_comment", _("Can moderate comments")),
            ("erase_commenter", _("Can export and erase what a commenter left")),
            ("reveal_address", _("Can reveal a reader’s address, giving a reason")),
        ]
        constraints = [
            models.CheckConstraint(
                name="comment_required_fields",
                condition=(
                    ~Q(name="") & ~Q(body="") & (~Q(email_index="") | ~Q(legacy_source=""))
                    | Q(anonymised_at__isnull=False)
                ),
            ),
            models.UniqueConstraint(
                fields=["fingerprint"],
                name="comment_once",
                condition=~Q(status="trash") & Q(legacy_source="", anonymised_at=None),
            ),
            models.UniqueConstraint(
                fields=["legacy_source", "legacy_id"],
                name="comment_imported_once",
                condition=Q(legacy_id__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["story", "status", "thread_at", "thread"], name="comment_threads"),
            models.Index(fields=["status", "-created_at", "-id"], name="comment_queue"),
            models.Index(
                fields=["-report_count", "-id"],
                name="comment_reported",
                condition=Q(report_count__gt=0),
            ),
            models.Index(fields=["story"], name="comment_waiting", condition=Q(status="pending")),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def as_seen(self) -> str:
        """What a page of the desk says it showed: the status, and since when the text is so."""
        return f"{self.status} {self.edited_at.isoformat()}" if self.edited_at else self.status

    @property
    def badge(self) -> str:
        """Who of the house wrote it (loaded by `for_thread`): newsroom, author, staff; "" for a
        reader."""
        if self.is_newsroom:
            return "newsroom"
        if self.by_story_author:
            return "author"
        return "staff" if self.user_id and self.user.is_staff else ""

    def get_absolute_url(self) -> str:
        """The comment on the first page of comments; `threads.address` asks which page it is."""
        return f"{self.story.get_absolute_url()}#comment-{self.pk}"
