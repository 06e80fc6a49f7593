"""The Arabic and French catalogues: complete, in step, and right in the plural."""

import gettext
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import locale as django_locale
from django.utils.translation import ngettext, override

from comments.admin.queue import DONE

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "newsroom" / "locale"
FORMS = {"ar": 6, "fr": 2}
# The forms that stand for one number alone may name it in words: none, one, two.
SPELT_OUT = {"ar": {0, 1, 2}, "fr": set()}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
BREAKS = {"n": "\n", "t": "\t"}

in_both = pytest.mark.parametrize("language", FORMS)
with_gettext = pytest.mark.skipif(not shutil.which("xgettext"), reason="needs gettext's tools")


def text_of(lines):
    """Return the text of the quoted strings of `lines`, as gettext escapes it."""
    quoted = "".join(re.search(r'"(.*)"', line).group(1) for line in lines)
    return re.sub(r"\\(.)", lambda found: BREAKS.get(found[1], found[1]), quoted)


def read(path):
    """Return the entries of a .po file: field name → text, and "#," the flags of the entry."""
    entries = []
    for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
        fields = {"#,": " ".join(re.findall(r"^#, (.*)$", block, re.MULTILINE))}
        fields |= {
            found[1]: text_of(found[0].split("\n"))
            for found in re.finditer(r'^(msg\w+(?:\[\d\])?) ".*"(?:\n".*")*', block, re.MULTILINE)
        }
        entries.append(fields)
    return entries


def key(entry):
    return entry.get("msgctxt"), entry["msgid"]


def header_and_entries(language):
    header, *entries = read(LOCALE / language / "LC_MESSAGES" / "django.po")
    return header, entries


def translations(entry):
    return {name: text for name, text in entry.items() if name.startswith("msgstr")}


@in_both
def test_header_counts_as_django_does(language):
    # As `makemessages` copies it: from the words of Django itself.
    django = Path(django_locale.__file__).parent / language / "LC_MESSAGES" / "django.po"
    rules = [read(django)[0], header_and_entries(language)[0]]
    theirs, own = (re.search(r"Plural-Forms: (.*)\n", rule["msgstr"])[1] for rule in rules)
    assert own == theirs


@in_both
def test_everything_is_translated(language):
    _header, entries = header_and_entries(language)
    assert len(entries) > 400
    assert [key(e) for e in entries if not all(translations(e).values())] == []
    assert [key(e) for e in entries if "fuzzy" in e["#,"]] == []


@in_both
def test_every_count_has_all_forms(language):
    _header, entries = header_and_entries(language)
    wanted = [f"msgstr[{number}]" for number in range(FORMS[language])]
    counts = [entry for entry in entries if "msgid_plural" in entry]
    assert counts
    assert [key(e) for e in counts if list(translations(e)) != wanted] == []


@in_both
def test_placeholders_stay(language):
    _header, entries = header_and_entries(language)
    wrong = []
    for entry in entries:
        wanted = sorted(PLACEHOLDER.findall(entry.get("msgid_plural", entry["msgid"])))
        for number, text in enumerate(translations(entry).values()):
            found = sorted(PLACEHOLDER.findall(text))
            spelt_out = "msgid_plural" in entry and number in SPELT_OUT[language]
            if found != wanted and not (spelt_out and set(found) < set(wanted)):
                wrong.append((entry["msgid"], text))
    assert wrong == []


