"""What the scripts of a story's page say, in the language of the interface."""

from typing import Any

from django.utils.translation import gettext, ngettext

# A number of each plural category of CLDR, as the scripts' `Intl.PluralRules` names them.
CATEGORIES = {"zero": 0, "one": 1, "two": 2, "few": 3, "many": 11, "other": 100}


def words() -> dict[str, Any]:
    """Return the sentences; counts as a form for each plural category."""
    return {
        "saved": gettext("Saved %(time)s"),
        "voided": gettext(
            "Saved %(time)s. The approval was for another text: it is in review again."
        ),
        "edited": gettext("Saved %(time)s. Readers see the change when it is published."),
        "saving": gettext("Saving…"),
        "unsaved": gettext("Unsaved changes"),
        "refused": gettext("Not saved. %(why)s"),
        "offline": gettext("No connection. Your words are kept in this browser."),
        "server": gettext(
            "The server cannot save now: it is tried again. Your words are kept in this browser."
        ),
        "unkept": gettext(
            "Not saved, and this browser keeps nothing. Copy your words before you close this page."
        ),
        "reload": gettext("Open the page again: it offers the words that are kept here."),
        "another": gettext(
            "%(name)s is signed in in this browser now. Your words are kept: sign in again as "
            "yourself, or save them as %(name)s."
        ),
        "save_as": gettext("Save under this name"),
        "signed_in": gettext("You are signed in again."),
        "signed_out": gettext("You are signed out. Your words are kept in this browser."),
        "sign_in": gettext("Sign in again"),
        "stale": gettext("%(name)s saved this story meanwhile."),
        "show_newest": gettext("Show the newest"),
        "signed_out_reading": gettext("You are signed out."),
        "compare": gettext("Theirs against mine"),
        "copied": gettext("Copied."),
        "copy_marked": gettext("Theirs is marked: copy it with Ctrl-C."),
        "others": gettext("Also writing here: %(names)s"),
        "kept": gettext("Words of %(time)s that were not saved are kept in this browser."),
        "bring_back": gettext("Bring them back"),
        "discard": gettext("Discard"),
        "recommended": gettext("recommended: up to %(limit)d"),
        "too_long": gettext("Longer than recommended."),
        "word_count": {
            name: ngettext("%(count)d word", "%(count)d words", number)
            for name, number in CATEGORIES.items()
        },
        "character_count": {
            name: ngettext("%(count)d character", "%(count)d characters", number)
            for name, number in CATEGORIES.items()
        },
    }
