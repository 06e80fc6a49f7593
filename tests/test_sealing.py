"""What is sealed is opened by its key and nobody else, whole or not at all."""

import base64
import hashlib
import hmac
import io
import os
import tracemalloc
from itertools import pairwise

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from newsroom import sealing
from newsroom.sealing import MAGIC, PIECE, SealError

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
HEAD, STEP = len(MAGIC) + 64, PIECE + 16


def sealed(plain: bytes, key: bytes = KEY) -> bytes:
    target = io.BytesIO()
    sealer = sealing.Sealer(target, key)
    sealer.write(plain)
    sealer.finish()
    return target.getvalue()


def opened(data: bytes, *keys: bytes) -> bytes:
    return sealing.opened(io.BytesIO(data), keys or (KEY,)).read()


def pieces(data: bytes) -> list[bytes]:
    return [data[at : at + STEP] for at in range(HEAD, len(data), STEP)]


@pytest.mark.parametrize(
    "size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE - 1, 5 * PIECE + 17]
)
class TestThereAndBack:
    def test_what_comes_out_is_what_went_in(self, size):
        plain = os.urandom(size)
        data = sealed(plain)
        assert len(data) == HEAD + size + 16 * max(1, -(-size // PIECE))
        assert opened(data) == plain

    def test_in_whatever_portions_it_is_written_and_read(self, size):
        plain, target = os.urandom(size), io.BytesIO()
        sealer = sealing.Sealer(target, KEY)
        for at in range(0, size, 9973):
            assert sealer.write(plain[at : at + 9973]) == len(plain[at : at + 9973])
        sealer.finish()
        stream = sealing.opened(io.BytesIO(target.getvalue()), [KEY])
        assert b"".join(iter(lambda: stream.read(7919), b"")) == plain


def test_it_is_opened_by_whoever_reads_the_description():
    """With nothing of ours: HKDF by RFC 5869 and AES-256-GCM. So it is in ten years too."""
    plain = os.urandom(2 * PIECE + 100)
    data = sealed(plain)
    salt, proof = data[len(MAGIC) :][:32], data[len(MAGIC) + 32 :][:32]
    secret = hmac.digest(salt, KEY, hashlib.sha256)
    first = hmac.digest(secret, MAGIC + b"\1", hashlib.sha256)
    assert hmac.digest(secret, first + MAGIC + b"\2", hashlib.sha256) == proof
    found = b"".join(
        AESGCM(first).decrypt(number.to_bytes(11, "big") + bytes([number == 2]), piece, None)
        for number, piece in enumerate(pieces(data))
    )
    assert found == plain


class TestKeys:
    def test_any_of_several_opens_it(self):
        assert opened(sealed(b"old", KEY), OTHER, KEY) == b"old"

    @pytest.mark.parametrize("keys", [[], [OTHER]])
    def test_another_does_not(self, keys):
        with pytest.raises(SealError, match="none of the keys"):
            sealing.opened(io.BytesIO(sealed(b"mine")), keys)

    def test_the_same_text_is_never_sealed_alike(self):
        first, second = sealed(b"twice"), sealed(b"twice")
        assert first[HEAD:] != second[HEAD:]

    @pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
    def test_one_is_written_in_base64(self, encode):
        key = b"\xff\xfe" + os.urandom(30)
        assert sealing.decoded(encode(key).decode()) == key

    @pytest.mark.parametrize("text", ["", "word", "c2hvcnQ=", "é" * 44, "A" * 43, "A" * 88])
    def test_what_is_none_is_refused(self, text):
        with pytest.raises(ValueError):
            sealing.decoded(text)


class TestRefused:
    PLAIN = os.urandom(3 * PIECE + 500)

    def refused(self, data: bytes) -> None:
        with pytest.raises(SealError):
            opened(data)

    @pytest.mark.parametrize(
        "at", [len(MAGIC), len(MAGIC) + 40, HEAD, HEAD + 70, HEAD + STEP - 1, HEAD + STEP, -1]
    )
    def test_one_bit_that_was_changed(self, at):
        data = bytearray(sealed(self.PLAIN))
        data[at] ^= 1
        self.refused(bytes(data))

    @pytest.mark.parametrize("kept", [0, 1, 2, 3])
    def test_an_end_that_is_missing(self, kept):
        data = sealed(self.PLAIN)
        self.refused(data[: HEAD + kept * STEP])
        self.refused(data[: HEAD + kept * STEP + 100])

    @pytest.mark.parametrize("length", [0, 10, len(MAGIC), len(MAGIC) + 33, HEAD, HEAD + 15])
    def test_hardly_a_beginning(self, length):
        self.refused(sealed(b"")[:length])

    def test_something_behind_the_end(self):
        data = sealed(self.PLAIN)
        for more in (b"x", b"\0" * 20, pieces(data)[-1], data):
            self.refused(data + more)

    def test_pieces_in_another_order_or_twice_or_left_out(self):
        data = sealed(self.PLAIN)
        head, (first, second, third, last) = data[:HEAD], pieces(data)
        for order in (
            (second, first, third, last),
            (first, first, second, third, last),
            (first, third, last),
            (first, second, last),
            (last,),
        ):
            self.refused(head + b"".join(order))

    def test_a_piece_of_another_file_under_the_same_key(self):
        mine, theirs = sealed(self.PLAIN), sealed(self.PLAIN)
        parts = pieces(mine)
        for place in range(len(parts)):
            mixed = [*parts[:place], pieces(theirs)[place], *parts[place + 1 :]]
            self.refused(mine[:HEAD] + b"".join(mixed))

    def test_nothing_is_given_of_a_piece_that_was_changed(self):
        data = bytearray(sealed(self.PLAIN))
        data[HEAD + STEP + 5] ^= 1
        stream = sealing.opened(io.BytesIO(bytes(data)), [KEY])
        assert stream.read(PIECE) == self.PLAIN[:PIECE]
        with pytest.raises(SealError):
            stream.read(1)

    def test_one_that_was_never_finished(self):
        target = io.BytesIO()
        sealer = sealing.Sealer(target, KEY)
        sealer.write(self.PLAIN)
        sealer.close()
        self.refused(target.getvalue())


def test_memory_does_not_grow(tmp_path):
    path, block = tmp_path / "large", os.urandom(1024 * 1024)
    tracemalloc.start()
    peaks = []
    for megabytes in (4, 40):
        tracemalloc.reset_peak()
        with path.open("wb") as target:
            sealer = sealing.Sealer(target, KEY)
            for _ in range(megabytes):
                sealer.write(block)
            sealer.finish()
        with path.open("rb") as source:
            stream = sealing.opened(source, [KEY])
            size = 0
            while part := stream.read(PIECE):
                size += len(part)
        assert size == megabytes * len(block)
        peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    assert all(later < earlier * 1.2 for earlier, later in pairwise(peaks))
