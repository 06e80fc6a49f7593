"""A file sealed under a key, written and read as a stream: whoever has it without the key reads
nothing of it, and what was altered, cut short, or put into another order is not read at all.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway and Vizár 2015) as the age format has it:
pieces of 64 KiB, each by AES-256-GCM, whose nonce is the number of the piece and whether it is the
last. Every file has a key of its own, derived by HKDF-SHA256 from ours and 32 random bytes, so that
no nonce comes twice and no piece of another file fits. In bytes:

    MAGIC, 32 bytes of salt, 32 bytes by which the key is known, then the pieces with 16 bytes each
"""

import base64
import hmac
import io
import os
from collections.abc import Iterable
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.utils.translation import gettext as _

MAGIC = b"newsroom sealed 1\n"
PIECE = 64 * 1024
_KEY, _SALT, _TAG = 32, 32, 16


class SealError(Exception):
    """A file that is not opened; the message is for the operator."""


def decoded(key: str) -> bytes:
    """Return the 32 bytes that `key` is in base64, also in its URL-safe letters.

    Raises ValueError for anything else.
    """
    raw = base64.b64decode(key.replace("-", "+").replace("_", "/"), validate=True)
    if len(raw) != _KEY:
        raise ValueError("A key has 32 bytes.")
    return raw


class Sealer(io.RawIOBase):
    """Takes what is to be sealed and writes it to `target`. Only `finish()` makes it whole."""

    def __init__(self, target: BinaryIO, key: bytes) -> None:
        salt = os.urandom(_SALT)
        own_key, proof = _derived(key, salt)
        self._cipher, self._number, self._kept = AESGCM(own_key), 0, bytearray()
        self._target = target
        target.write(MAGIC + salt + proof)

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:
        self._kept += data
        # More than a piece, not as much: the last one is told apart, and never empty beside others.
        while len(self._kept) > PIECE:
            self._put(self._kept[:PIECE], is_last=False)
            del self._kept[:PIECE]
        return len(data)

    def finish(self) -> None:
        """Write the last piece, without which nobody takes the file for whole."""
        self._put(self._kept, is_last=True)

    def _put(self, piece: bytearray, *, is_last: bool) -> None:
        nonce = _nonce(self._number, is_last=is_last)
        self._target.write(self._cipher.encrypt(nonce, bytes(piece), None))
        self._number += 1


class _Opened(io.RawIOBase):
    """What was sealed, each piece proved to be ours and in its place before it is read."""

    def __init__(self, source: BinaryIO, key: bytes) -> None:
        self._source, self._cipher, self._number = source, AESGCM(key), 0
        self._ahead = source.read(PIECE + _TAG)
        self._left, self._is_over = b"", False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:
        if not self._left and not self._is_over:
            self._left = self._next()
        taken = self._left[: len(buffer)]
        buffer[: len(taken)] = taken
        self._left = self._left[len(taken) :]
        return len(taken)

    def _next(self) -> bytes:
        piece, self._ahead = self._ahead, self._source.read(PIECE + _TAG)
        self._is_over = not self._ahead
        try:
            opened = self._cipher.decrypt(_nonce(self._number, is_last=self._is_over), piece, None)
        except (InvalidTag, ValueError) as error:
            raise SealError(_("it was changed or cut short since it was sealed")) from error
        self._number += 1
        return opened


def is_sealed(source: BinaryIO) -> bool:
    """Tell whether a file at its beginning is a sealed one, and leave it at its beginning."""
    begin = source.read(len(MAGIC))
    source.seek(0)
    return begin == MAGIC


def opened(source: BinaryIO, keys: Iterable[bytes]) -> BinaryIO:
    """Return what is sealed in `source` as a stream, opened by the one of `keys` that fits.

    Raises SealError when none does; reading raises it too, before it gives anything that is not
    exactly what was sealed. Whoever stops before the end does not know whether it is whole.
    """
    source.seek(len(MAGIC))
    salt, proof = source.read(_SALT), source.read(_KEY)
    for key in keys:
        own_key, expected = _derived(key, salt)
        if hmac.compare_digest(expected, proof):
            return io.BufferedReader(_Opened(source, own_key), PIECE)
    raise SealError(_("it is sealed under none of the keys in BACKUP_KEYS"))


def _derived(key: bytes, salt: bytes) -> tuple[bytes, bytes]:
    """The key of one file, and the bytes that tell whether `key` is the one it was made from."""
    made = HKDF(SHA256(), length=2 * _KEY, salt=salt, info=MAGIC).derive(key)
    return made[:_KEY], made[_KEY:]


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])
