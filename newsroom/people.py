"""People of the desk: inviting them, forgotten passwords, who may change whom, who left.

A mailed link holds a signed stamp of the account as it was: choosing a password makes the link,
and every other one of the same person, worthless.
"""

import logging
import threading
from collections.abc import Iterable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from newsroom.lib import mail, throttle
from newsroom.lib.privacy import keyed_hash
from newsroom.models import User

log = logging.getLogger("newsroom.people")

INVITATION, RESET = "invitation", "reset"
ADDRESS_SECONDS = 5 * 60
GUESS_SECONDS, MOST_GUESSES = 60 * 60, 10
GROUP_NAMES = {
    "Reporter": pgettext_lazy("group", "Reporter"),
    "Section editor": pgettext_lazy("group", "Section editor"),
    "Editor": pgettext_lazy("group", "Editor"),
    "Moderator": pgettext_lazy("group", "Moderator"),
    "Administrator": pgettext_lazy("group", "Administrator"),
}


def group_name(group: Group) -> str:
    """Return the name of a group as the desk shows it; an operator's own stands as written."""
    return str(GROUP_NAMES.get(group.name, group.name))


# Who may change whom.


def permissions_of(user: User) -> set[str]:
    """Return what `user` may do, or could do again when let in again."""
    return labels(Permission.objects.filter(Q(user=user) | Q(group__user=user)))


def labels(permissions: QuerySet[Permission]) -> set[str]:
    """Return permissions as `app.codename`."""
    rows = permissions.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in rows}


def reaches(by: User, other: User) -> bool:
    """Whether `by` may change the account of `other`: never of somebody who may do more."""
    if by.is_superuser:
        return True
    return not other.is_superuser and permissions_of(other) <= by.get_all_permissions()


def gives(by: User, group: Group) -> bool:
    """Whether `by` may put people into `group`, or change it: not beyond their own rights."""
    return by.is_superuser or labels(group.permissions.all()) <= by.get_all_permissions()


def is_named_in_settings(group: Group) -> bool:
    """Whether a second factor is asked of this group, by its name: under another one, or deleted,
    its members would enter without, and the site would not start again."""
    return group.name in settings.SECOND_FACTOR_GROUPS


def groups_within(by: User) -> QuerySet[Group]:
    """Return the groups that `by` may put people into."""
    every = Group.objects.order_by("pk")
    return every if by.is_superuser else every.filter(pk__in=[g.pk for g in every if gives(by, g)])


def is_taken(email: str, *, by_other_than: int | None) -> bool:
    """Whether somebody else of the desk has this address: links for passwords go there."""
    others = User.objects.filter(email__iexact=email, is_staff=True).exclude(pk=by_other_than)
    return bool(email) and others.exists()


# Their password, asked again.


def require_password(user: User, typed: str, wrong: str) -> None:
    """Raise ValidationError unless `typed` is the password of `user`; `wrong` says so.

    After ten wrong ones none is right for the rest of the hour, on whatever page it is asked:
    whoever has somebody's session must not find out the password with it.
    """
    if not typed:
        raise ValidationError(wrong)
    guesses = throttle.window(f"own-password:{user.pk}", GUESS_SECONDS)
    if throttle.count(guesses, MOST_GUESSES):
        raise ValidationError(_("Too many wrong passwords. Try again in an hour."))
    if not user.check_password(typed):
        raise ValidationError(wrong)
    throttle.uncount(guesses)


# Mailed links.


def invite(user: User) -> None:
    """Mail a link to choose a first password; links mailed before stop working.
    Raises MailFailed."""
    user.invited_at = timezone.now()
    user.save(update_fields=["invited_at"])
    context = {"days": settings.INVITATION_DAYS}
    mail.send("invitation", user.email, _mail_context(user, INVITATION) | context, user.language)


def is_invited(user: User) -> bool:
    """Whether somebody was invited and has not come in yet."""
    return bool(user.invited_at) and user.last_login is None


def forgotten(typed: str) -> threading.Thread:
    """Mail a link to everybody of the desk whose address this is.

    The mails leave by a thread of their own, which is started when there is nobody as well: how
    long the answer takes tells nothing.
    """
    found = [user for user in User.objects.filter(email__iexact=typed)[:5] if _may_reset(user)]
    key = f"forgotten:{keyed_hash('forgotten', typed.casefold())}"
    if throttle.claim(key, ADDRESS_SECONDS):
        found = []
    letters = [(user.email, _mail_context(user, RESET), user.language) for user in found]
    thread = threading.Thread(target=_mail_resets, args=[letters], name="forgotten-passwords")
    thread.start()
    return thread


def _may_reset(user: User) -> bool:
    return user.is_active and user.is_staff and (user.has_usable_password() or is_invited(user))


def _mail_resets(letters: Iterable[tuple[str, dict, str]]) -> None:
    for address, context, language in letters:
        minutes = {"minutes": settings.PASSWORD_RESET_MINUTES}
        try:
            mail.send("password_reset", address, context | minutes, language)
        except mail.MailFailed as failure:
            log.error("a link for a forgotten password was not accepted: %s", failure)


def _mail_context(user: User, purpose: str) -> dict[str, str]:
    return {
        "name": user.display_name,
        "username": user.get_username(),
        "site_name": settings.SITE_NAME,
        "link": link(user, purpose),
    }


def link(user: User, purpose: str) -> str:
    """Return the address of a mailed link. It stands in the query, which no log prints."""
    token = signing.dumps([user.pk, _stamp(user, purpose)], salt=f"people.{purpose}")
    path = reverse("admin:choose_password")
    return f"{settings.SITE_URL}{path}?{urlencode({purpose: token})}"


def person_of(purpose: str, token: str) -> User | None:
    """Return whose link this is; None when it is forged, used or too old."""
    days, minutes = settings.INVITATION_DAYS, settings.PASSWORD_RESET_MINUTES
    seconds = days * 24 * 60 * 60 if purpose == INVITATION else minutes * 60
    try:
        pk, stamp = signing.loads(token, salt=f"people.{purpose}", max_age=seconds)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = User.objects.filter(pk=pk, is_active=True, is_staff=True).first()
    return user if user and constant_time_compare(stamp, _stamp(user, purpose)) else None


def _stamp(user: User, purpose: str) -> str:
    seen = (user.last_login, user.invited_at, user.deactivated_at)
    parts = (purpose, user.pk, user.password, user.email, *seen)
    text = "\n".join(str(part) for part in parts)
    return salted_hmac("newsroom.people", text, algorithm="sha256").hexdigest()[:32]


# Leaving.


def deactivate(user: User) -> None:
    """Let somebody in no more: every session ends at once; bylines and history stay."""
    user.is_active = False
    user.deactivated_at = timezone.now()
    user.save(update_fields=["is_active", "deactivated_at"])


def activate(user: User) -> None:
    """Let somebody in again; sessions of before stay ended."""
    user.is_active = True
    user.save(update_fields=["is_active"])


def has_traces(user: User) -> bool:
    """Whether something of the paper or of its history names this account."""
    for relation in User._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and (relation.one_to_many or relation.one_to_one)):
            continue
        model = relation.related_model
        is_own = model._meta.auto_created or model._meta.app_label.startswith("otp_")
        if not is_own and model._base_manager.filter(**{relation.field.name: user}).exists():
            return True
    return False
