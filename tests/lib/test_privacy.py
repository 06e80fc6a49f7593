"""The address never leaves, and of an IP only its network stays."""

import copy
import json
import pickle

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError, ImproperlyConfigured, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.template import Context, Template

from newsroom.lib.privacy import (
    AddressUnreadable,
    EncryptedEmailField,
    SealedAddress,
    blind_index,
    client_ip,
    generate_key,
    keyed_hash,
    mask,
    truncate_ip,
    validate_address,
)

ADDRESS = "Rex.Reader@example.com"


class Letter(models.Model):
    email = EncryptedEmailField(null=True)

    class Meta:
        app_label = "newsroom_lib_tests"
        managed = False
        db_table = "newsroom_lib_letter"

    def __str__(self) -> str:
        return f"Letter {self.pk}"


@pytest.fixture
def letters(db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE newsroom_lib_letter (id integer PRIMARY KEY, email text NULL)")
    return Letter.objects


@pytest.fixture
def keys(settings):
    settings.EMAIL_ENCRYPTION_KEYS = [generate_key()]
    settings.EMAIL_INDEX_KEY = "index key for tests"
    return settings


class TestSealedAddress:
    def test_only_reveal_opens_it(self, keys):
        sealed = SealedAddress.seal(ADDRESS)
        shown = [str(sealed), repr(sealed), f"{sealed:>40}", f"{sealed}", sealed.token]
        shown += [repr([sealed]), repr(pickle.dumps(sealed)), repr(vars_of(sealed))]
        assert not [text for text in shown if "reader" in text.lower()]
        assert sealed.reveal() == ADDRESS
        assert str(sealed) == "R•••@e•••.com"

    def test_copies_open_too(self, keys):
        sealed = SealedAddress.seal(ADDRESS)
        for copied in (copy.deepcopy(sealed), pickle.loads(pickle.dumps(sealed))):  # noqa: S301
            assert copied == sealed
            assert copied.reveal() == ADDRESS

    def test_json_refuses_it(self, keys):
        with pytest.raises(TypeError) as refusal:
            json.dumps({"email": SealedAddress.seal(ADDRESS)}, cls=DjangoJSONEncoder)
        assert "reader" not in str(refusal.value).lower()

    def test_an_old_key_still_opens_and_resealing_moves_to_the_new_one(self, keys):
        old = keys.EMAIL_ENCRYPTION_KEYS[0]
        sealed = SealedAddress.seal(ADDRESS)
        keys.EMAIL_ENCRYPTION_KEYS = [generate_key(), old]
        resealed = sealed.resealed()
        keys.EMAIL_ENCRYPTION_KEYS = keys.EMAIL_ENCRYPTION_KEYS[:1]
        assert resealed.reveal() == ADDRESS
        with pytest.raises(AddressUnreadable):
            sealed.reveal()

    @pytest.mark.parametrize("lost", [[Fernet.generate_key().decode()], [], ["rubbish"]])
    def test_a_page_renders_without_the_key(self, keys, lost):
        sealed = SealedAddress.seal(ADDRESS)
        keys.EMAIL_ENCRYPTION_KEYS = lost
        assert Template("{{ a }}").render(Context({"a": sealed})) == "•••"
        with pytest.raises(AddressUnreadable):
            sealed.reveal()

    def test_a_mask_is_not_sealed(self, keys):
        with pytest.raises(ValueError, match="mask"):
            SealedAddress.seal(mask(ADDRESS))

    def test_sealing_without_a_key_says_what_is_missing(self, keys):
        keys.EMAIL_ENCRYPTION_KEYS = []
        with pytest.raises(ImproperlyConfigured, match="EMAIL_ENCRYPTION_KEYS"):
            SealedAddress.seal(ADDRESS)


def vars_of(sealed: SealedAddress) -> dict[str, str]:
    return {name: getattr(sealed, name) for name in SealedAddress.__slots__}


class TestEncryptedEmailField:
    def test_assignment_seals_at_once(self, keys):
        letter = Letter(email=ADDRESS)
        assert isinstance(letter.email, SealedAddress)
        assert "reader" not in repr(letter.__dict__).lower()

    def test_the_database_never_sees_the_address(self, keys, letters):
        letters.create(pk=1, email=ADDRESS)
        letters.filter(pk=1).update(email=ADDRESS)
        letters.bulk_create([Letter(pk=2, email=ADDRESS)])
        with connection.cursor() as cursor:
            cursor.execute("SELECT email FROM newsroom_lib_letter")
            stored = [row[0] for row in cursor.fetchall()]
        assert len(set(stored)) == 2
        assert not [text for text in stored if "reader" in text.lower() or "@" in text]
        assert [letter.email.reveal() for letter in letters.order_by("pk")] == [ADDRESS] * 2
        assert letters.values_list("email", flat=True).first().reveal() == ADDRESS

    def test_saving_again_keeps_the_ciphertext(self, keys, letters):
        letters.create(pk=1, email=ADDRESS)
        letter = letters.get(pk=1)
        before = letter.email
        letter.save()
        letter.refresh_from_db()
        assert letter.email == before

    @pytest.mark.parametrize("blank", ["", None])
    def test_blank_stays_blank(self, letters, blank):
        letters.create(pk=1, email=blank)
        assert letters.get(pk=1).email == blank

    def test_deferred_field_is_loaded_when_asked_for(self, keys, letters):
        letters.create(pk=1, email=ADDRESS)
        assert letters.defer("email").get(pk=1).email.reveal() == ADDRESS

    @pytest.mark.parametrize("lookup", ["email", "email__iexact", "email__icontains", "email__in"])
    def test_lookups_are_refused(self, keys, lookup):
        with pytest.raises(FieldError):
            Letter.objects.filter(**{lookup: ADDRESS})

    def test_isnull_is_allowed(self, letters):
        letters.create(pk=1, email=None)
        assert letters.filter(email__isnull=True).count() == 1

    def test_fixtures_hold_the_ciphertext(self, keys):
        field = Letter._meta.get_field("email")
        letter = Letter(email=ADDRESS)
        text = field.value_to_string(letter)
        assert "@" not in text
        assert field.to_python(text).reveal() == ADDRESS

    def test_deconstructs_into_a_migration(self):
        _name, _path, args, kwargs = Letter._meta.get_field("email").deconstruct()
        assert EncryptedEmailField(*args, **kwargs).editable is False


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("سلمى@gmail.com", "س•••@g•••.com"),
        ("rex@mail.example.co.uk", "r•••@m•••.uk"),
        ("ab@example.com", "•••@e•••.com"),
        ("rubbish", "•••"),
        ("a@b", "•••"),
        ("", "•••"),
    ],
)
def test_mask(address, expected):
    assert mask(address) == expected


