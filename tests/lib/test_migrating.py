"""What is made after `migrate`, and what waits."""

from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db.migrations.executor import MigrationExecutor

from newsroom.lib.migrating import once_current


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("targets", "is_made"),
    [
        ([("articles", "0001_stories")], False),
        ([("articles", "0008_what_the_desk_says_in_codes")], False),
        (None, True),
    ],
)
def test_defaults_wait_until_the_tables_are_all_there(targets, is_made):
    from django.db import connection

    loader = MigrationExecutor(connection).loader
    state = loader.project_state(targets or loader.graph.leaf_nodes())
    made = []
    receive = once_current(lambda using: made.append(using))
    receive(apps.get_app_config("articles"), using="default", apps=state.apps)
    assert made == (["default"] if is_made else [])


def test_without_a_state_the_models_of_now_are_meant():
    made = []
    receive = once_current(lambda using: made.append(using))
    receive(SimpleNamespace(get_models=list), using="other", verbosity=0)
    assert made == ["other"]
