"""Old addresses that lead somewhere else."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.models.language import LanguageField


class Redirect(models.Model):
    """An address of this site that is no page any more, and where it leads (301)."""

    # Decoded, composed (NFC), without a slash at its end: `articles.redirects.normalise()`.
    old_path = models.CharField(_("old address"), max_length=500, unique=True)
    new_path = models.CharField(_("new address"), max_length=500)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("redirect")
        verbose_name_plural = _("redirects")
        ordering = ["old_path"]

    def __str__(self) -> str:
        return self.old_path


class OldAddress(models.Model):
    """An address of the site this paper moved in from, and what stood there.

    Where it leads is asked each time, so that whoever follows it is sent on once, whatever was
    renamed or moved since.
    """

    # As `Redirect.old_path`.
    path = models.CharField(max_length=500, unique=True)
    language = LanguageField()
    # Not said by the old site, only usual of it: whatever is said goes before.
    is_likely = models.BooleanField(default=False)
    story = models.ForeignKey("articles.Story", models.CASCADE, null=True, related_name="+")
    section = models.ForeignKey("articles.Section", models.CASCADE, null=True, related_name="+")
    topic = models.ForeignKey("articles.Topic", models.CASCADE, null=True, related_name="+")
    author = models.ForeignKey("articles.Author", models.CASCADE, null=True, related_name="+")
    image = models.ForeignKey("articles.Image", models.CASCADE, null=True, related_name="+")

    class Meta:
        verbose_name = _("address of the old site")
        verbose_name_plural = _("addresses of the old site")

    def __str__(self) -> str:
        return self.path
