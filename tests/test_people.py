"""People of the desk: invitations, forgotten passwords, leaving, and who may change whom."""

import logging
import re
import threading

import pytest
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.test import Client
from django.urls import reverse

from articles.groups import _before, make_groups
from articles.models import Author, Section
from articles.site import PAGES
from newsroom import people
from newsroom.models import User
from tests.factories import make_author, make_draft, make_story, make_user, world

pytestmark = pytest.mark.django_db

PASSWORD = "harbour-at-dawn"
ADD, LIST = "/admin/newsroom/user/add/", "/admin/newsroom/user/"


@pytest.fixture
def with_mail(settings):
    settings.EMAIL_URL = "smtp://mail.example"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def adam(client):
    user = make_user("adam", "Administrator", password=PASSWORD)
    client.force_login(user)
    return user


def group(name: str) -> int:
    return Group.objects.get(name=name).pk


def new_person(**more) -> dict:
    return {
        "first_name": "Rosa",
        "last_name": "Haddad",
        "email": "rosa@example.org",
        "groups": [group("Reporter")],
        "interface_language": "ar",
    } | more


def link_in(message) -> str:
    return re.search(r"https?://[^/\s]+(/\S+)", message.body)[1]


def wait_for_mail() -> None:
    for thread in threading.enumerate():
        if thread.name == "forgotten-passwords":
            thread.join(10)


class TestInviting:
    def test_makes_an_account_and_mails_a_link(self, client, adam, with_mail):
        section = world()
        form = new_person(groups=[group("Section editor")], sections=[section.pk])
        client.post(ADD, form, follow=True)
        rosa = User.objects.get(email="rosa@example.org")
        assert (rosa.username, rosa.is_staff, rosa.has_usable_password()) == ("rosa", True, False)
        assert list(rosa.sections.all()) == [section]
        (message,) = mail.outbox
        assert message.to == ["rosa@example.org"]
        assert message.extra_headers["Content-Language"] == "ar"
        assert "\u2068Rosa Haddad\u2069" in message.body

    def test_the_link_lets_choose_a_password_once(self, client, adam, with_mail):
        client.post(ADD, new_person(interface_language="en"))
        address, browser = link_in(mail.outbox[0]), Client()
        page = browser.get(address, follow=True)
        assert page.redirect_chain[-1][0] == reverse("admin:choose_password")
        assert "Choose a password" in page.content.decode()
        form = {"new_password1": "a-quiet-harbour", "new_password2": "a-quiet-harbour"}
        assert browser.post(reverse("admin:choose_password"), form).url == "/admin/"
        assert browser.get("/admin/").status_code == 200
        assert Client().get(address, follow=True).status_code == 410

    def test_too_weak_a_password_is_refused(self, client, adam, with_mail):
        client.post(ADD, new_person())
        browser = Client()
        browser.get(link_in(mail.outbox[0]))
        form = {"new_password1": "123", "new_password2": "123"}
        assert browser.post(reverse("admin:choose_password"), form).status_code == 422

    def test_too_old_a_link_works_no_more(self, client, adam, with_mail, time_machine):
        time_machine.move_to("2026-05-01T10:00:00Z", tick=False)
        client.post(ADD, new_person())
        time_machine.move_to("2026-05-08T10:01:00Z", tick=False)
        assert Client().get(link_in(mail.outbox[0]), follow=True).status_code == 410

    def test_sent_again_the_first_link_works_no_more(self, client, adam, with_mail):
        client.post(ADD, new_person())
        rosa = User.objects.get(username="rosa")
        page = client.get(f"{LIST}{rosa.pk}/change/").content.decode()
        assert "invited, not yet in" in page
        client.post(reverse("admin:newsroom_user_invite", args=[rosa.pk]))
        first, second = (link_in(message) for message in mail.outbox)
        assert Client().get(first, follow=True).status_code == 410
        assert Client().get(second, follow=True).status_code == 200

    def test_an_address_belongs_to_one_person(self, client, adam, with_mail):
        make_user("rosa", "Reporter", email="Rosa@Example.org")
        page = client.post(ADD, new_person())
        assert page.status_code == 200
        assert "Another account of the desk has this address." in page.content.decode()
        assert mail.outbox == []

    def test_nor_by_ones_own_account_page(self, client, adam):
        make_user("rosa", "Reporter", email="rosa@example.org")
        form = {"email": "ROSA@example.org", "interface_language": "en"}
        page = client.post("/admin/account/", form | {"current_password": PASSWORD})
        assert "Another account of the desk has this address." in page.content.decode()
        adam.refresh_from_db()
        assert adam.email == ""

    def test_the_user_name_is_made_from_the_address_or_typed(self, client, adam, with_mail):
        make_user("rosa", "Reporter")
        client.post(ADD, new_person())
        client.post(ADD, new_person(email="leila@example.org", username="layla"))
        names = User.objects.exclude(email="").order_by("pk").values_list("username", flat=True)
        assert list(names) == ["rosa2", "layla"]
        page = client.post(ADD, new_person(email="third@example.org", username="rosa"))
        assert page.context["adminform"].form.errors["username"]

    def test_without_mail_a_password_is_given_instead(self, client, adam):
        page = client.get(ADD).content.decode()
        assert 'name="password1"' in page
        assert 'name="groups"' not in page
        assert "LDAP" not in page
        form = {"username": "rosa", "password1": "a-quiet-harbour", "password2": "a-quiet-harbour"}
        client.post(ADD, form)
        assert User.objects.get(username="rosa").check_password("a-quiet-harbour")

    def test_somebody_elses_password_is_changed_and_never_taken_away(self, client, adam):
        rosa = make_user("rosa", "Reporter")
        address = f"{LIST}{rosa.pk}/password/"
        page = client.get(address).content.decode()
        assert "usable_password" not in page
        assert "unset-password" not in page
        new = {"password1": "a-quiet-harbour", "password2": "a-quiet-harbour"}
        client.post(address, new | {"usable_password": "false", "unset-password": "1"})
        rosa.refresh_from_db()
        assert rosa.check_password("a-quiet-harbour")

    def test_nobody_else_may(self, client, with_mail):
        client.force_login(make_user("rosa", "Editor"))
        assert client.post(ADD, new_person()).status_code == 403
        assert mail.outbox == []

    def test_is_into_a_group(self, client, adam, with_mail):
        page = client.post(ADD, new_person(groups=[])).content.decode()
        assert "without a group" in page
        assert not User.objects.filter(email="rosa@example.org").exists()
        assert mail.outbox == []


