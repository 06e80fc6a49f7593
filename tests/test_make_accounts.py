"""The accounts to try the desk with."""

from io import StringIO

import pytest
from django.core.management import call_command

from newsroom.keys import NAMES, fresh, main
from newsroom.models import User

pytestmark = pytest.mark.django_db


def make_accounts(**options: object) -> dict[str, str]:
    """Run the command; return the passwords it printed by name."""
    out = StringIO()
    call_command("make_accounts", stdout=out, **options)
    return dict(line.split() for line in out.getvalue().splitlines())


def test_prints_each_name_with_a_password_that_works():
    printed = make_accounts()
    assert list(printed) == ["editor", "moderator", "administrator"]
    for name, password in printed.items():
        assert User.objects.get(username=name).check_password(password)


def test_each_stands_in_their_group_and_is_not_all_powerful():
    make_accounts()
    for user in User.objects.all():
        assert user.is_staff
        assert not user.is_superuser
        assert [group.name.lower() for group in user.groups.all()] == [user.username]


def test_again_makes_new_passwords():
    first, second = make_accounts(), make_accounts()
    assert set(first.values()).isdisjoint(second.values())
    assert not User.objects.get(username="editor").check_password(first["editor"])


def test_only_the_missing_ones_when_asked():
    first = make_accounts()
    assert make_accounts(missing=True) == {}
    User.objects.get(username="moderator").delete()
    assert list(make_accounts(missing=True)) == ["moderator"]
    assert User.objects.get(username="editor").check_password(first["editor"])


class TestFirstEnvironment:
    def printed(self, capsys) -> dict[str, str]:
        main()
        lines = capsys.readouterr().out.splitlines()
        return dict(line.split("=", 1) for line in lines if not line.startswith("#"))

    def test_fresh_keys(self, monkeypatch, tmp_path, capsys):
        monkeypatch.chdir(tmp_path)
        first, second = self.printed(capsys), self.printed(capsys)
        assert tuple(first) == NAMES
        assert set(first.values()).isdisjoint(second.values())

    def test_keys_a_database_was_begun_with(self, monkeypatch, tmp_path, capsys):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "var").mkdir()
        begun = fresh()
        lines = "".join(f"{name}={value}\n" for name, value in begun.items())
        (tmp_path / "var" / "development-keys").write_text(lines)
        assert self.printed(capsys) == begun
