"""The second factor: enrolment, the step after the password, recovery codes, who must have one."""

import re
from base64 import b32decode

import pytest
from axes.models import AccessAttempt
from django.contrib import admin
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from newsroom import checks, second_factor
from newsroom.models import User
from tests.factories import make_user
from tests.test_kept import ADD, WORDS, hidden

pytestmark = pytest.mark.django_db

PASSWORD = "harbour-at-dawn"
DESK = "/admin/"


@pytest.fixture
def edda():
    return make_user("edda", "Editor", password=PASSWORD)


def code_of(user: User, step: int = 0) -> str:
    """The code of this moment; `step` 1 is the next one."""
    return code_at(TOTPDevice.objects.filter(user=user).first(), step)


def code_at(device: TOTPDevice, step: int = 0) -> str:
    return f"{TOTP(device.bin_key, drift=step).token():06d}"


def enrol(user: User) -> list[str]:
    """Give somebody a second factor whose code of this moment was not used yet."""
    device = TOTPDevice.objects.create(user=user, confirmed=False, name="desk")
    codes = second_factor.confirm(device, user, code_of(user))
    TOTPDevice.objects.update(last_t=-1)
    user.refresh_from_db()
    return codes


def give_password(client: Client, **more):
    form = {"username": "edda", "password": PASSWORD, "next": DESK} | more
    return client.post(reverse("admin:login"), form)


def give_code(client: Client, code: str, **more):
    return client.post(reverse("admin:second_factor_code"), {"code": code, "next": DESK} | more)


def is_in(client: Client) -> bool:
    return client.get(DESK).status_code == 200


class TestEnrolment:
    def key_on(self, client) -> str:
        text = client.get(reverse("admin:second_factor")).content.decode()
        return re.search(r'class="key"[^>]*>([A-Z2-7 ]+)<', text)[1]

    def test_another_session_gets_another_key(self, client, edda):
        client.force_login(edda)
        key = self.key_on(client)
        assert self.key_on(client) == key
        other = Client()
        other.force_login(edda)
        assert self.key_on(other) != key
        assert TOTPDevice.objects.filter(user=edda).count() == 1

    def test_two_begun_at_once_are_no_fault(self, client, edda):
        for _ in range(2):
            TOTPDevice.objects.create(user=edda, confirmed=False, name="desk")
        client.force_login(edda)
        assert self.key_on(client)
        assert TOTPDevice.objects.filter(user=edda).count() == 1

    def test_the_code_of_the_key_on_the_page_counts_not_that_of_another_session(self, client, edda):
        client.force_login(edda)
        self.key_on(client)
        mine = TOTPDevice.objects.get(user=edda)
        # Begun by another session in the same instant, neither having seen the other's.
        other = TOTPDevice.objects.create(pk=mine.pk - 1, user=edda, confirmed=False, name="desk")
        address = reverse("admin:second_factor")
        client.post(address, {"code": code_at(other)})
        assert not User.objects.get(pk=edda.pk).second_factor_at
        TOTPDevice.objects.update(throttling_failure_count=0)
        client.post(address, {"code": code_at(mine)})
        assert User.objects.get(pk=edda.pk).second_factor_at
        assert TOTPDevice.objects.get(user=edda).key == mine.key

    def test_a_key_a_picture_and_a_code(self, client, edda):
        client.force_login(edda)
        page = client.get(reverse("admin:second_factor"))
        text = page.content.decode()
        key = re.search(r'class="key"[^>]*>([A-Z2-7 ]+)<', text)[1].replace(" ", "")
        device = TOTPDevice.objects.get(user=edda)
        assert b32decode(key + "=" * (-len(key) % 8)) == device.bin_key
        assert text.count("<svg") == 1 and 'fill="#000"' in text
        done = client.post(reverse("admin:second_factor"), {"code": code_of(edda)})
        assert len(done.context["codes"]) == second_factor.RECOVERY_CODES
        assert done["Cache-Control"].startswith("max-age=0")
        edda.refresh_from_db()
        assert edda.second_factor_at
        assert is_in(client)

    def test_a_wrong_code_switches_nothing_on(self, client, edda):
        client.force_login(edda)
        client.get(reverse("admin:second_factor"))
        page = client.post(reverse("admin:second_factor"), {"code": "000000"})
        assert page.status_code == 422
        edda.refresh_from_db()
        assert edda.second_factor_at is None

    def test_other_sessions_end(self, client, edda):
        elsewhere = Client()
        elsewhere.force_login(edda)
        enrol(edda)
        assert not is_in(elsewhere)

    def test_outsider_is_sent_to_the_sign_in(self, client):
        for name in ("second_factor", "second_factor_code", "second_factor_remove"):
            response = client.get(reverse(f"admin:{name}"))
            assert (response.status_code, response.url) == (302, reverse("admin:login"))

    @pytest.mark.parametrize("language", ["ar", "en", "fr"])
    def test_it_speaks_the_language_of_the_person(self, client, edda, language):
        User.objects.update(interface_language=language)
        client.force_login(edda)
        page = client.get(reverse("admin:second_factor"))
        assert f'lang="{language}"' in page.content.decode()

    def test_keys_and_codes_are_on_no_screen_and_kept_as_hashes(self, edda):
        codes = enrol(edda)
        assert not [model for model in admin.site._registry if "otp" in model._meta.app_label]
        kept = StaticDevice.objects.get(user=edda).token_set.values_list("token", flat=True)
        assert not {second_factor.plain(code) for code in codes} & set(kept)


