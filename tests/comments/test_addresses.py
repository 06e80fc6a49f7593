"""An address is looked at on the record, found without being shown, and outlives its key."""

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse

from comments import addresses
from comments.models import Comment, Reveal
from newsroom.lib.privacy import AddressUnreadable
from tests.factories import make_comment, make_story, make_user

pytestmark = pytest.mark.django_db
QUEUE = "/admin/comments/comment/"
WHY = "A court order of today, number 12."


@pytest.fixture
def comment(story) -> Comment:
    return make_comment(story, email="Rare.Reader@mail.example", status="pending")


@pytest.fixture
def adam(db):
    return make_user("adam", "Administrator", interface_language="en")


def address_page(comment: Comment) -> str:
    return reverse("admin:comments_comment_address", args=[comment.pk])


class TestLooking:
    def test_it_is_shown_once_and_logged(self, client, comment, adam):
        client.force_login(adam)
        page = client.get(address_page(comment)).content.decode()
        assert "Rare.Reader" not in page
        answer = client.post(address_page(comment), {"reason": WHY})
        assert "Rare.Reader@mail.example" in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
        look = Reveal.objects.get()
        assert (look.by, look.reason, look.comment_number) == (adam, WHY, comment.pk)
        assert "Rare.Reader" not in client.get(address_page(comment)).content.decode()
        log = client.get("/admin/log/").content.decode()
        assert f"Looked at the address of comment #{comment.pk}" in log
        assert WHY in log

    def test_without_a_reason_nothing_is_shown(self, client, comment, adam):
        client.force_login(adam)
        answer = client.post(address_page(comment), {"reason": "  why  "})
        assert answer.status_code == 422
        assert "Rare.Reader" not in answer.content.decode()
        assert 'value="  why  "' in answer.content.decode()
        assert not Reveal.objects.exists()

    @pytest.mark.parametrize("group", ["Moderator", "Editor", "Reporter"])
    def test_without_the_right_there_is_no_page(self, client, comment, group):
        client.force_login(make_user("somebody", group))
        for answer in (
            client.get(address_page(comment)),
            client.post(address_page(comment), {"reason": WHY}),
        ):
            assert answer.status_code == 403
        with pytest.raises(PermissionDenied):
            addresses.reveal(comment, by=make_user("other", group), reason=WHY)
        assert not Reveal.objects.exists()

    def test_a_look_that_shows_nothing_is_none(self, comment, adam, settings):
        settings.EMAIL_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
        with pytest.raises(AddressUnreadable):
            addresses.reveal(comment, by=adam, reason=WHY)
        assert not Reveal.objects.exists()

    def test_a_look_is_neither_changed_nor_deleted(self, comment, adam):
        addresses.reveal(comment, by=adam, reason=WHY)
        look = Reveal.objects.get()
        for act in (look.save, look.delete):
            with pytest.raises(PermissionDenied):
                act()
        Comment.objects.filter(pk=comment.pk).delete()
        assert Reveal.objects.get().comment_number == comment.pk

    def test_the_verb_wants_a_reason(self, comment, adam):
        with pytest.raises(ValidationError):
            addresses.reveal(comment, by=adam, reason="x" * 9)


class TestSearching:
    @pytest.fixture
    def desk(self, client, mona):
        client.force_login(mona)
        return client

    def test_an_address_finds_its_comments_and_is_in_no_address(self, desk, comment):
        other = make_comment(make_story(), email="rare.reader@MAIL.example", status="spam")
        make_comment(comment.story, email="another@mail.example", status="pending")
        answer = desk.post(f"{QUEUE}search/", {"q": " rare.reader@mail.example "}, follow=True)
        (address, _status) = answer.redirect_chain[-1]
        assert address == f"{QUEUE}?same_as={other.pk}"
        shown = answer.context["cl"].result_list
        assert {row.pk for row in shown} == {comment.pk, other.pk}
        assert "rare.reader" not in answer.content.decode().lower()

    @pytest.mark.parametrize("words", ["nobody@mail.example", "no@address", "@"])
    def test_an_address_of_nobody(self, desk, comment, words):
        answer = desk.post(f"{QUEUE}search/", {"q": words}, follow=True)
        assert "No comment was written under this address." in answer.content.decode()
        assert words not in answer.redirect_chain[-1][0]

    def test_words_are_searched_with_the_filters_that_stand(self, desk, comment):
        answer = desk.post(f"{QUEUE}search/?status__exact=spam&p=3", {"q": "boat"})
        assert answer["Location"] == f"{QUEUE}?status__exact=spam&q=boat"

    @pytest.mark.parametrize("value", ["x", "0", "99999999999999999999", ""])
    def test_a_person_that_is_none(self, desk, comment, value):
        answer = desk.get(f"{QUEUE}?same_as={value}")
        assert answer.status_code == 200
        assert list(answer.context["cl"].result_list) == []

    def test_only_moderators_search(self, client, rosa, comment):
        client.force_login(rosa)
        assert client.post(f"{QUEUE}search/", {"q": "rare.reader@mail.example"}).status_code == 403


class TestKeys:
    def rotated(self, settings) -> None:
        settings.EMAIL_ENCRYPTION_KEYS = [
            Fernet.generate_key().decode(),
            *settings.EMAIL_ENCRYPTION_KEYS,
        ]

    def test_rotation_and_then_the_old_key_goes(self, comment, settings, capsys, monkeypatch):
        monkeypatch.setattr(addresses, "BATCH", 2)
        for number in range(4):
            make_comment(comment.story, email=f"reader{number}@mail.example")
        index = comment.email_index
        self.rotated(settings)
        call_command("rotate_email_keys")
        assert capsys.readouterr().out.startswith("Encrypted anew: 5. Under the newest key")
        settings.EMAIL_ENCRYPTION_KEYS = settings.EMAIL_ENCRYPTION_KEYS[:1]
        found = addresses.newest_of("rare.reader@mail.example")
        assert found.email.reveal() == "Rare.Reader@mail.example"
        assert found.email_index == index
        call_command("rotate_email_keys")
        assert "Encrypted anew: 0. Under the newest key already: 5." in capsys.readouterr().out

    def test_an_address_forgotten_meanwhile_does_not_come_back(
        self, comment, settings, monkeypatch
    ):
        renew = addresses._renew

        def forgotten_first(*args):
            Comment.objects.filter(pk=comment.pk).update(email="")
            return renew(*args)

        self.rotated(settings)
        monkeypatch.setattr(addresses, "_renew", forgotten_first)
        addresses.rotate()
        assert Comment.objects.get().email == ""

    def test_a_lost_key_is_said_and_nothing_is_lost(self, comment, settings, capsys):
        before = Comment.objects.get().email.token
        settings.EMAIL_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
        with pytest.raises(CommandError, match="1 addresses are opened by no key"):
            call_command("rotate_email_keys")
        assert Comment.objects.get().email.token == before

    def test_the_desk_says_that_a_key_is_lost(self, client, mona, comment, settings):
        client.force_login(mona)
        assert "EMAIL_ENCRYPTION_KEYS" not in client.get(QUEUE).content.decode()
        settings.EMAIL_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
        assert "EMAIL_ENCRYPTION_KEYS" in client.get(QUEUE).content.decode()
        page = reverse("admin:comments_comment_change", args=[comment.pk])
        assert "No key opens this address." in client.get(page).content.decode()

    def test_every_model_with_addresses_is_rotated(self):
        assert (Comment, "email") in set(addresses.sealed_fields())
