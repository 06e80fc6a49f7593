"""The project's only model: people who sign in."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


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
