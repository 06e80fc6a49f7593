"""Words of Django's screens that its Arabic translation lacks or sets wrongly.

Nothing uses them here: marked, they are gathered into our catalogues, which come before Django's.
"""

from django.utils.translation import gettext_noop, ngettext_lazy

SCREENS = (
    gettext_noop("Select %s to change"),
    gettext_noop("Select %s to view"),
    gettext_noop("0 of %(cnt)s selected"),
    gettext_noop("Conflicting form data submitted. Please try again."),
    gettext_noop("Constraint “%(name)s” is violated."),
)
PASSWORDS = (
    gettext_noop("Password-based authentication"),
    gettext_noop("Enabled"),
    gettext_noop("Disabled"),
    gettext_noop("Password-based authentication was disabled."),
    gettext_noop("Enable password-based authentication for this user by setting a password."),
    gettext_noop(
        "Whether the user will be able to authenticate using a password or not. If disabled, they "
        "may still be able to authenticate using other backends, such as Single Sign-On or LDAP."
    ),
    gettext_noop("Raw passwords are not stored, so there is no way to see the user’s password."),
    gettext_noop("Set password"),
    gettext_noop("Set password: %s"),
    gettext_noop("Reset password"),
)
COUNTS = (
    ngettext_lazy("Please submit at most %(num)d form.", "Please submit at most %(num)d forms."),
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
)
