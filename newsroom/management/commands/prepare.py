"""What `make run` does before it serves."""

import logging
import socket
from io import StringIO

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX as UNUSABLE
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from articles import search
from articles.models import Section, Story
from newsroom.management.commands.make_accounts import ACCOUNTS
from newsroom.models import User


class Command(BaseCommand):
    help = "Bring the database and the static files up to date; begin with the demo when empty."

    def handle(self, *args: object, **options: object) -> None:
        # What comes here is read by a person, not by a log collector.
        logging.getLogger().setLevel(logging.WARNING)
        make_sure_of_port(settings.HOST, settings.PORT)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("make_renditions", stdout=StringIO())
        if search.unindexed().exists():
            call_command("reindex_stories", stdout=StringIO())
        call_command("collectstatic", interactive=False, verbosity=0)
        # Left by runs that broke off.
        call_command("clearsessions")
        if settings.NEWSROOM_DEMO:
            self.begin_with_demo()
        self.stdout.write(f"\nNewsroom is at {settings.SITE_URL}/")
        self.stdout.write(f"Sign in at {settings.SITE_URL}/{settings.ADMIN_PATH}/\n\n")

    def begin_with_demo(self) -> None:
        """Load the demo paper into an empty database, and make the accounts once."""
        if is_untouched():
            call_command("load_demo", stdout=self.stdout)
        can_sign_in = User.objects.filter(is_staff=True).exclude(password__startswith=UNUSABLE)
        if not can_sign_in.exists():
            self.stdout.write("\nAccounts, with passwords shown this once (`make accounts` again):")
            call_command("make_accounts", missing=True, stdout=self.stdout)


def make_sure_of_port(host: str, port: int) -> None:
    """Say at once, and in one sentence, that the server could not listen there."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        text = f"HOST and PORT: {host}:{port}: {error.strerror}. Try `make run PORT={port + 1}`."
        raise CommandError(text) from None


def is_untouched() -> bool:
    """Whether nobody has begun a paper here: no story, no section, nobody but our accounts."""
    begun = (
        Story.objects.all(),
        Section.objects.filter(code=None),
        User.objects.exclude(username__in=ACCOUNTS),
    )
    return not any(rows.exists() for rows in begun)
