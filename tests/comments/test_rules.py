"""What an entry of a rule is stored as."""

import importlib

import pytest
from django.core.exceptions import ValidationError

from comments import rules
from comments.models import Rule
from newsroom.lib.privacy import blind_index


@pytest.mark.parametrize(
    ("kind", "entry", "stored"),
    [
        ("word", "  Big   Casino ", ("Big Casino", "big casino")),
        ("word", "إِعـلان", ("إِعـلان", "اعلان")),
        ("name", "Rima", ("Rima", "rima")),
        ("network", "192.0.2.77/24", ("192.0.2.0/24", "192.0.2.0/24")),
        ("network", "2001:db8::1", ("2001:db8::1/128", "2001:db8::1/128")),
        ("domain", "@Mail.Example", ("mail.example", "mail.example")),
        ("link", "https://www.Example.com/page?x", ("example.com", "example.com")),
        ("link", "مثال.إختبار", ("مثال.إختبار", "xn--mgbh0fb.xn--kgbechtv")),
    ],
)
def test_spellings_of_an_entry_are_one(kind, entry, stored):
    assert rules.settle(kind, entry) == stored


def test_of_an_address_mask_and_index_are_kept():
    value, key = rules.settle("address", "Someone@Mail.Example")
    assert "omeone" not in value
    assert key == blind_index("someone@mail.example")


@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        ("word", " "),
        ("word", "\u0640\u200f"),
        ("network", "300.1.1.1"),
        ("domain", "nodot"),
        ("link", "http://[bad"),
        ("address", "nobody"),
    ],
)
def test_what_can_match_nothing_is_refused(kind, entry):
    with pytest.raises(ValidationError):
        rules.settle(kind, entry)


@pytest.mark.django_db
def test_lists_of_words_became_rules_of_one_word():
    class List:
        def __init__(self, action, words, is_active=True):
            self.action, self.words, self.is_active, self.note = action, words, is_active, "old"

    class Old:
        def get_model(self, app, name):
            lists = [List("hold", "Casino\n\n poker "), List("spam", "CASINO")]
            return type("Model", (), {"objects": self.rows(lists)}) if name == "WordList" else Rule

        def rows(self, lists):
            return type("Rows", (), {"order_by": lambda *_: lists})

    migration = importlib.import_module("comments.migrations.0005_one_rule_a_word")
    migration.split(Old(), None)
    found = set(Rule.objects.values_list("kind", "action", "value", "key"))
    assert found == {("word", "spam", "CASINO", "casino"), ("word", "hold", "poker", "poker")}