class TestSigningIn:
    def test_password_then_code(self, client, edda):
        enrol(edda)
        page = give_password(client, next="/admin/articles/story/")
        assert hidden(page, "next") == "/admin/articles/story/"
        assert 'lang="en"' in page.content.decode()
        assert not is_in(client)
        response = give_code(client, code_of(edda), next="/admin/articles/story/")
        assert (response.status_code, response.url) == (302, "/admin/articles/story/")
        assert is_in(client)

    def test_digits_of_an_arabic_keyboard(self, client, edda):
        enrol(edda)
        give_password(client)
        arabic = code_of(edda).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
        assert give_code(client, f" {arabic[:3]} {arabic[3:]} ").status_code == 302

    def test_a_code_is_good_once(self, client, edda):
        enrol(edda)
        code = code_of(edda)
        for expected in (302, 422):
            give_password(client)
            assert give_code(client, code).status_code == expected
            client.post(reverse("admin:logout"))

    def test_a_recovery_code_is_good_once(self, client, edda):
        codes = enrol(edda)
        give_password(client)
        assert give_code(client, codes[0].upper()).status_code == 302
        assert second_factor.recovery_codes_left(edda) == second_factor.RECOVERY_CODES - 1
        client.post(reverse("admin:logout"))
        give_password(client)
        assert give_code(client, codes[0]).status_code == 422
        assert not is_in(client)

    def test_a_recovery_code_outlives_the_secret_key(self, edda, settings):
        codes = enrol(edda)
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another-key-of-at-least-thirty-two-letters"
        assert second_factor.verify(edda, codes[0])

    def test_without_the_password_there_is_no_code_to_give(self, client, edda):
        enrol(edda)
        assert give_code(client, code_of(edda)).url == reverse("admin:login")
        assert not is_in(client)

    def test_the_password_is_forgotten_after_some_minutes(self, client, edda, time_machine):
        time_machine.move_to("2026-05-01T10:00:00Z", tick=False)
        enrol(edda)
        give_password(client)
        time_machine.move_to("2026-05-01T10:11:00Z", tick=False)
        assert give_code(client, code_of(edda)).url == reverse("admin:login")

    def test_wrong_codes_lock_the_account(self, client, edda, settings):
        settings.AXES_FAILURE_LIMIT = 3
        enrol(edda)
        give_password(client)
        assert [give_code(client, "000000").status_code for _ in range(3)] == [422, 422, 429]
        assert AccessAttempt.objects.count() == 1
        assert give_code(client, code_of(edda)).status_code == 429
        assert give_password(client).status_code == 429

    def test_the_password_alone_takes_no_failure_back(self, client, edda, settings):
        settings.AXES_FAILURE_LIMIT = 3
        enrol(edda)
        for _ in range(2):
            give_password(client)
            response = give_code(client, "000000")
        assert response.status_code == 422
        give_password(client)
        assert give_code(client, "000000").status_code == 429

    def test_what_was_typed_comes_through_both_steps(self, edda):
        enrol(edda)
        browser = Client()
        page = browser.post(ADD, {"headline": WORDS})
        page = give_password(browser, next=ADD, kept=hidden(page, "kept"))
        assert WORDS in hidden(page, "kept").replace('\\"', '"')
        page = give_code(browser, code_of(edda), next=ADD, kept=hidden(page, "kept"))
        assert hidden(page, "headline") == WORDS
        assert f'action="{ADD}"' in page.content.decode()

    def test_nobody_is_led_off_the_site(self, client, edda):
        enrol(edda)
        give_password(client)
        assert give_code(client, code_of(edda), next="https://x.example/").url == DESK

    def test_nothing_secret_is_logged(self, client, edda, caplog):
        with caplog.at_level("DEBUG"):
            codes = enrol(edda)
            give_password(client)
            give_code(client, codes[0])
        device = TOTPDevice.objects.get()
        assert codes[0] not in caplog.text
        assert device.key not in caplog.text


