"""Webhooks at the desk: administrators alone, the secret once, a test, the last calls."""

import json
import re

import pytest
from django.utils import timezone

from newsroom import webhooks
from newsroom.models import Delivery, Webhook
from tests import leaks, receivers
from tests.factories import make_story, make_user

pytestmark = pytest.mark.django_db
LIST = "/admin/newsroom/webhook/"
FORM = {"name": "Partner", "url": "https://hooks.example/in", "events": ["story.published"]}


@pytest.fixture
def adam(client):
    client.force_login(make_user("adam", "Administrator"))
    return client


@pytest.fixture
def hook():
    return Webhook.objects.create(
        name="Partner", url="https://hooks.example/in?key=abc", events=["story.published"]
    )


def page_of(hook: Webhook, name: str = "change") -> str:
    return f"{LIST}{hook.pk}/{name}/"


class TestWhoMay:
    @pytest.mark.parametrize("group", ["Reporter", "Section editor", "Editor", "Moderator"])
    def test_nobody_but_administrators(self, client, hook, group):
        client.force_login(make_user("somebody", group))
        for address in (LIST, f"{LIST}add/", page_of(hook)):
            assert client.get(address).status_code == 403
            assert client.post(address, FORM).status_code == 403
        for name in ("secret", "test", "delete"):
            assert client.post(page_of(hook, name)).status_code == 403
        hook.refresh_from_db()
        assert (hook.salt, hook.deliveries.count()) == ("", 0)

    def test_strangers_are_led_to_the_sign_in(self, client, hook):
        for address in (LIST, page_of(hook)):
            assert client.get(address).status_code == 302
        assert client.post(page_of(hook, "secret")).status_code == 403

    def test_who_may_only_look_makes_no_secret_and_no_test(self, client, hook):
        from django.contrib.auth.models import Permission

        reader = make_user("reader", "Editor")
        reader.user_permissions.add(Permission.objects.get(codename="view_webhook"))
        client.force_login(reader)
        page = client.get(page_of(hook)).content.decode()
        assert "Make the secret" not in page
        for name in ("secret", "test"):
            assert client.post(page_of(hook, name)).status_code == 403

    @pytest.mark.parametrize("name", ["secret", "test"])
    def test_only_by_a_form(self, adam, hook, name):
        assert adam.get(page_of(hook, name)).status_code == 405
        assert adam.post(f"{LIST}999999/{name}/").status_code == 404
        assert adam.post(f"{LIST}{'9' * 40}/{name}/").status_code == 404


class TestMakingOne:
    def test_it_is_made_without_a_secret_and_the_page_says_so(self, adam):
        answer = adam.post(f"{LIST}add/", FORM | {"is_active": "on"}, follow=True)
        hook = Webhook.objects.get()
        assert (hook.url, hook.events, hook.salt) == (FORM["url"], FORM["events"], "")
        page = answer.content.decode()
        assert "Now make its secret" in page
        assert "Nothing is sent before there is a secret." in page
        assert "Send a test" not in page

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"url": "http://hooks.example/"}, "Only https:// is called"),
            ({"url": "ftp://hooks.example/"}, "Write a whole address"),
            ({"url": "https://user:pw@hooks.example/"}, "Write a whole address"),
            ({"url": "hooks.example"}, "Write a whole address"),
            ({"events": []}, "This field is required"),
            ({"events": ["story.eaten"]}, "Select a valid choice"),
            ({"name": ""}, "This field is required"),
        ],
    )
    def test_what_is_refused_is_said_and_loses_nothing(self, adam, change, said):
        answer = adam.post(f"{LIST}add/", FORM | change)
        page = answer.content.decode()
        assert answer.status_code == 200
        assert said in page
        assert Webhook.objects.count() == 0
        for value in (FORM | change).values():
            if isinstance(value, str) and value:
                assert f'value="{value}"' in page

    def test_http_where_a_network_of_ones_own_is_named(self, adam, settings):
        settings.WEBHOOK_NETWORKS = ["10.1.0.0/16"]
        adam.post(f"{LIST}add/", FORM | {"url": "http://10.1.2.3/in"})
        assert Webhook.objects.get().url == "http://10.1.2.3/in"


class TestTheSecret:
    def test_it_is_shown_once_and_kept_by_nobody(self, adam, hook):
        answer = adam.post(page_of(hook, "secret"))
        (secret,) = re.findall(r"whsec_[A-Za-z0-9+/=]+", answer.content.decode())
        assert "no-store" in answer["Cache-Control"]
        for address in (page_of(hook), LIST, page_of(hook, "history"), "/admin/log/", "/admin/"):
            shown = leaks.of_response(adam.get(address))
            assert secret.encode() not in shown
        assert secret.encode() not in leaks.of_database()
        assert secret not in str(adam.session.items())

    def test_a_new_one_says_that_the_former_is_believed_for_a_day(self, adam, hook):
        assert "former secret" not in adam.post(page_of(hook, "secret")).content.decode()
        first = Webhook.objects.get().secrets()
        assert "former secret" in adam.post(page_of(hook, "secret")).content.decode()
        assert first[0] in Webhook.objects.get().secrets()[1:]

    def test_the_log_tells_who_made_it(self, adam, hook):
        adam.post(page_of(hook, "secret"))
        page = adam.get(page_of(hook, "history")).content.decode()
        assert "adam" in page
        assert "secret" in page.lower()


