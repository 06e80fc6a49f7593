"""One spelling for all that readers do not tell apart."""

import json
import os
from pathlib import Path

import pytest

from newsroom.lib.folding import fold, tokens

DATA = os.environ.get("NEWSROOM_TEST_DATA")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("أحمد إبراهيم آمال ٱلله", "احمد ابراهيم امال الله"),
        ("مُحَمَّدٌ", "محمد"),
        ("الحـــكومة", "الحكومه"),
        ("على مستشفى", "علي مستشفي"),
        ("مسؤول شؤون بيئة", "مسوول شوون بييه"),
        ("کتابی", "كتابي"),
        ("١٢٣ ۴۵۶ 789", "123 456 789"),
        ("\u200fa\u200b\u200db\u00ad", "ab"),
        ("Élysée ÇA Łódź Straße İstanbul", "elysee ca lodz strasse istanbul"),
        ("ﷲ ﻻ", "الله لا"),
        ("ماء", "ماء"),
        ("हिन्दी हिंदी", "हिनदि हिंदि"),
        ("ڕۆژ", "رۆژ"),
        ("", ""),
    ],
)
def test_fold(given, expected):
    assert fold(given) == expected
    assert fold(expected) == expected


def test_tokens_splits_on_all_but_letters_and_digits():
    assert tokens("«الحكومة»، قال: 3.5% (نعم)؛ l'État_2") == [
        *("الحكومه", "قال", "3", "5", "نعم", "l", "etat", "2")
    ]
    assert tokens(" … ") == []


@pytest.mark.skipif(not DATA, reason="NEWSROOM_TEST_DATA is not set")
class TestCollectedFacts:
    def test_facts_of_four_languages_hold(self):
        facts = json.loads((Path(DATA) / "search/normalisation-facts.json").read_text("utf-8"))
        assert len(facts) > 60
        for fact in facts:
            assert fold(fact["input"]) == fold(" ".join(fact["tokens"])), fact["case"]

    def test_presentation_forms_are_their_letters(self):
        path = Path(DATA) / "strings/arabic_presentation_forms.json"
        for form, letters, name in json.loads(path.read_text("utf-8")):
            assert fold(form) == fold(letters), name
