"""The project's only model: people who sign in."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
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

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")
        verbose_name_plural = _("users")

    @property
    def display_name(self) -> str:
        """The full name, or the user name where none is given."""
        return self.get_full_name() or self.get_username()
