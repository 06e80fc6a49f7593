"""What comments are screened by: rules, and how they are taken in a language or on a story."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.models import Section, Story
from articles.models.language import LanguageField
from articles.site import keep


class RuleStamp(models.Model):
    """Changed with every change of a rule: what processes keep of the rules goes by it."""

    token = models.UUIDField(default=uuid4)

    @classmethod
    def renew(cls) -> None:
        """Say that the rules changed; in the transaction of the change."""
        cls.objects.update_or_create(pk=1, defaults={"token": uuid4()})

    def __str__(self) -> str:
        return str(self.token)


class RuleQuerySet(models.QuerySet):
    """Rules; whatever changes many of them at once renews the stamp too."""

    @transaction.atomic
    def bulk_create(self, *args: Any, **kwargs: Any) -> list:
        RuleStamp.renew()
        return super().bulk_create(*args, **kwargs)

    @transaction.atomic
    def update(self, **kwargs: Any) -> int:
        RuleStamp.renew()
        return super().update(**kwargs)

    @transaction.atomic
    def delete(self) -> tuple[int, dict[str, int]]:
        RuleStamp.renew()
        return super().delete()


class Rule(models.Model):
    """One entry of what holds a comment, sends it to spam, or lets it through.

    `value` and `key` are what `comments.rules.settle()` makes of the typed entry: of an address
    only the mask and the index are kept.
    """

    class Kind(models.TextChoices):
        WORD = "word", pgettext_lazy("rule", "word or phrase")
        NAME = "name", pgettext_lazy("rule", "name")
        ADDRESS = "address", pgettext_lazy("rule", "e-mail address")
        DOMAIN = "domain", pgettext_lazy("rule", "e-mail domain")
        NETWORK = "network", pgettext_lazy("rule", "IP address or range")
        LINK = "link", pgettext_lazy("rule", "linked site")
        AGENT = "agent", pgettext_lazy("rule", "name of a browser or program")

    class Action(models.TextChoices):
        HOLD = "hold", _("hold for review")
        SPAM = "spam", _("reject, as spam")
        ALLOW = "allow", _("let through")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.WORD)
    action = models.CharField(_("action"), max_length=10, choices=Action.choices)
    value = models.CharField(_("entry"), max_length=300)
    # What two spellings of the same entry have in common; what is compared.
    key = models.CharField(max_length=300, editable=False)
    with_prefixes = models.BooleanField(
        _("also with and, by, for, like, the"),
        default=True,
        help_text=_("Finds the word also behind the prefixes و ف ب ك ل ال."),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="rule_once")]

    def __str__(self) -> str:
        return self.value

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        RuleStamp.renew()
        super().save(*args, **kwargs)

    @transaction.atomic
    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        RuleStamp.renew()
        return super().delete(*args, **kwargs)


class Policy(models.Model):
    """How comments are taken in one language, where that differs from the ordinary."""

    language = LanguageField(unique=True)
    is_stopped = models.BooleanField(
        _("stop all comments"),
        default=False,
        help_text=_("No story of this language takes comments until this is lifted."),
    )
    stop_message = models.CharField(_("message while stopped"), max_length=500, blank=True)
    closed_message = models.CharField(_("message below a closed story"), max_length=500, blank=True)
    premoderate = models.BooleanField(_("hold every comment"), default=False)
    premoderated_sections = models.ManyToManyField(
        Section, verbose_name=_("hold every comment in"), related_name="+", blank=True
    )
    close_after_days = models.PositiveSmallIntegerField(
        _("close stories after days"),
        null=True,
        blank=True,
        help_text=_("Counted from publication. Empty: stories stay open."),
    )

    class Meta:
        verbose_name = _("comment policy")
        verbose_name_plural = _("comment policies")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.get_language_display()

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        # Pages read it in the row of their edition.
        keep(self.language, "comments", self.terms())

    @transaction.atomic
    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        keep(self.language, "comments", {})
        return super().delete(*args, **kwargs)

    def terms(self) -> dict[str, Any]:
        """Return what pages must know of it."""
        names = ("is_stopped", "stop_message", "closed_message", "close_after_days")
        return {name: getattr(self, name) for name in names if getattr(self, name)}


class StoryPolicy(models.Model):
    """A story whose comments are all held, set by a moderator."""

    story = models.OneToOneField(
        Story, models.CASCADE, primary_key=True, related_name="comment_policy"
    )
    premoderate = models.BooleanField(_("hold every comment"), default=False)

    def __str__(self) -> str:
        return f"#{self.pk}"
