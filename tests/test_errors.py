"""Pages for what goes wrong before a view is asked."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/", "/en/", "/fr/nothing", "/admin/", "/robots.txt"])
def test_a_foreign_host_is_refused_with_a_page(client, address):
    response = client.get(address, headers={"Host": "news.example"})
    assert response.status_code == 400
    assert "Bad request" in response.content.decode()
    assert response["Cache-Control"] == "no-store"