class TestTheTest:
    @pytest.fixture
    def server(self, settings, hook):
        settings.WEBHOOK_NETWORKS = ["127.0.0.1"]
        with receivers.receiver() as found:
            hook.url = f"http://127.0.0.1:{found.port}/in"
            hook.save()
            hook.renew_secret()
            yield found

    def test_it_calls_at_once_and_tells_the_status(self, adam, hook, server):
        page = adam.post(page_of(hook, "test"), follow=True).content.decode()
        (call,) = server.calls
        assert json.loads(call.body)["type"] == "webhook.test"
        assert call.headers["webhook-signature"].startswith("v1,")
        assert "The test came to: 204" in page
        assert "webhook.test" in page

    def test_what_went_wrong_is_said_in_words_and_not_held_against_it(self, adam, hook, server):
        server.answers = [500]
        assert "came to: 500" in adam.post(page_of(hook, "test"), follow=True).content.decode()
        hook.url = "https://127.0.0.9:1/"
        hook.save()
        page = adam.post(page_of(hook, "test"), follow=True).content.decode()
        assert "WEBHOOK_NETWORKS" in page
        hook.refresh_from_db()
        assert (hook.failures, hook.failing_since) == (0, None)
        assert Delivery.objects.filter(ended_at=None).count() == 0

    def test_one_that_is_off_can_be_tried(self, adam, hook, server):
        Webhook.objects.update(is_active=False)
        adam.post(page_of(hook, "test"))
        assert len(server.calls) == 1

    def test_without_a_secret_there_is_none(self, adam, hook):
        page = adam.post(page_of(hook, "test"), follow=True).content.decode()
        assert "Make its secret first." in page
        assert Delivery.objects.count() == 0


class TestThePages:
    def test_the_list_names_the_machine_and_not_the_whole_address(self, adam, hook):
        page = adam.get(LIST).content.decode()
        assert "hooks.example" in page
        assert "key=abc" not in page
        assert "without a secret" in page

    @pytest.mark.parametrize("number", [1, 3])
    def test_the_list_takes_as_many_queries_with_three(
        self, adam, hook, number, django_assert_max_num_queries
    ):
        hooks = [hook]
        for each in range(number - 1):
            hooks.append(Webhook.objects.create(name=f"P{each}", url="https://x.example/"))
        at = timezone.now()
        for one in hooks:
            Delivery.objects.create(webhook=one, event="x", at=at, due_at=at, answer="500")
        with django_assert_max_num_queries(7):
            assert adam.get(LIST).content.decode().count("500") == number

    def test_the_last_calls_are_bounded(self, adam, hook):
        at = timezone.now()
        Delivery.objects.bulk_create(
            Delivery(
                webhook=hook, event="story.published", story=n, at=at, due_at=at, answer="timeout"
            )
            for n in range(70)
        )
        page = adam.get(page_of(hook)).content.decode()
        assert page.count("no answer in time") == 50
        assert "#69" in page
        assert "#19<" not in page

    def test_switching_off_forgets_what_waits_and_on_begins_anew(self, adam, hook):
        hook.renew_secret()
        make_story()
        adam.post(page_of(hook), FORM)
        hook.refresh_from_db()
        assert (hook.is_active, hook.stopped_at) == (False, None)
        assert Delivery.objects.get().outcome == Delivery.Outcome.STOPPED
        Webhook.objects.update(stopped_at=timezone.now(), failures=30, failing_since=timezone.now())
        adam.post(page_of(hook), FORM | {"is_active": "on"})
        hook.refresh_from_db()
        assert (hook.is_active, hook.stopped_at, hook.failures, hook.failing_since) == (
            True, None, 0, None,
        )  # fmt: skip

    def test_the_home_says_what_was_switched_off_to_who_may_switch_it_on(self, client, hook):
        said = "was switched off, since nobody answered"
        client.force_login(make_user("adam", "Administrator"))
        assert said not in client.get("/admin/").content.decode()
        webhooks._switch_off(hook)
        home = client.get("/admin/").content.decode()
        assert said in home
        assert page_of(hook) in home
        assert "Switched off, since nobody answered." in client.get(page_of(hook)).content.decode()
        client.force_login(make_user("edda", "Editor"))
        assert said not in client.get("/admin/").content.decode()

    def test_deleting_one_takes_its_calls_along(self, adam, hook):
        hook.renew_secret()
        make_story()
        assert adam.post(page_of(hook, "delete"), {"post": "yes"}).status_code == 302
        assert (Webhook.objects.count(), Delivery.objects.count()) == (0, 0)