def desk_addresses() -> list[str]:
    """Every address of the desk, with 1 where it names a row."""
    found = []

    def walk(patterns, prefix):
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                found.append(route)
            else:
                walk(pattern.url_patterns, route)

    walk(get_resolver().url_patterns, "/")
    routes = [re.sub(r"<[^>]+>", "1", route) for route in found if route.startswith(DESK)]
    before = ("login", "logout", "second-factor", "password/", "language")
    plain = [re.sub(r"\(\?P1.*", "x", route).replace("$", "") for route in routes]
    return [route for route in plain if not route.removeprefix(DESK).startswith(before)]


class TestThePasswordAlone:
    def test_opens_no_address_of_the_desk(self, client, edda):
        enrol(edda)
        give_password(client)
        addresses = desk_addresses()
        assert len(addresses) > 60
        wrong = []
        for address in addresses:
            for method in (client.get, client.post):
                response = method(address)
                led_away = response.status_code == 302 and "/admin/login/" in response.url
                if not led_away and response.status_code not in (403, 404, 405):
                    wrong.append((address, response.status_code))
        assert wrong == []
        assert "_auth_user_id" not in client.session

    def test_a_session_that_never_showed_a_code_opens_none_either(self, client, edda):
        enrol(edda)
        client.force_login(edda)  # as if some other way in had signed them in
        page = client.get("/admin/articles/story/")
        assert page.context["title"] == "Your code"
        assert not is_in(client)


class TestRequired:
    @pytest.fixture(autouse=True)
    def for_editors(self, settings):
        settings.SECOND_FACTOR_GROUPS = ["Editor"]

    def test_a_member_must_enrol_before_anything_else(self, client, edda):
        page = give_password(client, next="/admin/articles/story/")
        assert page.context["is_required"]
        assert not is_in(client)
        code = code_of(edda)
        done = client.post(reverse("admin:second_factor"), {"code": code, "next": DESK})
        assert len(done.context["codes"]) == second_factor.RECOVERY_CODES
        assert is_in(client)

    def test_a_session_of_before_is_led_there(self, client, edda):
        client.force_login(edda)
        assert client.get("/admin/articles/story/").context["is_required"]
        page = client.post(ADD, {"headline": WORDS})
        assert WORDS in hidden(page, "kept").replace('\\"', '"')

    def test_others_may_but_need_not(self, client):
        client.force_login(make_user("rosa", "Reporter"))
        assert is_in(client)
        assert client.get(reverse("admin:second_factor")).status_code == 200

    def test_an_unknown_group_stops_the_start(self, settings):
        settings.SECOND_FACTOR_GROUPS = ["Editor", "Editors"]
        messages = checks.second_factor_groups(None)
        assert [message.id for message in messages] == ["newsroom.E012"]
        assert "'Editors'" in messages[0].msg


class TestChangingOnesOwn:
    @pytest.fixture
    def browser(self, client, edda):
        enrol(edda)
        give_password(client)
        give_code(client, code_of(edda))
        return client

    @pytest.mark.parametrize("name", ["remove", "recovery_codes"])
    def test_needs_the_password_or_a_code(self, browser, edda, name):
        url = reverse(f"admin:second_factor_{name}")
        assert browser.get(url).status_code == 405
        assert browser.post(url, {"proof": "wrong"}).status_code == 422
        edda.refresh_from_db()
        assert edda.second_factor_at

    def test_removing(self, browser, edda):
        response = browser.post(reverse("admin:second_factor_remove"), {"proof": PASSWORD})
        assert response.status_code == 302
        edda.refresh_from_db()
        assert edda.second_factor_at is None
        assert not TOTPDevice.objects.exists() and not StaticDevice.objects.exists()
        assert is_in(browser)

    def test_new_recovery_codes_take_the_place_of_the_old(self, browser, edda):
        url = reverse("admin:second_factor_recovery_codes")
        codes = browser.post(url, {"proof": PASSWORD}).context["codes"]
        assert second_factor.recovery_codes_left(edda) == len(codes)
        assert second_factor.verify(edda, codes[-1])


def test_dumping_people_dumps_no_key(edda, capsys):
    enrol(edda)
    call_command("dumpdata", "newsroom")
    assert TOTPDevice.objects.get().key not in capsys.readouterr().out
