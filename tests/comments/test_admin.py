"""The moderators' desk (B129–B139, B143, B144, B147)."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import translation

from comments import moderation
from comments.admin.queue import DONE
from comments.models import Comment, Decision, Rule
from newsroom.lib.privacy import blind_index
from tests.factories import make_comment, make_story, make_user

pytestmark = pytest.mark.django_db
QUEUE = "/admin/comments/comment/"


def page_of(comment: Comment) -> str:
    return reverse("admin:comments_comment_change", args=[comment.pk])


def decide(comment: Comment) -> str:
    return reverse("admin:comments_comment_decide", args=[comment.pk])


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def desk(client, mona) -> Client:
    """The moderator, signed in."""
    client.force_login(mona)
    return client


@pytest.fixture
def held(story) -> Comment:
    return make_comment(story, status="pending")


def status_of(comment: Comment) -> str:
    return Comment.objects.get(pk=comment.pk).status


class TestWhoMayEnter:
    ADDRESSES = [lambda comment: QUEUE, page_of, decide, lambda comment: f"{decide(comment)}?x"]

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_b130_outsider_is_sent_to_sign_in(self, client, held, address):
        answer = client.get(address(held))
        assert answer.status_code == 302
        assert "/admin/login/" in answer["Location"]

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_b130_decision_of_an_outsider_is_answered_by_the_sign_in(self, client, held, address):
        data = {"action": "approve", "decision": "approve", "_selected_action": held.pk}
        answer = client.post(address(held), data)
        assert answer.status_code == 403
        assert 'id="login-form"' in answer.content.decode()
        assert status_of(held) == "pending"

    @pytest.mark.parametrize("address", ADDRESSES)
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_b131_reporter_is_refused(self, client, held, rosa, address, method):
        client.force_login(rosa)
        data = {"action": "approve", "decision": "approve", "_selected_action": held.pk}
        assert getattr(client, method)(address(held), data).status_code == 403
        assert status_of(held) == "pending"

    @pytest.mark.parametrize("address", ADDRESSES[:3])
    def test_b139_request_without_a_token(self, mona, held, address):
        client = Client(enforce_csrf_checks=True)
        client.force_login(mona)
        data = {"action": "approve", "decision": "approve", "_selected_action": held.pk}
        assert client.post(address(held), data).status_code == 403
        assert status_of(held) == "pending"

    @pytest.mark.parametrize("address", [lambda comment: QUEUE, decide])
    def test_b139_who_may_look_may_not_decide(self, client, held, rosa, address):
        from django.contrib.auth.models import Permission

        rosa.user_permissions.add(Permission.objects.get(codename="view_comment"))
        client.force_login(rosa)
        page = client.get(QUEUE).content.decode()
        assert "_selected_action" not in page
        assert "decision" not in page.split('id="result_list"')[1]
        data = {"action": "approve", "decision": "approve", "_selected_action": held.pk}
        assert client.post(address(held), data).status_code == 403
        assert status_of(held) == "pending"


class TestDeciding:
    @pytest.mark.parametrize("verb", ["approve", "spam", "trash"])
    def test_b129_get_changes_nothing(self, desk, held, verb):
        for address in (QUEUE, page_of(held)):
            query = {"action": verb, "decision": verb, "_selected_action": held.pk}
            assert desk.get(address, query).status_code in (200, 302)
        assert desk.get(decide(held), {"decision": verb}).status_code == 405
        assert status_of(held) == "pending"
        assert not Decision.objects.exists()

    def test_b132_approve_from_the_list_without_a_confirmation_page(self, client, desk, held, mona):
        answer = desk.post(QUEUE, {"action": "approve", "_selected_action": [held.pk]}, follow=True)
        assert messages_of(answer) == ["1 comment approved."]
        assert Decision.objects.get().by == mona
        page = Client().get(held.story.get_absolute_url()).content.decode()
        assert f'id="comment-{held.pk}"' in page

    @pytest.mark.parametrize(
        ("verb", "status", "message"),
        [
            ("hold", "approved", "2 comments held."),
            ("spam", "pending", "2 comments marked as spam."),
            ("trash", "pending", "2 comments moved to the trash."),
            ("restore", "trash", "2 comments restored."),
        ],
    )
    def test_b133_the_other_verbs(self, desk, story, verb, status, message):
        chosen = [make_comment(story, status=status).pk for _ in range(2)]
        # As the page sends it: with the button of the menu, while the list shows the queue.
        data = {"action": verb, "index": "0", "_selected_action": chosen}
        assert messages_of(desk.post(QUEUE, data, follow=True)) == [message]
        assert Comment.objects.count() == Decision.objects.count() == 2

    def test_from_a_row_and_back_to_the_list(self, desk, held):
        data = {"decision": "approve", "back": f"{QUEUE}?p=2", f"seen-{held.pk}": "pending"}
        answer = desk.post(decide(held), data)
        assert (answer.status_code, answer["Location"]) == (302, f"{QUEUE}?p=2")
        assert status_of(held) == "approved"

    @pytest.mark.parametrize(
        "back", ["https://evil.example/", "//evil.example", "javascript:x", ""]
    )
    def test_back_leads_nowhere_else(self, desk, held, back):
        answer = desk.post(decide(held), {"decision": "trash", "back": back})
        assert answer["Location"] == page_of(held)

    def test_note_is_kept(self, desk, held):
        desk.post(decide(held), {"decision": "trash", "note": "Insult"})
        assert Decision.objects.get().note == "Insult"
        assert "Insult" in desk.get(page_of(held)).content.decode()

    def test_b138_second_moderator_is_told(self, desk, held, mona):
        maha = make_user("maha", "Moderator", first_name="Maha")
        moderation.trash(held, by=maha)
        data = {"action": "approve", "_selected_action": [held.pk], f"seen-{held.pk}": "pending"}
        messages = messages_of(desk.post(QUEUE, data, follow=True))
        assert len(messages) == 1
        assert "Maha has decided already: the comment is “trash”" in messages[0]
        assert status_of(held) == "trash"

    def test_b138_one_conflict_does_not_stop_the_others(self, desk, story, mona):
        comments = [make_comment(story, status="pending") for _ in range(3)]
        moderation.approve(Comment.objects.get(pk=comments[0].pk), by=mona)
        data = {"action": "approve", "_selected_action": [one.pk for one in comments]}
        messages = messages_of(desk.post(QUEUE, data, follow=True))
        assert "2 comments approved." in messages

    @pytest.mark.parametrize(
        "data",
        [
            {"action": "delete_selected", "_selected_action": "{pk}"},
            {"action": "explode", "_selected_action": "{pk}"},
            {"action": "approve", "_selected_action": "x"},
            {"action": "approve", "_selected_action": "9" * 30},
            {"action": "approve", "index": "0"},
            {"index": "x", "_selected_action": "{pk}"},
        ],
    )
    def test_odd_requests_do_nothing(self, desk, held, data):
        data = {key: value.format(pk=held.pk) for key, value in data.items()}
        assert desk.post(QUEUE, data).status_code in (200, 302)
        assert status_of(held) == "pending"

    @pytest.mark.parametrize("verb", DONE)
    def test_b144_results_in_the_arabic_plurals(self, verb):
        """Six forms: none, one, two, a few, many, a hundred."""
        with translation.override("ar"):
            results = {(DONE[verb] % {"count": n}).replace(str(n), "#") for n in (1, 2, 3, 11, 100)}
        assert len(results) >= 4
        assert not any("comment" in result for result in results)


class TestList:
    def test_b147_queue_holds_what_waits(self, desk, story):
        for status in Comment.Status.values:
            make_comment(story, status=status, name=f"Is {status}", body=status)
        page = desk.get(QUEUE).content.decode()
        assert "Is pending" in page
        assert "Is approved" not in page
        assert "Is spam" not in page

    @pytest.mark.parametrize("state", [*Comment.Status.values, "all"])
    def test_states_with_counts_above_the_list(self, desk, story, state):
        for number, status in enumerate(Comment.Status.values, 1):
            for _ in range(number):
                make_comment(story, status=status, name=f"Is {status}")
        response = desk.get(QUEUE, {"status__exact": state})
        counts = {row["label"]: row["count"] for row in response.context["states"]}
        names = ["pending", "approved", "spam", "trash", "reported", "all"]
        assert [str(label) for label in counts] == names
        assert list(counts.values()) == [1, 2, 3, 4, 0, 10]
        shown = len(response.context["cl"].result_list)
        assert shown == (10 if state == "all" else [1, 2, 3, 4][Comment.Status.values.index(state)])

    def test_filters_by_language_and_story(self, desk, story):
        other = make_story(language="fr", headline="Le port", slug="le-port")
        make_comment(story, status="pending", name="Ann")
        make_comment(other, status="pending", name="Luc")
        for query in ({"language": "fr"}, {"story__id__exact": other.pk}):
            page = desk.get(QUEUE, query).content.decode()
            assert "<bdi>Luc</bdi>" in page
            assert "<bdi>Ann</bdi>" not in page

    def test_address_is_masked_and_reasons_are_shown(self, desk, story):
        make_comment(
            story,
            status="pending",
            email="canary@planted.example.org",
            ip="203.0.113.0",
            reasons=[{"screen": "links", "detail": "3"}, {"screen": "first", "detail": ""}],
        )
        page = desk.get(QUEUE).content.decode()
        assert "c•••@p•••.org" in page
        assert "planted.example" not in page
        assert "links: ⁨3⁩ · first comment" in page

    def test_what_readers_wrote_is_isolated_and_escaped(self, desk, story):
        make_comment(story, status="pending", name="<i>x", body="<script>alert(1)</script> عربي")
        page = desk.get(QUEUE).content.decode()
        assert "<bdi>&lt;i&gt;x</bdi>" in page
        assert '<div class="excerpt" dir="auto">&lt;script&gt;' in page

    def test_link_to_the_comment_on_its_page(self, desk, story):
        comment = make_comment(story, status="pending")
        assert f'href="{comment.get_absolute_url()}"' in desk.get(QUEUE).content.decode()

    def test_same_number_of_queries_with_1_3_and_50_rows(
        self, desk, story, django_assert_num_queries
    ):
        desk.get(QUEUE)
        parent = make_comment(story, status="approved")
        for rows in (1, 2, 47):
            for _ in range(rows):
                make_comment(story, status="pending", parent=parent)
            with django_assert_num_queries(18):
                response = desk.get(QUEUE)
        assert len(response.context["cl"].result_list) == 50

    def test_nothing_offers_to_decide_on_more_than_the_page(self, desk, story):
        for _ in range(52):
            make_comment(story, status="pending")
        assert "Select all 52" not in desk.get(QUEUE).content.decode()

    def test_page_is_bounded(self, desk, story):
        for _ in range(52):
            make_comment(story, status="pending")
        for query in ({}, {"all": ""}):
            assert len(desk.get(QUEUE, query).context["cl"].result_list) == 50

    @pytest.mark.parametrize("query", ["status__exact=x", "story__id__exact=x", "p=x", "q=%00"])
    def test_odd_queries(self, desk, story, query):
        make_comment(story, status="pending")
        assert desk.get(f"{QUEUE}?{query}").status_code in (200, 302)

    def test_b143_nothing_is_deleted_added_or_edited_here(self, desk, held):
        page = desk.get(QUEUE).content.decode()
        assert "delete_selected" not in page
        for address in ("add/", f"{held.pk}/delete/"):
            assert desk.post(f"{QUEUE}{address}", {"post": "yes"}).status_code == 403
        assert desk.post(page_of(held), {"status": "approved"}).status_code == 405
        assert status_of(held) == "pending"


class TestOneComment:
    def test_shows_everything_a_moderator_may_know(self, desk, held, mona):
        moderation.approve(held, by=mona)
        page = desk.get(page_of(held)).content.decode()
        assert "r•••@e•••.org" in page
        assert "rex@example.org" not in page
        assert "<bdi>Mona</bdi>" in page
        assert 'name="decision" value="hold"' in page
        assert 'name="decision" value="approve"' not in page

    def test_missing_comment(self, desk, db):
        for pk in ("987654", "x", "9" * 30):
            assert desk.get(f"{QUEUE}{pk}/change/").status_code == 302

    def test_decision_on_a_missing_comment(self, desk, db):
        answer = desk.post(f"{QUEUE}987654/decide/", {"decision": "trash"})
        assert answer.status_code == 302

    def test_same_number_of_queries_whatever_happened(
        self, desk, held, mona, django_assert_num_queries
    ):
        desk.get(page_of(held))
        with django_assert_num_queries(13):
            desk.get(page_of(held))
        for _ in range(3):
            moderation.trash(held, by=mona)
            moderation.restore(held, by=mona)
        with django_assert_num_queries(13):
            desk.get(page_of(held))


class TestDecisionsAndRules:
    def test_decisions_are_read_only(self, desk, held, mona):
        moderation.trash(held, by=mona)
        decision = Decision.objects.get()
        list_address = "/admin/comments/decision/"
        assert f"#{held.pk} <bdi>{held.name}</bdi></a>" in desk.get(list_address).content.decode()
        for address in ("add/", f"{decision.pk}/delete/", f"{decision.pk}/change/"):
            assert desk.post(f"{list_address}{address}", {}).status_code == 403
        assert Decision.objects.count() == 1

    def test_rules_are_edited(self, desk):
        data = {"kind": "word", "action": "hold", "value": "Póker", "is_active": "on"}
        desk.post("/admin/comments/rule/add/", data)
        rule = Rule.objects.get()
        assert (rule.value, rule.key) == ("Póker", "poker")
        assert "Póker" in desk.get("/admin/comments/rule/").content.decode()

    def test_an_address_is_typed_once_and_never_shown(self, desk):
        data = {
            "kind": "address",
            "action": "spam",
            "value": "Spam@Mail.Example",
            "is_active": "on",
        }
        desk.post("/admin/comments/rule/add/", data)
        rule = Rule.objects.get()
        assert rule.key == blind_index("spam@mail.example")
        page = f"/admin/comments/rule/{rule.pk}/change/"
        assert "spam@mail" not in desk.get(page).content.decode().lower()
        desk.post(page, {"action": "hold", "value": rule.value, "is_active": "on"})
        changed = Rule.objects.get()
        assert (changed.action, changed.key) == ("hold", rule.key)

    def test_an_entry_stands_once(self, desk):
        data = {"kind": "word", "action": "hold", "value": "إعلان", "is_active": "on"}
        desk.post("/admin/comments/rule/add/", data)
        answer = desk.post("/admin/comments/rule/add/", data | {"value": "اعـلان"})
        assert "There is such a rule already." in answer.content.decode()
        assert Rule.objects.count() == 1

    def test_who_vouches_for_whom_is_in_no_list(self):
        names = {model._meta.model_name for model in admin.site._registry}
        assert "verifiedaddress" not in names
