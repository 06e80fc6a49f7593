"""Light stemming: the forms under which a folded word is found beside its own.

Rules of our own, in the tradition of Larkey, Ballesteros and Connell's light stemmer (prefixes and
suffixes, no roots; of broken plurals a list of the commonest). An Arabic word can often be read in
two ways: «وزير» is a minister, and could be «و» before «زير». So a word has several *readings*, and
two words find each other when they share one: «والوزير» and «وزيرهم» are both read as «وزير».
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from newsroom.lib.arabic import (
    BEGIN_AS_PREFIXED,
    BEGIN_WITH_AL,
    BROKEN_PLURALS,
    END_AS_INFLECTED,
    FUNCTION_WORDS,
    OTHER_FORMS,
    OTHER_SPELLINGS,
    PRESENT_STEMS,
    SHORT_WORDS,
)

# Letters that must be left: shorter stems name too many things.
SHORTEST = 3

_ARABIC = re.compile("[\u0620-\u064a\u066e-\u06d3]+")
# «و» or «ف», then «ال» with or without a preposition, or «لل».
_ARTICLE = re.compile("ال(?=..)|[وف]?(?:[بك]?ال|لل)(?=...)")
_PRONOUN = re.compile("(.{3,}?)(?:هما|كما|ها|هم|هن|كم|نا|ه)")
_OF_HAMZA = re.compile("(.{2,}ا)(?:ي|وي)ه?")
_OF_MANY = re.compile("(م.{2,}[^ي])و")
_FUTURE = re.compile("س([يتنا].{3,})")
_PRESENT = re.compile("([يت]|ن(?=ست))(.{3,}?)(?:ون|ين|ان|وا)?")
_SHORT_PRESENT = re.compile("س?[يت](..)(?:ون|ان|وا)?")
_LONG_WEAK = re.compile("(?:.ت.|ن..|ست..).*ي")
_HOLLOW = re.compile("((?:ست)?.)ي(.)")


@lru_cache(maxsize=50_000)
def stems(word: str, language: str) -> tuple[str, ...]:
    """Return the readings of a folded word, the likeliest first; none of a function word.

    Arabic letters are read as Arabic whatever the `language` of the text; other words by the rules
    for English or French, and as they are in any other language.
    """
    if _ARABIC.fullmatch(word):
        for spelt, usual in OTHER_SPELLINGS.items():
            word = word.replace(spelt, usual)
        return tuple(dict.fromkeys(_arabic(word)))
    language = language.partition("-")[0]
    if word in _GRAMMAR.get(language, ()):
        return ()
    rule = {"en": _english, "fr": _french}.get(language)
    return (rule(word) if rule and word.isalpha() else word,)


# Arabic.


def _arabic(word: str) -> Iterator[str]:
    """Yield readings of a word: without article, or as noun, after particles, and as verb."""
    if word in FUNCTION_WORDS:
        return
    if (article := _ARTICLE.match(word)) and not _begins_like_article(word):
        rest = word[article.end() :]
        yield from _of_noun_in_any_number(rest)
        if article.group().endswith("لل"):  # «للجنة» is «ل» and «اللجنة»
            yield from _of_noun_in_any_number(f"ل{rest}")
        return
    yield from _of_noun_in_any_number(word)
    for rest in _without_particles(word):
        yield from () if rest in FUNCTION_WORDS else _of_noun_in_any_number(rest)
        yield from _of_verb(rest)
    yield from _of_verb(word)


def _begins_like_article(word: str) -> bool:
    """Tell whether «ال», or «وال», is of the word itself: «ألمانيا», «وألمانيا», «والدة»."""
    is_own = _is_whole(word, BEGIN_WITH_AL) or _is_whole(word[1:], BEGIN_WITH_AL)
    return is_own or (word[0] in "وفبك" and _is_whole(word, BEGIN_AS_PREFIXED))


def _is_whole(word: str, known: frozenset[str]) -> bool:
    # Of longer words no more than three letters may be left: those prove nothing.
    readings = (reading for reading in _of_noun(word) if len(reading) > SHORTEST)
    return word in known or any(reading in known for reading in readings)


def _without_particles(word: str) -> Iterator[str]:
    """Yield the word without «و», «ف», «ب», «ك», «ل» in front, where these may be no letters of
    its own."""
    if _is_whole(word, BEGIN_AS_PREFIXED):
        return
    first, rest = word[0], word[1:]
    is_long = len(rest) >= SHORTEST + (first == "ف")
    if first in "وف" and (is_long or rest in SHORT_WORDS):
        yield rest
        yield from _without_preposition(rest)
    else:
        yield from _without_preposition(word)


def _without_preposition(word: str) -> Iterator[str]:
    rest = word[1:]
    is_long = len(rest) > SHORTEST and len(_bare(rest)) >= SHORTEST
    if word[0] not in "بكل" or _is_whole(word, BEGIN_AS_PREFIXED):
        return
    if is_long or rest in SHORT_WORDS:
        yield rest


def _of_noun_in_any_number(word: str) -> Iterator[str]:
    """Yield what `_of_noun` does, then the stem of the singular where the word is a broken plural
    as it stands: «مدن» is of «مدينة», «مدني» is not."""
    yield from _of_noun(word)
    for form in (word, *_owned(word), word.removesuffix("ا")):
        if form in _KNOWN:
            yield _KNOWN[form]


def _of_noun(word: str) -> Iterator[str]:
    """Yield a noun's stem, and the one it has when its end is a pronoun: «حكومتهم», «بنائه»."""
    yield _bare(word)
    for owned in _owned(word):
        yield _bare(owned)
    if of_many := _OF_MANY.fullmatch(word):  # «مسؤولو الوزارة»
        yield _bare(of_many[1])


