"""Readers' addresses: looked at on the record, found unseen, kept under the newest key.

Together with `newsroom.lib.mail`, which writes to them, the only place that opens one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from comments.models import Comment, Reveal
from newsroom.lib.privacy import (
    AddressUnreadable,
    EncryptedEmailField,
    SealedAddress,
    blind_index,
    validate_address,
)
from newsroom.lib.text import one_line
from newsroom.models import User

REVEAL = "comments.reveal_address"
SHORTEST_REASON = 10
BATCH = 500


def reveal(comment: Comment, *, by: User, reason: str) -> str:
    """Return the address of `comment`, once it stands in the log who looked and why.

    Raises PermissionDenied, ValidationError without a reason, and AddressUnreadable.
    """
    if not by.has_perm(REVEAL):
        raise PermissionDenied(_("Your account may not look at readers’ addresses."))
    reason = one_line(reason)
    if len(reason) < SHORTEST_REASON:
        raise ValidationError(_("Say why, in a few words: it is kept in the log."))
    if not comment.email:
        raise AddressUnreadable("The comment has no address.")
    with transaction.atomic():
        note_look(comment, by=by, reason=reason)
        return comment.email.reveal()


def note_look(comment: Comment, *, by: User, reason: str) -> None:
    """Put into the log who looked at what is kept of the writer of `comment`, and why."""
    reason = one_line(reason)[:250]
    Reveal.objects.create(comment=comment, comment_number=comment.pk, by=by, reason=reason)


def newest_of(address: str) -> Comment | None:
    """Return the newest comment written under an address; None for none, and for what is no
    address. It stands for the person from then on, so that the address is in no link."""
    try:
        index = blind_index(validate_address(address))
    except ValidationError:
        return None
    return Comment.objects.filter(email_index=index).order_by("-created_at", "-id").first()


def is_readable(comment: Comment) -> bool:
    """Whether a key opens the address of `comment`, or it has none."""
    if not comment.email:
        return True
    try:
        comment.email.reveal()
    except AddressUnreadable:
        return False
    return True


def keys_fit() -> bool:
    """Whether the keys of this site are those its addresses were kept under, by the newest one."""
    kept = Comment.objects.filter(email__kept=True).order_by("-id").first()
    if kept is None:
        return True
    return is_readable(kept) and blind_index(kept.email.reveal()) == kept.email_index


@dataclass
class Rotation:
    """How many addresses were encrypted anew, were so already, and are lost to every key."""

    renewed: int = 0
    current: int = 0
    unreadable: int = 0


def rotate() -> Rotation:
    """Encrypt every stored address under the newest key; stopped halfway, it goes on next time."""
    rotation = Rotation()
    for model, field in sealed_fields():
        last = 0
        while last is not None:
            last = _rotate_batch(model, field, last, rotation)
    return rotation


def sealed_fields() -> Iterator[tuple[type[models.Model], str]]:
    """Yield every model that keeps encrypted addresses, with the field's name."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, EncryptedEmailField):
                yield model, field.name


def _rotate_batch(
    model: type[models.Model], field: str, last: int, rotation: Rotation
) -> int | None:
    """Renew the next rows after `last`; return the last one's key, None at the end.

    Row by row, so that it never holds one comment while it waits for another; and none of which
    the address was forgotten since it was read.
    """
    rows = list(model._base_manager.filter(pk__gt=last).order_by("pk").only(field)[:BATCH])
    for row in rows:
        if _renew(row, field, rotation):
            kept = model._base_manager.filter(pk=row.pk, **{f"{field}__kept": True})
            kept.update(**{field: getattr(row, field)})
    return rows[-1].pk if rows else None


def _renew(row: models.Model, field: str, rotation: Rotation) -> bool:
    sealed = getattr(row, field)
    if not isinstance(sealed, SealedAddress):
        return False
    if sealed.is_current():
        rotation.current += 1
        return False
    try:
        setattr(row, field, sealed.resealed())
    except AddressUnreadable:
        rotation.unreadable += 1
        return False
    rotation.renewed += 1
    return True
