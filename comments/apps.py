from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CommentsConfig(AppConfig):
    name = "comments"
    verbose_name = _("comments")

    def ready(self) -> None:
        from comments.policy import make_defaults

        post_migrate.connect(make_defaults, sender=self, dispatch_uid="comments.policies")
