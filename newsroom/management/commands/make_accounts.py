"""Accounts to try the desk with: one editor, one moderator, one administrator."""

import secrets
from argparse import ArgumentParser

from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand
from django.db import transaction

from newsroom.models import User

ACCOUNTS = {"editor": "Editor", "moderator": "Moderator", "administrator": "Administrator"}
# Without letters and digits that look alike.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class Command(BaseCommand):
    help = "Give the editor, the moderator and the administrator new passwords and print them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--missing", action="store_true", help="only make accounts that do not exist yet"
        )

    def handle(self, *args: object, missing: bool = False, **options: object) -> None:
        existing = set(
            User.objects.filter(username__in=ACCOUNTS).values_list("username", flat=True)
        )
        for name, group in ACCOUNTS.items():
            if not (missing and name in existing):
                self.stdout.write(f"  {name:<14}  {make_account(name, group)}")


@transaction.atomic
def make_account(name: str, group: str) -> str:
    """Make the account or give it a new password; return the password."""
    password = "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
    user, _made = User.objects.get_or_create(username=name)
    user.is_staff = user.is_active = True
    user.set_password(password)
    user.save()
    user.groups.add(Group.objects.get(name=group))
    return password