@in_both
def test_compiled_words_are_the_written_ones(language):
    _header, entries = header_and_entries(language)
    written = {}
    for entry in entries:
        name = "\x04".join(filter(None, key(entry)))
        texts = list(translations(entry).values())
        many = "msgid_plural" in entry
        written |= {(name, n): text for n, text in enumerate(texts)} if many else {name: texts[0]}
    with (LOCALE / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog
    assert {name: text for name, text in compiled.items() if name != ""} == written


@pytest.fixture(scope="module")
def gathered(tmp_path_factory):
    """The catalogues as `makemessages` writes them now, in a copy of the tree."""
    copy = tmp_path_factory.mktemp("tree")
    leave_out = shutil.ignore_patterns("__pycache__", "static", "demo")
    for folder in ("articles", "comments", "newsroom", "templates"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=leave_out)
    shutil.copy(ROOT / "manage.py", copy)
    command = "manage.py makemessages --locale ar --locale fr --add-location file --no-obsolete"
    environment = os.environ | {"VAR_DIR": str(copy / "var")}
    subprocess.run([sys.executable, *command.split()], cwd=copy, env=environment, check=True)
    return copy / "newsroom" / "locale"


@with_gettext
@in_both
def test_no_word_of_the_tree_is_missing(gathered, language):
    _header, *now = read(gathered / language / "LC_MESSAGES" / "django.po")
    _header, entries = header_and_entries(language)
    found, known = {key(entry) for entry in now}, {key(entry) for entry in entries}
    assert found - known == set()
    assert known - found == set()


@with_gettext
@in_both
def test_gettext_accepts_the_catalogue(language, tmp_path):
    path = LOCALE / language / "LC_MESSAGES" / "django.po"
    command = ["msgfmt", "--check", "--output-file", tmp_path / "mo", path]
    said = subprocess.run(command, capture_output=True, text=True)
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.parametrize(
    ("count", "words", "result"),
    [
        (0, "لا تعليق", "لم تتم الموافقة على أي تعليق."),
        (1, "تعليق واحد", "تمت الموافقة على تعليق واحد."),
        (2, "تعليقان", "تمت الموافقة على تعليقين."),
        (3, "3 تعليقات", "تمت الموافقة على 3 تعليقات."),
        (10, "10 تعليقات", "تمت الموافقة على 10 تعليقات."),
        (11, "11 تعليقاً", "تمت الموافقة على 11 تعليقاً."),
        (99, "99 تعليقاً", "تمت الموافقة على 99 تعليقاً."),
        (100, "100 تعليق", "تمت الموافقة على 100 تعليق."),
        (101, "101 تعليق", "تمت الموافقة على 101 تعليق."),
        (102, "102 تعليق", "تمت الموافقة على 102 تعليق."),
        (103, "103 تعليقات", "تمت الموافقة على 103 تعليقات."),
        (111, "111 تعليقاً", "تمت الموافقة على 111 تعليقاً."),
    ],
)
def test_arabic_counts(count, words, result):
    with override("ar"):
        shown = ngettext("%(number)s comment", "%(number)s comments", count)
        assert shown % {"number": count} == words
        assert DONE["approve"] % {"count": count} == result


@pytest.mark.parametrize(("count", "words"), [(0, "0 commentaire"), (2, "2 commentaires")])
def test_french_counts_nothing_as_one(count, words):
    with override("fr"):
        shown = ngettext("%(number)s comment", "%(number)s comments", count)
        assert shown % {"number": count} == words


def test_the_comment_form_says_what_readers_know():
    _header, entries = header_and_entries("ar")
    arabic = {entry["msgid"]: entry["msgstr"] for entry in entries if "msgstr" in entry}
    known = {
        "Your email address will not be published.": "لن يتم نشر عنوان بريدك الإلكتروني.",
        "Required fields are marked": "الحقول الإلزامية مشار إليها بـ",
        "Leave a Reply": "اترك تعليقاً",
        "Leave a Reply to %(name)s": "اترك رداً على %(name)s",
        "Comment": "التعليق",
        "Name": "الاسم",
        "Email": "البريد الإلكتروني",
        "Website": "الموقع الإلكتروني",
        "Post Comment": "إرسال التعليق",
        "Cancel reply": "إلغاء الرد",
        "Back to top button": "زر الذهاب إلى الأعلى",
    }
    assert {msgid: arabic[msgid] for msgid in known} == known


def test_french_marks_keep_to_their_words():
    _header, entries = header_and_entries("fr")
    texts = [text for entry in entries for text in translations(entry).values()]
    assert [text for text in texts if re.search(r"« | »| [:;!?](?:\s|$)|'", text)] == []