class TestForgottenPassword:
    @pytest.fixture
    def edda(self):
        return make_user("edda", "Editor", password=PASSWORD, email="edda@example.org")

    def ask(self, client, email):
        response = client.post(reverse("admin:forgotten_password"), {"email": email})
        wait_for_mail()
        return response

    def test_offered_only_with_mail(self, client, settings):
        url = reverse("admin:forgotten_password")
        assert client.get(url).status_code == 404
        assert url not in client.get("/admin/login/").content.decode()

    def test_the_link_replaces_the_password(self, client, edda, with_mail):
        assert reverse("admin:forgotten_password") in client.get("/admin/login/").content.decode()
        self.ask(client, "Edda@Example.org")
        address = link_in(mail.outbox[0])
        client.get(address)
        form = {"new_password1": "a-quiet-harbour", "new_password2": "a-quiet-harbour"}
        assert client.post(reverse("admin:choose_password"), form).url == "/admin/"
        edda.refresh_from_db()
        assert edda.check_password("a-quiet-harbour")
        assert Client().get(address, follow=True).status_code == 410

    def test_the_second_factor_is_asked_all_the_same(self, client, edda, with_mail):
        from tests.test_second_factor import enrol

        enrol(edda)
        self.ask(client, "edda@example.org")
        client.get(link_in(mail.outbox[0]))
        form = {"new_password1": "a-quiet-harbour", "new_password2": "a-quiet-harbour"}
        page = client.post(reverse("admin:choose_password"), form)
        assert page.context["title"] == "Your code"
        assert client.get("/admin/").status_code == 302

    def test_a_stranger_gets_the_same_answer_and_no_mail(self, edda, with_mail, caplog):
        with caplog.at_level(logging.DEBUG):
            known = self.ask(Client(REMOTE_ADDR="203.0.113.5"), "edda@example.org")
            unknown = self.ask(Client(REMOTE_ADDR="198.51.100.5"), "otto@example.org")
        assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
        assert len(mail.outbox) == 1
        assert "edda@" not in caplog.text and "otto@" not in caplog.text
        assert link_in(mail.outbox[0]).split("=")[1] not in caplog.text

    def test_neither_the_address_nor_the_sender_is_flooded(self, edda, with_mail):
        for number in range(3):
            self.ask(Client(REMOTE_ADDR=f"203.0.113.{number}"), "edda@example.org")
        assert len(mail.outbox) == 1
        refused = self.ask(Client(REMOTE_ADDR="203.0.113.1"), "mona@example.org")
        assert refused.status_code == 429
        assert int(refused["Retry-After"]) <= 20

    @pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
    def test_who_may_not_enter_gets_none(self, client, edda, with_mail, change):
        User.objects.filter(pk=edda.pk).update(**change)
        self.ask(client, "edda@example.org")
        assert mail.outbox == []

    @pytest.mark.parametrize("token", ["x", "a:b:c", "ImEi:1:2"])
    def test_a_forged_link(self, client, token):
        response = client.get(f"{reverse('admin:choose_password')}?reset={token}", follow=True)
        assert response.status_code == 410

    def test_a_link_of_one_kind_is_none_of_the_other(self, edda):
        address = people.link(edda, people.RESET)
        token = address.split("=", 1)[1].replace("%3A", ":")
        assert people.person_of(people.RESET, token) == edda
        assert people.person_of(people.INVITATION, token) is None


