"""Which words find each other, told on pairs of words as newspapers write them."""

from pathlib import Path

import pytest

from newsroom.lib.folding import fold
from newsroom.lib.stemming import stems

DATA = Path(__file__).resolve().parent.parent / "data/search"


def lines(name: str) -> list[list[str]]:
    text = (DATA / name).read_text(encoding="utf-8")
    return [line.split() for line in text.splitlines() if line and not line.startswith("#")]


def meet(one: str, other: str) -> bool:
    """Whether two words are found by each other."""
    one, other = fold(one), fold(other)
    return one == other or bool({*stems(one, "ar")} & {*stems(other, "ar")})


RELATED = [(word, form) for word, *forms in lines("arabic_families.txt") for form in forms]
UNRELATED = [
    tuple(pair) for pair in lines("arabic_neighbours.txt") if fold(pair[0]) != fold(pair[1])
]


class TestArabic:
    def test_there_are_pairs_enough_to_tell(self):
        assert len(set(RELATED)) >= 300
        assert len(set(UNRELATED)) >= 300

    def test_forms_of_a_word_find_each_other(self):
        found = sum(meet(*pair) for pair in RELATED)
        assert found / len(RELATED) >= 0.95

    def test_neighbours_are_not_pulled_in(self):
        found = sum(meet(*pair) for pair in RELATED)
        wrong = sum(meet(*pair) for pair in UNRELATED)
        assert found / (found + wrong) >= 0.95
        assert wrong / len(UNRELATED) <= 0.06

    @pytest.mark.parametrize(
        ("word", "readings"),
        [
            ("الحكومة", {"حكوم"}),
            ("وللحكومات", {"حكوم", "لحكوم"}),
            ("وزير", {"وزير"}),
            ("للجنة", {"جنه", "لجن"}),
            ("لغات", {"لغه"}),
            ("لبنانيون", {"لبنان"}),
            ("ألمانيا", {"المان"}),
            ("تمرين", {"تمرين", "امرين"}),
            ("من", set()),
            ("٢٠٢٦", {"2026"}),
        ],
    )
    def test_readings(self, word, readings):
        assert set(stems(fold(word), "ar")) == readings

    @pytest.mark.parametrize(
        ("one", "other"),
        [("وزير", "الوزراء"), ("دولة", "والدول"), ("قارب", "بالقوارب"), ("أطبائهم", "طبيبة")],
    )
    def test_the_commonest_broken_plurals_find_their_singulars(self, one, other):
        assert meet(one, other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [("مدينة", "المدنيين"), ("يد", "أيدت"), ("أسير", "أسرة"), ("طريق", "يطرق")],
    )
    def test_what_only_begins_like_a_broken_plural_is_none(self, one, other):
        assert not meet(one, other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("قال", "ويقولون"),
            ("وصل", "سيصلون"),
            ("أكدت", "تؤكد"),
            ("أضاف", "يضيف"),
            ("انتهت", "ينتهي"),
            ("واجه", "يواجه"),
            ("أعلن", "أعلنوها"),
        ],
    )
    def test_verbs_that_change_their_letters_are_found(self, one, other):
        assert meet(one, other)

    def test_every_reading_keeps_two_letters(self):
        words = {fold(word) for family in lines("arabic_families.txt") for word in family}
        for word in words:
            assert stems(word, "ar"), word
            assert all(len(stem) >= 2 for stem in stems(word, "ar")), word


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "city", "cities"),
        ("en-gb", "city", "cities"),
        ("en", "box", "boxes"),
        ("en", "minister", "ministers"),
        ("en", "match", "matches"),
        ("fr", "journal", "journaux"),
        ("fr", "bateau", "bateaux"),
        ("fr", "national", "nationale"),
        ("fr", "ministre", "ministres"),
    ],
)
def test_plurals_find_singulars(language, one, other):
    assert stems(one, language) == stems(other, language)


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [("en", "new", "news2"), ("en", "pres", "press"), ("en", "bu", "bus"), ("fr", "pri", "prix2")],
)
def test_what_only_looks_like_a_plural_stays(language, one, other):
    assert stems(one, language) != stems(other, language)


def test_other_languages_are_left_as_they_are():
    assert stems("straßen", "de") == ("straßen",)
    assert stems("2026s", "en") == ("2026s",)
