"""What a form names as the number of a row: whatever stands there is refused, never a fault."""

import pytest
from django.contrib.auth.models import Group

from articles.models import Topic
from tests.factories import make_author, make_user, world

pytestmark = pytest.mark.django_db

NO_ROWS = ["9" * 30, "word", "\x00", "²", "٣", "-1"]


@pytest.fixture
def root(client):
    user = make_user("root", "Administrator", is_superuser=True, interface_language="en")
    client.force_login(user)
    return user


@pytest.mark.parametrize("number", NO_ROWS)
class TestNoRow:
    @pytest.mark.parametrize(
        ("rows", "action"),
        [
            ("articles/story", "publish"),
            ("articles/author", "delete_selected"),
            ("articles/image", "delete_selected"),
            ("articles/redirect", "delete_selected"),
            ("auth/group", "delete_selected"),
            ("comments/rule", "delete_selected"),
        ],
    )
    def test_is_chosen_in_a_list(self, client, root, rows, action, number):
        data = {"action": action, "_selected_action": number, "index": "0"}
        answer = client.post(f"/admin/{rows}/", data, follow=True)
        assert "Items must be selected" in answer.content.decode()

    def test_is_what_breaking_news_leads_to(self, client, root, number):
        answer = client.post("/admin/articles/breaking/add/", {"text": "News", "story": number})
        assert "errorlist" in answer.content.decode()

    def test_is_the_account_of_an_author(self, client, root, number):
        address = f"/admin/articles/author/{make_author().pk}/change/"
        assert "errorlist" in client.post(address, {"user": number}).content.decode()

    def test_is_a_permission_of_a_group(self, client, root, number):
        group = Group.objects.get(name="Reporter")
        before = group.permissions.count()
        data = {"name": "Reporter", "permissions": [number]}
        answer = client.post(f"/admin/auth/group/{group.pk}/change/", data)
        assert "errorlist" in answer.content.decode()
        assert group.permissions.count() == before

    @pytest.mark.parametrize("field", ["groups", "sections", "user_permissions"])
    def test_belongs_to_an_account(self, client, root, field, number):
        address = f"/admin/newsroom/user/{make_user('rosa', 'Reporter').pk}/change/"
        answer = client.post(address, {"username": "rosa", field: [number]})
        assert "errorlist" in answer.content.decode()

    def test_edits_a_section(self, client, root, number):
        address = f"/admin/articles/section/{world().pk}/change/"
        assert "errorlist" in client.post(address, {"editors": [number]}).content.decode()


@pytest.mark.parametrize("address", ["articles/breaking/add/?story=", "articles/author/add/?user="])
@pytest.mark.parametrize("number", ["9" * 30, "word"])
def test_an_address_that_asks_for_no_row_opens_the_form_without_one(client, root, address, number):
    assert client.get(f"/admin/{address}{number}").status_code == 200


def test_rows_chosen_beside_what_is_none_are_still_acted_on(client, root):
    topic, other = Topic.objects.create(), Topic.objects.create()
    data = {"action": "delete_selected", "_selected_action": [topic.pk, "word"], "post": "yes"}
    client.post("/admin/articles/topic/", data)
    assert list(Topic.objects.all()) == [other]


def test_a_group_still_takes_the_permissions_there_are(client, root):
    group = Group.objects.get(name="Reporter")
    kept = list(group.permissions.values_list("pk", flat=True))[:1]
    address = f"/admin/auth/group/{group.pk}/change/"
    assert client.post(address, {"name": "Reporter", "permissions": kept}).status_code == 302
    assert list(group.permissions.values_list("pk", flat=True)) == kept