class TestLeaving:
    def test_ends_every_session_at_once_and_for_good(self, client, adam):
        edda, elsewhere = make_user("edda", "Editor"), Client()
        elsewhere.force_login(edda)
        client.post(reverse("admin:newsroom_user_deactivate", args=[edda.pk]))
        assert elsewhere.get("/admin/").status_code == 302
        client.post(reverse("admin:newsroom_user_activate", args=[edda.pk]))
        edda.refresh_from_db()
        assert edda.is_active
        assert elsewhere.get("/admin/").status_code == 302

    def test_bylines_and_history_stay(self, client, adam):
        edda = make_user("edda", "Editor")
        author = make_author(user=edda)
        bylines = [{"author": author.pk, "name": "", "role": "writer"}]
        story = make_story(by=edda, bylines=bylines)
        client.post(reverse("admin:newsroom_user_deactivate", args=[edda.pk]))
        assert "Leila Haddad" in client.get(story.get_absolute_url()).content.decode()
        assert Author.objects.get().user == edda

    def test_an_account_with_work_is_not_deleted(self, client, adam):
        rosa = make_user("rosa", "Reporter")
        story = make_draft(by=rosa)
        page = client.post(f"{LIST}{rosa.pk}/delete/", {"post": "yes"}, follow=True)
        assert "Deactivate it" in page.content.decode()
        story.refresh_from_db()
        assert story.created_by == rosa

    def test_an_account_without_any_is(self, client, adam):
        rosa = make_user("rosa", "Reporter")
        client.post(f"{LIST}{rosa.pk}/delete/", {"post": "yes"})
        assert not User.objects.filter(username="rosa").exists()

    @pytest.mark.parametrize("step", ["invite", "deactivate", "activate", "reset_factor"])
    def test_steps_are_posts_of_who_may(self, client, adam, step):
        edda = make_user("edda", "Editor")
        url = reverse(f"admin:newsroom_user_{step}", args=[edda.pk])
        assert client.get(url).status_code == 405
        missing = reverse(f"admin:newsroom_user_{step}", args=[0])
        assert client.post(missing).status_code == 404
        client.force_login(edda)
        assert client.post(url).status_code == 403

    def test_nobody_shuts_themselves_out(self, client, adam):
        client.post(reverse("admin:newsroom_user_deactivate", args=[adam.pk]))
        adam.refresh_from_db()
        assert adam.is_active

    def test_resetting_a_second_factor_is_logged(self, client, adam):
        from tests.test_second_factor import enrol

        edda = make_user("edda", "Editor")
        enrol(edda)
        client.post(reverse("admin:newsroom_user_reset_factor", args=[edda.pk]))
        edda.refresh_from_db()
        assert edda.second_factor_at is None
        assert "second factor reset" in adam.logentry_set.get().change_message


