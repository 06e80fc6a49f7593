"""What `make run` does before it serves."""

import logging
from io import StringIO

import pytest
from django.core.management import call_command

from newsroom.models import User
from tests.factories import make_story, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def prepare(settings, tmp_path):
    """Run it into a folder of the test's own and return what a person reads."""
    settings.STATIC_ROOT = tmp_path / "static"
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
