"""What comes after `migrate`, which may have been told to stop half-way."""

from collections.abc import Callable
from typing import Any

from django.apps import AppConfig
from django.apps import apps as current


def once_current(make: Callable[..., None]) -> Callable[..., None]:
    """Return a receiver of `post_migrate` that calls `make(using=…)` when the tables of the app
    are those its models want: after `migrate articles 0005` some of later are not there yet."""

    def receive(sender: AppConfig, using: str, apps: Any = current, **kwargs: Any) -> None:
        if all(_has(apps, model) for model in sender.get_models()):
            make(using=using)

    return receive


def _has(apps: Any, model: Any) -> bool:
    try:
        known = apps.get_model(model._meta.label)
    except LookupError:
        return False
    names = {field.name for field in known._meta.local_fields}
    return names >= {field.name for field in model._meta.local_fields}