class TestNobodyGivesMoreThanTheyHave:
    """Somebody who may only see to accounts: no way from there to the desk's other rights."""

    @pytest.fixture
    def clerk(self, client):
        user = make_user("clerk", "Reporter", password=PASSWORD)
        for name in ("add_user", "change_user", "delete_user", "view_user", "change_group"):
            user.user_permissions.add(Permission.objects.get(codename=name))
        client.force_login(user)
        return user

    def change(self, client, user, **more):
        form = {"username": user.username, "is_staff": "on", "interface_language": "en"} | more
        return client.post(f"{LIST}{user.pk}/change/", form)

    def test_not_by_inviting_into_a_group(self, client, clerk, with_mail):
        assert client.post(ADD, new_person(groups=[group("Administrator")])).status_code == 200
        assert not User.objects.filter(email="rosa@example.org").exists()
        client.post(ADD, new_person())
        assert User.objects.filter(email="rosa@example.org").exists()

    def test_not_by_a_group_or_right_of_ones_own(self, client, clerk):
        page = self.change(client, clerk, groups=[group("Editor")])
        assert "errors" in page.content.decode() or page.status_code == 200
        publish = Permission.objects.get(codename="publish_story").pk
        self.change(client, clerk, user_permissions=[publish], is_superuser="on")
        clerk = User.objects.get(pk=clerk.pk)
        assert not clerk.has_perm("articles.publish_story")
        assert not clerk.is_superuser

    def test_not_by_taking_over_somebody_who_may_more(self, client, clerk):
        edda = make_user("edda", "Editor", email="edda@example.org")
        assert self.change(client, edda, email="clerk@example.org").status_code == 403
        passwords = {"password1": "taken-over-now", "password2": "taken-over-now"}
        assert client.post(f"{LIST}{edda.pk}/password/", passwords).status_code == 403
        edda.refresh_from_db()
        assert edda.email == "edda@example.org"

    def test_not_by_letting_in_again_somebody_who_might_more(self, client, clerk):
        edda = make_user("edda", "Editor")
        people.deactivate(edda)
        url = reverse("admin:newsroom_user_activate", args=[edda.pk])
        assert client.post(url).status_code == 403

    def test_not_by_changing_a_group(self, client, clerk):
        publish = Permission.objects.get(codename="publish_story")
        form = {"name": "Reporter", "permissions": [publish.pk]}
        client.post(f"/admin/auth/group/{group('Reporter')}/change/", form)
        assert publish not in Group.objects.get(name="Reporter").permissions.all()
        form = {"name": "Editor", "permissions": []}
        response = client.post(f"/admin/auth/group/{group('Editor')}/change/", form)
        assert response.status_code == 403

    def test_an_administrator_gives_every_group_of_the_house(self, client, adam):
        names = {g.name for g in people.groups_within(adam)}
        assert names == set(people.GROUP_NAMES)


class TestGroupsOfAnOlderSite:
    def test_what_is_new_is_given_once_what_was_taken_stays_away(self):
        editors = Group.objects.get(name="Editor")
        new, taken = (
            Permission.objects.get(codename=name) for name in ("add_redirect", "add_section")
        )
        editors.permissions.remove(new, taken)
        before = set(_before["default"])
        every = people.labels(Permission.objects.all())
        try:
            _before["default"] = every - {"articles.add_redirect"}
            make_groups()
            assert new in editors.permissions.all()
            assert taken not in editors.permissions.all()
        finally:
            _before["default"] = before