class TestBlindIndex:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (ADDRESS, "  rex.reader@EXAMPLE.COM "),
            ("e\u0301@example.com", "é@example.com"),
            ("a@bücher.example", "a@xn--bcher-kva.example"),
            ("a@مثال.إختبار", "a@xn--mgbh0fb.xn--kgbechtv"),
        ],
    )
    def test_equal_addresses(self, keys, one, other):
        assert blind_index(one) == blind_index(other)

    def test_depends_on_the_key_and_the_address(self, keys):
        index = blind_index(ADDRESS)
        assert len(index) == 64
        assert index != blind_index("rex.other@example.com")
        keys.EMAIL_INDEX_KEY = "another"
        assert index != blind_index(ADDRESS)
        keys.EMAIL_INDEX_KEY = ""
        with pytest.raises(ImproperlyConfigured):
            blind_index(ADDRESS)


class TestValidateAddress:
    @pytest.mark.parametrize(
        "address",
        [
            ADDRESS,
            "a+b_c@sub.example.co",
            "سلمى@مثال.إختبار",
            "rené@bücher.example",
            "a@xn--mgbh0fb.xn--kgbechtv",
            f"{'a' * 64}@{'b' * 60}.{'c' * 60}.{'d' * 60}.exam",
        ],
    )
    def test_accepted(self, address):
        """B039: up to 254 characters."""
        assert validate_address(f" {address}\n") == address

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "a",
            "a@",
            "@example.com",
            "a@example",
            "a b@example.com",
            "a@exa mple.com",
            "a..b@example.com",
            ".a@example.com",
            "a@-example.com",
            "a@example..com",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            '"a b"@example.com',
            "a@b@example.com",
            "a\n@example.com",
            "a@example.com\nBcc: b@example.com",
            "a@example.com, b@example.com",
            "\u202ea@example.com",
            "a\u200b@example.com",
            "<script>@example.com",
            f"{'a' * 65}@example.com",
            f"{'a' * 1012}@example.com",
            f"a@{'b.' * 126}example.com",
        ],
    )
    def test_refused_without_repeating_it(self, address):
        with pytest.raises(ValidationError) as refusal:
            validate_address(address)
        assert (refusal.value.code, refusal.value.params) == ("invalid", None)
        assert "@" not in refusal.value.message


def test_keyed_hash_differs_by_purpose_and_key(settings):
    settings.SECRET_KEY = "one"
    first = keyed_hash("rate", ADDRESS)
    assert first == keyed_hash("rate", ADDRESS)
    assert len(first) == 64
    assert first != keyed_hash("browser", ADDRESS)
    settings.SECRET_KEY = "two"
    assert first != keyed_hash("rate", ADDRESS)


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("2001:db8:1:2:3::4", "2001:db8:1::"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("fe80::1%eth0", "fe80::"),
        ("[2001:db8:1:2::1]:443", "2001:db8:1::"),
        ("203.0.113.77:8080", "203.0.113.0"),
        ("999.1.1.1", None),
        ("unknown", None),
        ("", None),
        (None, None),
    ],
)
def test_truncate_ip(ip, network):
    assert truncate_ip(ip) == network


class TestClientIp:
    @pytest.mark.parametrize(
        ("remote", "forwarded", "proxies", "expected"),
        [
            ("203.0.113.7", "", [], "203.0.113.7"),
            ("203.0.113.7", "198.51.100.1", [], "203.0.113.7"),
            ("203.0.113.7", "198.51.100.1", ["10.0.0.0/8"], "203.0.113.7"),
            ("10.0.0.1", "198.51.100.1", ["10.0.0.0/8"], "198.51.100.1"),
            ("10.0.0.1", "6.6.6.6, 198.51.100.1", ["10.0.0.0/8"], "198.51.100.1"),
            ("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", ["10.0.0.0/8"], "198.51.100.1"),
            ("10.0.0.1", "10.0.0.3, 10.0.0.2", ["10.0.0.0/8"], "10.0.0.3"),
            ("10.0.0.1", "rubbish", ["10.0.0.0/8"], "10.0.0.1"),
            ("::ffff:10.0.0.1", "2001:db8::1", ["10.0.0.1"], "2001:db8::1"),
            ("", "198.51.100.1", ["unix"], "198.51.100.1"),
            ("", "198.51.100.1", ["10.0.0.0/8"], None),
            ("", "", [], None),
        ],
    )
    def test_walks_from_the_right(self, rf, settings, remote, forwarded, proxies, expected):
        settings.TRUSTED_PROXIES = proxies
        request = rf.get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded)
        assert client_ip(request) == expected
