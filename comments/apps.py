from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from newsroom.lib.migrating import once_current


class CommentsConfig(AppConfig):
    name = "comments"
    verbose_name = _("comments")

    def ready(self) -> None:
        from comments.policy import make_defaults

        post_migrate.connect(
            once_current(make_defaults), sender=self, weak=False, dispatch_uid="comments.policies"
        )