def _owned(word: str) -> Iterator[str]:
    """Yield what stands before a pronoun, as it is where nothing follows."""
    owner = _PRONOUN.fullmatch(word)
    if owner is None or word in END_AS_INFLECTED:
        return
    owned = owner[1]
    if owned[-1] == "ت":  # what is «ة» where nothing follows
        yield f"{owned[:-1]}ه"
    elif owned[-2:] in ("اي", "او") and len(owned) > SHORTEST:
        owned = f"{owned[:-1]}ء"
    elif owned.endswith("وا") and len(owned) > SHORTEST:
        # «مستوى»: a verb would have lost its alef here.
        owned = f"{owned[:-1]}ي"
    yield owned


def _of_verb(word: str) -> Iterator[str]:
    """Yield what a verb shares with its other forms: «ستعلن», «أعلنت», «يعلنون» and «أعلنوها»."""
    if word in BEGIN_AS_PREFIXED:
        return
    yield from _of_verb_alone(word)
    if (done_to := _PRONOUN.fullmatch(word)) and not word.endswith("يه"):
        verb = done_to[1]
        yield from _of_verb_alone(verb)
        if len(verb) > SHORTEST and verb[-1] == "و" and verb[-2] != "ا":  # «أعلنوها»
            yield verb[:-1]


def _of_verb_alone(word: str) -> Iterator[str]:
    """Yield the same of a verb without the pronoun of what it is done to."""
    if word.endswith("ات"):
        return
    is_past = word[-1] == "ت" and len(word) > SHORTEST
    if is_past and word not in END_AS_INFLECTED:
        yield from _and_without_ha(word[:-1])
    elif word.endswith("هي"):  # «انتهى», «انتهت»
        yield word[:-1]
    if future := _FUTURE.fullmatch(word):
        word = future[1]
        yield word
    if present := _PRESENT.fullmatch(word):
        yield from _of_present(*present.groups())
    if (short := _SHORT_PRESENT.fullmatch(word)) and short[1] in PRESENT_STEMS:
        yield PRESENT_STEMS[short[1]]


