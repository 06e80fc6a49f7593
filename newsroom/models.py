"""The floor both apps stand on: people who sign in, and what other systems are to be told.

Verbs of both apps write `Delivery` rows in their own transactions; `newsroom.webhooks` sends them.
"""

from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import get_random_string, salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


def interface_languages() -> list[tuple[str, str]]:
    """Languages the admin can be read in; a callable, so that a site's choice is no migration."""
    return settings.LANGUAGES


class User(AbstractUser):
    """Somebody of the newsroom: reporter, editor, moderator or administrator."""

    interface_language = models.CharField(
        _("interface language"),
        max_length=10,
        blank=True,
        choices=interface_languages,
        help_text=_("The language of the desk, whatever the browser says."),
    )

    invited_at = models.DateTimeField(_("invited at"), null=True, editable=False)
    # Since when a code is asked after the password; null while it is not.
    second_factor_at = models.DateTimeField(_("second factor since"), null=True, editable=False)
    deactivated_at = models.DateTimeField(_("deactivated at"), null=True, editable=False)

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")
        verbose_name_plural = _("users")

    @property
    def display_name(self) -> str:
        """The full name, or the user name where none is given."""
        return self.get_full_name() or self.get_username()

    @property
    def language(self) -> str:
        """The language this person is spoken to in."""
        known = dict(settings.LANGUAGES)
        chosen = self.interface_language
        return chosen if chosen in known else settings.DEFAULT_LANGUAGE

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """As Django's, which ends every session when the password changes; ours end too when the
        second factor does, and with a deactivation, for good."""
        plain = super()._get_session_auth_hash(secret)
        marks = [mark.isoformat() for mark in (self.second_factor_at, self.deactivated_at) if mark]
        if not marks:
            return plain
        text = " ".join([plain, *marks])
        return salted_hmac("newsroom.session", text, secret, algorithm="sha256").hexdigest()


class Webhook(models.Model):
    """Another system that is told what happens here.

    Its secret is made of SECRET_KEY and `salt`, and stands nowhere: neither the database nor a
    backup lets anybody sign in our name.
    """

    class Event(models.TextChoices):
        PUBLISHED = "story.published", pgettext_lazy("webhook", "a story can be read")
        UPDATED = "story.updated", pgettext_lazy("webhook", "a public story was changed")
        CORRECTED = "story.corrected", pgettext_lazy("webhook", "a story was corrected")
        UNPUBLISHED = "story.unpublished", pgettext_lazy("webhook", "a story was taken off")
        WITHDRAWN = "story.withdrawn", pgettext_lazy("webhook", "a story was withdrawn")
        COMMENT_APPROVED = "comment.approved", pgettext_lazy("webhook", "a comment can be read")
        COMMENT_UPDATED = "comment.updated", pgettext_lazy("webhook", "a public comment changed")
        COMMENT_REMOVED = "comment.removed", pgettext_lazy("webhook", "a comment is gone")

    # How long receivers may go on believing the secret before the present one.
    OVERLAP = timedelta(days=1)

    name = models.CharField(_("name"), max_length=100)
    url = models.URLField(_("address"), max_length=500)
    events = models.JSONField(_("events"), default=list)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("While it is off nothing is kept for it.")
    )
    created_at = models.DateTimeField(auto_now_add=True)
    salt = models.CharField(max_length=32, blank=True, editable=False)
    former_salt = models.CharField(max_length=32, blank=True, editable=False)
    secret_at = models.DateTimeField(_("secret made at"), null=True, editable=False)
    # Calls in a row that came to nothing, and since when.
    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, editable=False)
    # When it was switched off because nobody answers; null when a person did that.
    stopped_at = models.DateTimeField(_("switched off at"), null=True, editable=False)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def renew_secret(self) -> str:
        """Make a new secret and return it as receivers keep it; the one before is signed with for
        OVERLAP. Nothing here can tell it again."""
        self.former_salt, self.salt = self.salt, get_random_string(32)
        self.secret_at = timezone.now()
        self.save(update_fields=["salt", "former_salt", "secret_at"])
        return f"whsec_{b64encode(self.secrets()[0]).decode()}"

    def secrets(self) -> list[bytes]:
        """Return what is signed with, the present one first: the secret before while that may
        still be in use, and those of SECRET_KEY_FALLBACKS."""
        salts = [self.salt]
        if self.former_salt and self.secret_at > timezone.now() - self.OVERLAP:
            salts.append(self.former_salt)
        keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        return [
            salted_hmac("newsroom.webhook", salt, key, algorithm="sha256").digest()
            for salt in salts
            for key in keys
        ]


class DeliveryManager(models.Manager["Delivery"]):
    def note(
        self,
        event: str,
        subjects: Iterable[tuple[int, int | None]],
        *,
        due_at: datetime | None = None,
    ) -> None:
        """Note what happened to `subjects` (the numbers of a story and, of what happened to one,
        of a comment) for every webhook that wants it; in the transaction in which it happens.
        What happens by the clock is told at `due_at`."""
        at = due_at or timezone.now()
        hooks = Webhook.objects.filter(is_active=True).exclude(salt="")
        wanted = [hook for hook in hooks if event in hook.events]
        if wanted:
            self.bulk_create(
                Delivery(webhook=hook, event=event, story=story, comment=comment, at=at, due_at=at)
                for story, comment in subjects
                for hook in wanted
            )

    def forget_coming(self, event: str, story: int) -> None:
        """Take back what was to be told of a story at a time that has not come."""
        coming = self.filter(event=event, story=story, ended_at=None, tries=0)
        coming.filter(due_at__gt=timezone.now()).delete()


class Delivery(models.Model):
    """One thing that one webhook is told. It holds numbers only: what is told of them is looked
    up as it is sent, and is what anybody can read then."""

    class Outcome(models.TextChoices):
        DELIVERED = "delivered", pgettext_lazy("webhook", "delivered")
        GIVEN_UP = "given-up", pgettext_lazy("webhook", "given up")
        VOID = "void", pgettext_lazy("webhook", "no longer true")
        STOPPED = "stopped", pgettext_lazy("webhook", "switched off")

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=30)
    story = models.BigIntegerField(null=True)
    comment = models.BigIntegerField(null=True)
    # The same whenever it is tried: receivers know by it what they have already.
    message = models.UUIDField(default=uuid4)
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    # A status of HTTP, or a code of `newsroom.lib.outgoing`.
    answer = models.CharField(max_length=20, blank=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True, choices=Outcome.choices)

    objects = DeliveryManager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["webhook", "due_at", "id"],
                name="delivery_due",
                condition=Q(ended_at=None),
            ),
            models.Index(fields=["webhook", "-id"], name="delivery_newest"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
