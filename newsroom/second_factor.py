"""The second factor of the desk: a code by time from somebody's telephone (RFC 6238).

After the password a person who has one is not signed in yet: the session only remembers for some
minutes whose password was right. `User.second_factor_at` says since when a code is asked; the
devices themselves are django-otp's, which lets no code be used twice and slows down guessing.
"""

import re
import secrets
import time
import unicodedata
from base64 import b32encode

import segno
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.signals import user_login_failed
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from newsroom.models import User

WAITING, PASSED = "second_factor_waiting", "second_factor_passed"
ENROLLING = "second_factor_enrolling"
WAITING_SECONDS = 10 * 60
RECOVERY_CODES = 10
# Without letters and digits that look alike.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def is_required(user: User) -> bool:
    """Whether one of the person's groups may not enter without; asked for once a request."""
    if not settings.SECOND_FACTOR_GROUPS:
        return False
    if not hasattr(user, "_needs_second_factor"):
        groups = user.groups.filter(name__in=settings.SECOND_FACTOR_GROUPS)
        user._needs_second_factor = groups.exists()
    return user._needs_second_factor


def has_passed(request: HttpRequest) -> bool:
    """Whether the request's session has shown all that is asked of its person."""
    user = request.user
    if user.second_factor_at:
        return request.session.get(PASSED) == user.second_factor_at.isoformat()
    return not is_required(user)


def is_asked(user: User) -> bool:
    """Whether the password alone does not let this person in."""
    return bool(user.second_factor_at) or is_required(user)


# Between the password and the code.


def wait_for(request: HttpRequest, user: User) -> None:
    """Remember that the password was right; the session still belongs to nobody."""
    logout(request)
    request.session[WAITING] = [user.pk, user.get_session_auth_hash(), int(time.time())]


def waiting_person(request: HttpRequest) -> User | None:
    """Return who has given the password and not yet the rest, for some minutes."""
    try:
        pk, known, at = request.session[WAITING]
    except (KeyError, ValueError, TypeError):
        return None
    user = User.objects.filter(pk=pk, is_active=True, is_staff=True).first()
    if user is None or time.time() - at > WAITING_SECONDS:
        return None
    return user if constant_time_compare(known, user.get_session_auth_hash()) else None


def let_in(request: HttpRequest, user: User) -> None:
    """Sign the person in, all that is asked having been shown."""
    request.session.pop(WAITING, None)
    login(request, user, backend=BACKEND)
    if user.second_factor_at:
        request.session[PASSED] = user.second_factor_at.isoformat()


def check(request: HttpRequest, user: User, typed: str, *, or_password: bool = False) -> bool:
    """Whether `typed` is a code of `user`. A wrong one counts as a failed sign-in does, and an
    account that is locked is told so, whatever was typed."""
    credentials = {User.USERNAME_FIELD: user.get_username()}
    if not AxesProxyHandler.is_allowed(request, credentials):
        request.axes_locked_out = True
        request.axes_credentials = credentials
        return False
    if (or_password and user.check_password(typed)) or verify(user, typed):
        return True
    user_login_failed.send(sender=__name__, credentials=credentials, request=request)
    return False


@transaction.atomic
def verify(user: User, typed: str) -> bool:
    """Whether `typed` is the code of this moment, or a recovery code; either works only once."""
    code = plain(typed)
    is_timed = bool(re.fullmatch(r"\d{6}", code))
    devices = (TOTPDevice if is_timed else StaticDevice).objects.select_for_update()
    device = devices.filter(user=user, confirmed=True).first()
    if device and not is_timed:
        code = _token_of(device, code)
    return bool(device and device.verify_token(code))


def plain(typed: str) -> str:
    """Return a code as it was meant: Arabic digits as well, spaces and hyphens or none."""
    letters = unicodedata.normalize("NFKC", typed[:200]).casefold()
    return "".join(
        str(unicodedata.digit(letter, letter)) for letter in letters if letter.isalnum()
    )[:32]


# Having one.


def begin(request: HttpRequest, user: User) -> TOTPDevice:
    """Return the device `user` is about to confirm in this session. In another session it is
    another one: a key that somebody saw once must not become the key of later."""
    devices = TOTPDevice.objects.filter(user=user, confirmed=False)
    device = devices.filter(pk=request.session.get(ENROLLING)).first()
    if device is None:
        devices.delete()
        device = TOTPDevice.objects.create(user=user, confirmed=False, name="desk")
        request.session[ENROLLING] = device.pk
    return device


def key_of(device: TOTPDevice) -> str:
    """Return the key as it is typed into an application."""
    key = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


def drawing(device: TOTPDevice) -> tuple[int, str]:
    """Return the QR code of `device` as the width of a square and the path of its dark parts."""
    rows = list(segno.make(device.config_url, micro=False, error="m").matrix_iter(border=4))
    dark = ((x, y) for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    return len(rows), "".join(f"M{x} {y}h1v1h-1z" for x, y in dark)


@transaction.atomic
def confirm(begun: TOTPDevice, user: User, typed: str) -> list[str]:
    """Switch the second factor on when `typed` is a code of the device that `user` has begun;
    returns recovery codes, none when it is not. Every other session of the person ends."""
    devices = TOTPDevice.objects.select_for_update().filter(user=user)
    device = devices.filter(pk=begun.pk, confirmed=False).first()
    if device is None or not device.verify_token(plain(typed)):
        return []
    # Also what another session has begun at the same instant.
    devices.exclude(pk=device.pk).delete()
    device.confirmed = True
    device.save()
    _mark(user, is_on=True)
    return renew_recovery_codes(user)


@transaction.atomic
def renew_recovery_codes(user: User) -> list[str]:
    """Return new recovery codes in place of those there are. Only hashes are kept of them."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery")
    halves = [
        "".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(2 * RECOVERY_CODES)
    ]
    codes = [f"{one}-{other}" for one, other in zip(halves[::2], halves[1::2])]
    for code in codes:
        device.token_set.create(token=_kept(plain(code)))
    return codes


def recovery_codes_left(user: User) -> int:
    """Return how many recovery codes were not used yet."""
    devices = StaticDevice.objects.filter(user=user)
    return sum(device.token_set.count() for device in devices)


@transaction.atomic
def remove(user: User) -> None:
    """Switch the second factor off, and end every session of the person."""
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    _mark(user, is_on=False)


def _mark(user: User, *, is_on: bool) -> None:
    user.second_factor_at = timezone.now() if is_on else None
    user.save(update_fields=["second_factor_at"])


def _new_code() -> str:
    letters = "".join(secrets.choice(ALPHABET) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def _kept(code: str, secret: str | None = None) -> str:
    return salted_hmac("newsroom.recovery", code, secret, algorithm="sha256").hexdigest()[:16]


def _token_of(device: StaticDevice, code: str) -> str:
    """Return what is kept of a recovery code, also of one made under an older SECRET_KEY."""
    older = [_kept(code, secret) for secret in settings.SECRET_KEY_FALLBACKS]
    found = device.token_set.filter(token__in=older).first()
    return found.token if found else _kept(code)
