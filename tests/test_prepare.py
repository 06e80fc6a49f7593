"""What `make run` does before it serves."""

import logging
import socket
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from newsroom.management.commands import prepare as commands
from newsroom.models import User
from tests.factories import make_section, make_story, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def prepare(settings, tmp_path):
    """Run it into a folder of the test's own and return what a person reads."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.PORT = 0  # any that is free
    level = logging.getLogger().level

    def run(*, demo: bool) -> str:
        settings.NEWSROOM_DEMO = demo
        out = StringIO()
        call_command("prepare", stdout=out)
        return out.getvalue()

    yield run
    logging.getLogger().setLevel(level)


def test_says_where_the_site_is_and_where_to_sign_in(prepare, settings, tmp_path):
    printed = prepare(demo=False)
    assert f"{settings.SITE_URL}/\n" in printed
    assert f"{settings.SITE_URL}/admin/\n" in printed
    assert (tmp_path / "static" / "newsroom" / "css" / "base.css").exists()


def test_without_demo_nobody_is_made(prepare):
    assert "editor" not in prepare(demo=False)
    assert not User.objects.exists()


def test_a_paper_with_people_of_its_own_gets_no_others(prepare):
    make_story()
    make_user("edda", "Editor", password="harbour-at-dawn")
    assert "administrator" not in prepare(demo=True)
    assert list(User.objects.values_list("username", flat=True)) == ["edda"]


def test_accounts_are_made_and_shown_once(prepare):
    make_story()
    assert "administrator" in prepare(demo=True)
    assert "administrator" not in prepare(demo=True)


@pytest.fixture
def loaded(monkeypatch):
    """The names of the commands that were called, the demo's without what it does."""
    called = []
    real = commands.call_command

    def call(name, *args, **options):
        called.append(name)
        if name != "load_demo":
            real(name, *args, **options)

    monkeypatch.setattr(commands, "call_command", call)
    return called


class TestDemo:
    def test_comes_into_an_empty_database(self, prepare, loaded):
        prepare(demo=True)
        assert "load_demo" in loaded

    def test_comes_after_its_accounts_too(self, prepare, loaded):
        call_command("make_accounts", stdout=StringIO())
        prepare(demo=True)
        assert "load_demo" in loaded

    def test_stays_away_from_a_paper_that_has_no_story_yet(self, prepare, loaded):
        make_section()
        prepare(demo=True)
        assert "load_demo" not in loaded

    def test_stays_away_where_somebody_began(self, prepare, loaded):
        make_user("edda", "Administrator", password="harbour-at-dawn")
        prepare(demo=True)
        assert "load_demo" not in loaded


def test_a_port_in_use_is_one_sentence_and_nothing_is_done(prepare, settings, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings.HOST, settings.PORT = other.getsockname()
        with pytest.raises(CommandError, match=f"PORT.*{settings.PORT}.*in use"):
            prepare(demo=True)
    assert not (tmp_path / "static").exists()
