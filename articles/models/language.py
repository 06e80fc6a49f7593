"""What every per-language row shares: its language, and how a thing is named in one."""

from collections.abc import Sequence

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def languages() -> Sequence[tuple[str, str]]:
    """Languages the site publishes in; a callable, so that a site's choice is no migration."""
    return settings.LANGUAGES


def default_language() -> str:
    """The language of a new row where nothing else is said."""
    return settings.DEFAULT_LANGUAGE


class LanguageField(models.CharField):
    """A language code of the site."""

    def __init__(self, *args, **kwargs) -> None:
        kwargs.setdefault("verbose_name", _("language"))
        kwargs.setdefault("max_length", 10)
        kwargs.setdefault("choices", languages)
        kwargs.setdefault("default", default_language)
        super().__init__(*args, **kwargs)


class Translated(models.Model):
    """A thing whose names are rows of its `translations`, one a language."""

    class Meta:
        abstract = True

    def in_language(self, language: str | None = None) -> models.Model | None:
        """Return the row of `language` (the active one unless given), else the default
        language's, else any; None where there is none. Uses prefetched rows."""
        wanted = [language or get_language(), settings.DEFAULT_LANGUAGE]
        rows = {row.language: row for row in self.translations.all()}
        return next(
            (rows[code] for code in wanted if code in rows), next(iter(rows.values()), None)
        )