def test_the_list_asks_the_same_for_one_and_for_three(client, adam, django_assert_num_queries):
    client.get(LIST)
    for names in (("edda",), ("rosa", "mona")):
        for name in names:
            make_user(name, "Editor")
        with django_assert_num_queries(10):
            page = client.get(LIST)
        assert "Editor" in page.content.decode()


class TestWhatLetsIn:
    def test_a_link_of_before_somebody_left_does_not_work_when_they_are_back(self, with_mail):
        user = make_user("rosa", "Reporter", email="rosa@paper.example", password=PASSWORD)
        token = re.search(r"reset=(.+)", people.link(user, people.RESET)).group(1)
        from urllib.parse import unquote

        token = unquote(token)
        assert people.person_of(people.RESET, token) == user
        people.deactivate(user)
        people.activate(user)
        assert people.person_of(people.RESET, token) is None

    def test_a_link_of_nobody_opens_no_session(self, client):
        answer = client.get("/admin/password/choose/?reset=anything")
        assert answer.status_code == 410
        assert not answer.cookies

    def test_who_is_in_already_is_not_invited(self, client, adam, with_mail):
        user = make_user("rosa", "Reporter", email="")
        answer = client.post(f"{LIST}{user.pk}/invite/", follow=True)
        assert "Only somebody who did not come in yet" in answer.content.decode()
        assert mail.outbox == []


class TestGroups:
    @pytest.fixture
    def root(self, client):
        user = make_user("root", "Administrator", is_superuser=True, interface_language="en")
        client.force_login(user)

    def test_a_group_of_the_second_factor_keeps_its_name(self, client, root, settings):
        settings.SECOND_FACTOR_GROUPS = ["Reporter"]
        address = f"/admin/auth/group/{group('Reporter')}/change/"
        answer = client.post(address, {"name": "Writers"})
        assert "SECOND_FACTOR_GROUPS" in answer.content.decode()
        assert Group.objects.filter(name="Reporter").exists()

    def test_nor_is_it_deleted_alone_or_among_many(self, client, root, settings):
        settings.SECOND_FACTOR_GROUPS = ["Reporter"]
        address = f"/admin/auth/group/{group('Reporter')}/"
        assert "SECOND_FACTOR_GROUPS" in client.get(f"{address}change/").content.decode()
        assert client.post(f"{address}delete/", {"post": "yes"}).status_code == 403
        both = [group("Reporter"), group("Moderator")]
        form = {"action": "delete_selected", "_selected_action": both, "post": "yes"}
        assert client.post("/admin/auth/group/", form).status_code == 403
        assert Group.objects.filter(pk__in=both).count() == 2

    def test_another_group_is(self, client, root, settings):
        settings.SECOND_FACTOR_GROUPS = ["Reporter"]
        client.post(f"/admin/auth/group/{group('Moderator')}/delete/", {"post": "yes"})
        assert not Group.objects.filter(name="Moderator").exists()

    def test_saving_a_person_leaves_the_section_of_pages(self, client, root):
        user = make_user("sana", "Section editor", email="sana@paper.example")
        pages = Section.objects.get_or_create(code=PAGES)[0]
        user.sections.set([pages, world()])
        form = {"username": "sana", "is_staff": "on", "groups": [group("Section editor")]}
        client.post(f"{LIST}{user.pk}/change/", form | {"interface_language": "en"}, follow=True)
        assert list(user.sections.all()) == [pages]

    def test_a_save_leaves_what_the_form_does_not_show(self, client, root):
        hidden = Permission.objects.get(codename="view_session")
        Group.objects.get(name="Reporter").permissions.add(hidden)
        client.post(f"/admin/auth/group/{group('Reporter')}/change/", {"name": "Reporter"})
        assert list(Group.objects.get(name="Reporter").permissions.all()) == [hidden]


@pytest.mark.parametrize(
    "address",
    [
        "/admin/log/?until=9999-12-31",
        "/admin/log/?since=0001-01-01",
        f"{LIST}?group={'9' * 30}",
        "/admin/articles/breaking/add/?story=x",
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Asia/Beirut"])
def test_what_an_address_asks_is_no_fault(client, adam, settings, address, zone):
    settings.TIME_ZONE = zone
    assert client.get(address).status_code == 200
