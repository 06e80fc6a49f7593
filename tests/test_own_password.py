"""One's own password, asked again before an account is changed: nobody guesses it there."""

import pytest

from newsroom import people
from newsroom.models import User
from tests.factories import make_user

pytestmark = pytest.mark.django_db

PASSWORD, ANOTHER = "harbour-at-dawn", "lanterns-over-tyre"
TOO_MANY = "Too many wrong passwords"


@pytest.fixture
def rosa(client):
    user = make_user("rosa", "Reporter", password=PASSWORD, email="rosa@paper.example")
    user.interface_language = "en"
    user.save()
    client.force_login(user)
    return user


def give_address(client, password: str, email="other@paper.example") -> str:
    form = {"interface_language": "en", "email": email, "current_password": password}
    return client.post("/admin/account/", form, follow=True).content.decode()


def give_password(client, password: str, new=ANOTHER) -> str:
    form = {"old_password": password, "new_password1": new, "new_password2": new}
    return client.post("/admin/password_change/", form, follow=True).content.decode()


def now(user: User) -> User:
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize("guess", [give_address, give_password])
@pytest.mark.parametrize("finish", [give_address, give_password])
def test_after_ten_wrong_ones_the_right_one_is_refused_on_every_page(client, rosa, guess, finish):
    for number in range(people.MOST_GUESSES):
        assert TOO_MANY not in guess(client, f"guess {number}")
    assert TOO_MANY in finish(client, PASSWORD)
    assert now(rosa).email == "rosa@paper.example"
    assert now(rosa).check_password(PASSWORD)


def test_right_ones_and_empty_boxes_are_no_guesses(client, rosa):
    for number in range(people.MOST_GUESSES + 2):
        assert "Enter your password" in give_address(client, "")
        give_address(client, PASSWORD, email=f"rosa{number}@paper.example")
    assert now(rosa).email == f"rosa{people.MOST_GUESSES + 1}@paper.example"


def test_of_somebody_else_nothing_is_counted(client, rosa):
    for number in range(people.MOST_GUESSES + 1):
        give_address(client, f"guess {number}")
    sami = make_user("sami", "Reporter", password=PASSWORD)
    client.force_login(sami)
    give_address(client, PASSWORD, email="sami@paper.example")
    assert now(sami).email == "sami@paper.example"


def test_another_password_is_taken_with_the_old_one(client, rosa):
    assert "incorrectly" in give_password(client, "guess")
    give_password(client, PASSWORD)
    assert now(rosa).check_password(ANOTHER)
    assert client.get("/admin/account/").status_code == 200