def _of_present(person: str, rest: str) -> Iterator[str]:
    """Yield the past of a verb from its present, whose prefix is `person`."""
    yield f"ا{rest}"
    if _LONG_WEAK.fullmatch(rest):  # «ينتهي»
        yield f"ا{rest[:-1]}"
    if person == "ي":
        yield from _and_without_ha(rest)
        if rest[0] == "ت" and rest[-1] == "ي" and len(rest) > SHORTEST:  # «يتلقى»
            yield rest[:-1]
    if rest in PRESENT_STEMS:
        yield _bare(PRESENT_STEMS[rest])
    if hollow := _HOLLOW.fullmatch(rest):  # «يشير» is of «أشار», «يستطيع» of «استطاع»
        yield f"ا{hollow[1]}ا{hollow[2]}"


def _and_without_ha(word: str) -> Iterator[str]:
    """Yield a stem, and it without the «ه» that is taken for an ending elsewhere: «واجه»."""
    yield word
    if word[-1] == "ه" and word[-2] not in "تي" and len(word) > SHORTEST:
        yield word[:-1]


def _bare(word: str) -> str:
    """Return a word without the endings of gender, number, case and origin."""
    while word not in END_AS_INFLECTED:
        if word.endswith("اء") and len(word) > SHORTEST:
            return word[:-1]  # «بناء» as it stands before «بنائه»
        if origin := _OF_HAMZA.fullmatch(word):
            return origin[1]  # «كهربائي», «صحراوي»
        shorter = _shortened(word)
        if shorter == word:
            break
        word = shorter
    return word


def _shortened(word: str) -> str:
    for ending, least, put in _ENDINGS:
        left = len(word) - len(ending)
        if left >= least and word.endswith(ending):
            if ending == "ين" and left == SHORTEST and word[0] == "ت":
                return word  # «تأمين», «تمرين»: an infinitive
            if put == "ه" and left > 2:
                put = ""
            return word[:left] + put
    return word


# Endings, the letters they must leave, and what stands in their place: «لغات» is of «لغة».
_ENDINGS = (
    ("تان", 2, "ه"),
    ("تين", 2, "ه"),
    ("ات", 2, "ه"),
    ("ون", SHORTEST, ""),
    ("ين", SHORTEST, ""),
    ("ان", SHORTEST + 1, ""),
    ("وا", SHORTEST, ""),
    ("ايا", SHORTEST + 1, "اي"),
    ("ه", SHORTEST, ""),
    ("ي", SHORTEST, ""),
    ("ا", SHORTEST, ""),
)

# The stems of words whose other forms no rule tells.
_KNOWN = {form: _bare(word) for form, word in (BROKEN_PLURALS | OTHER_FORMS).items()}
# «أغانٍ», «مبانٍ»
_KNOWN |= {form[:-1]: stem for form, stem in _KNOWN.items() if form[-1] == "ي" and len(form) > 4}


# Latin letters.

_GRAMMAR = {
    "en": frozenset(
        "a an and are as at be but by for from has have he her his in is it its not of on or she"
        " that the their they this to was were will with you".split()
    ),
    "fr": frozenset(
        "a au aux ce ces dans de des du elle en est et il ils la le les leur mais ne on ou par pas"
        " pour qu que qui sa se ses son sont sur un une".split()
    ),
}


def _english(word: str) -> str:
    """Return a word without the ending of the plural."""
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _french(word: str) -> str:
    """Return a word without the endings of plural and feminine."""
    if len(word) > 4 and word.endswith("eaux"):
        return word[:-1]
    if len(word) > 4 and word.endswith("aux"):
        return f"{word[:-3]}al"
    if len(word) > 3 and word[-1] in "sx" and word[-2] not in "s":
        word = word[:-1]
    return word[:-1] if len(word) > 4 and word.endswith("e") else word
