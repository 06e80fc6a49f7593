"""Path parts of the public addresses."""

from django.conf import settings
from django.urls.converters import StringConverter


class LanguageConverter(StringConverter):
    """A language the site publishes in."""

    regex = "[a-z]{2,3}(?:-[a-z0-9]+)*"

    def to_python(self, value: str) -> str:
        if value not in dict(settings.LANGUAGES):
            raise ValueError(value)
        return value


class UnicodeSlugConverter(StringConverter):
    """A slug in any script: letters and digits, their marks, hyphen, underscore."""

    # No slash, no dot, no control (PostgreSQL refuses to be asked for a NUL): what else stands in
    # an old link is corrected by 301 or 404.
    regex = r"[^/\s.\x00-\x1f\x7f]+"
