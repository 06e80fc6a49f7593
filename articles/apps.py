from collections.abc import Callable
from typing import Any

from django.apps import AppConfig
from django.db import models
from django.db.models.signals import (
    post_delete,
    post_migrate,
    post_save,
    pre_delete,
    pre_migrate,
    pre_save,
)
from django.utils.translation import gettext_lazy as _

from newsroom.lib.migrating import once_current


class ArticlesConfig(AppConfig):
    name = "articles"
    verbose_name = _("stories")

    def ready(self) -> None:
        from articles import pictures, site, strip
        from articles.groups import make_groups, remember_permissions

        pre_migrate.connect(remember_permissions, dispatch_uid="articles.permissions")
        post_migrate.connect(make_groups, dispatch_uid="articles.groups")
        post_migrate.connect(
            once_current(site.make_defaults),
            sender=self,
            weak=False,
            dispatch_uid="articles.defaults",
        )

        def rebuild(instance: models.Model, raw: bool = False, **kwargs) -> None:
            own = {"Edition": "pk", "MenuItem": "edition_id", "Placement": "edition_id"}.get(
                type(instance).__name__
            )
            if not raw:
                site.rebuild(getattr(instance, own) if own else None)

        def describe(instance: models.Model, raw: bool = False, **kwargs) -> None:
            if not raw:
                pictures.describe(instance.image)

        self.follow_names()
        for signal in (post_save, post_delete):
            texts = self.get_model("ImageTranslation")
            signal.connect(describe, sender=texts, weak=False, dispatch_uid="pictures.describe")

        def rebuild_strip(instance: models.Model, raw: bool = False, **kwargs) -> None:
            if not raw:
                site.rebuild_in(instance.language)

        def follow(instance: models.Model, raw: bool = False, **kwargs) -> None:
            """A move of a story that the strip names may change its address, or end it."""
            language = (
                None if raw or instance.action == "create" else strip.is_on(instance.story_id)
            )
            if language:
                site.rebuild_in(language)

        post_save.connect(follow, sender=self.get_model("Transition"), weak=False)
        for signal in (post_save, post_delete):
            signal.connect(rebuild_strip, sender=self.get_model("Breaking"), weak=False)
        for name in ("Section", "SectionTranslation", "MenuItem", "Edition", "Placement"):
            for signal in (post_save, post_delete):
                signal.connect(
                    rebuild, sender=self.get_model(name), weak=False, dispatch_uid=f"site.{name}"
                )

    def follow_names(self) -> None:
        """Let the index of searches follow the names of topics."""
        from articles import renaming

        names = self.get_model("TopicTranslation")
        for signal, step in (
            (pre_save, renaming.before_saving),
            (post_save, renaming.after_saving),
            (pre_delete, renaming.before_deleting),
            (post_delete, renaming.after_deleting),
        ):
            signal.connect(_of_row(step), sender=names, weak=False, dispatch_uid=step.__name__)


def _of_row(step: Callable[[Any], None]) -> Callable[..., None]:
    """Return a receiver that takes a step of a row, where it is not one of a fixture."""

    def receive(instance: models.Model, raw: bool = False, **kwargs: Any) -> None:
        if not raw:
            step(instance)

    return receive
