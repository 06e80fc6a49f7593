"""Failed sign-ins are counted without keeping what was typed or the full address."""

import logging

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.db import connection

from newsroom.models import User

pytestmark = pytest.mark.django_db

IP = "203.0.113.77"
TYPED = "rex.reader@mail.example.com"
SECRET = "harbour-at-dawn"


@pytest.fixture
def edda():
    return User.objects.create_user("edda", password=SECRET, is_staff=True)


@pytest.fixture
def sign_in(client, settings):
    settings.AXES_FAILURE_LIMIT = 3

    def send(name: str, password: str = "wrong", ip: str = IP, **more: str):
        form = {"username": name, "password": password} | more
        return client.post("/admin/login/?next=/admin/&e=" + TYPED, form, REMOTE_ADDR=ip)

    return send


def test_nothing_typed_is_kept_or_logged(sign_in, caplog):
    with caplog.at_level(logging.DEBUG):
        sign_in(TYPED, extra=TYPED)
        sign_in(TYPED.upper(), extra=TYPED)
    rows = [
        str(row)
        for model in (AccessAttempt, AccessFailureLog, AccessLog)
        for row in model.objects.values_list()
    ]
    assert len(rows) == 1
    printed = "\n".join(rows) + caplog.text
    assert "rex" not in printed.lower()
    assert IP not in printed
    assert "203.0.113.0" in rows[0]


def test_the_whole_database_holds_neither(sign_in):
    sign_in(TYPED)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            text = str(cursor.fetchall())
            assert TYPED not in text, table
            assert IP not in text, table


class TestLock:
    def test_account_is_locked_for_the_network_even_with_the_right_password(self, edda, sign_in):
        for _ in range(3):
            response = sign_in("edda")
        assert response.status_code == 429
        assert response["Retry-After"] == "900"
        assert sign_in("edda", SECRET).status_code == 429
        assert sign_in("edda", SECRET, ip="203.0.113.99").status_code == 429

    def test_another_network_and_another_account_are_not(self, edda, sign_in):
        for _ in range(3):
            sign_in("edda")
        User.objects.create_user("mona", password=SECRET, is_staff=True)
        assert sign_in("mona", SECRET).status_code == 302
        assert sign_in("edda", SECRET, ip="198.51.100.4").status_code == 302

    def test_spelling_it_otherwise_is_no_way_round(self, edda, sign_in):
        for name in ("edda", "EDDA", "ｅｄｄａ"):
            response = sign_in(name)
        assert response.status_code == 429

    def test_success_starts_again_from_nothing(self, edda, sign_in, client):
        for _ in range(2):
            sign_in("edda")
            assert sign_in("edda", SECRET).status_code == 302
            client.logout()
        assert AccessAttempt.objects.count() == 0

    def test_trying_on_does_not_make_it_longer(self, edda, sign_in, time_machine):
        time_machine.move_to("2026-05-01T10:00:00Z", tick=False)
        for _ in range(3):
            sign_in("edda")
        time_machine.move_to("2026-05-01T10:14:00Z", tick=False)
        assert sign_in("edda").status_code == 429
        time_machine.move_to("2026-05-01T10:16:00Z", tick=False)
        assert sign_in("edda", SECRET).status_code == 302


class TestPeople:
    """An administrator manages accounts, but none above their own."""

    @pytest.fixture
    def administrator(self, client):
        from django.contrib.auth.models import Group

        user = User.objects.create_user("adam", password=SECRET, is_staff=True)
        user.groups.add(Group.objects.get(name="Administrator"))
        client.force_login(user)
        return user

    def test_cannot_make_somebody_all_powerful(self, client, administrator, edda):
        form = {
            "username": "edda",
            "is_superuser": "on",
            "is_staff": "on",
            "is_active": "on",
            "date_joined_0": "2026-01-01",
            "date_joined_1": "10:00:00",
        }
        client.post(f"/admin/newsroom/user/{edda.pk}/change/", form)
        edda.refresh_from_db()
        assert not edda.is_superuser

    def test_cannot_take_over_somebody_all_powerful(self, client, administrator):
        root = User.objects.create_superuser("root", password=SECRET)
        form = {"password1": "taken-over-now", "password2": "taken-over-now"}
        response = client.post(f"/admin/newsroom/user/{root.pk}/password/", form)
        assert response.status_code == 403
        root.refresh_from_db()
        assert root.check_password(SECRET)
