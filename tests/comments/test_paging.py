"""Orders of threads, pages and their parts, addresses that find a comment (B123–B125, B127)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from comments import moderation, threads
from comments.threads import Place
from tests.factories import make_comment, make_story

pytestmark = pytest.mark.django_db

START = timezone.now() - timedelta(hours=2)


@pytest.fixture(autouse=True)
def small_pages(settings):
    settings.COMMENT_THREADS_PER_PAGE = 2


@pytest.fixture
def five(story):
    return [make_comment(story, at=START + timedelta(minutes=number)) for number in range(5)]


def numbers(nodes) -> list[int]:
    return [pk for node in nodes for pk in (node.pk, *numbers(node.children))]


class TestOrders:
    @pytest.mark.parametrize(
        ("place", "expected"),
        [
            (Place(), [0, 1]),
            (Place(2), [2, 3]),
            (Place(3), [4]),
            (Place(newest=True), [4, 3]),
            (Place(2, newest=True), [2, 1]),
            (Place(3, newest=True), [0]),
            (Place(4, newest=True), [4, 3]),
        ],
    )
    def test_b123_order_and_members_of_every_page(self, story, five, place, expected):
        page = threads.page(story, place)
        assert numbers(page.nodes) == [five[index].pk for index in expected]

    @pytest.mark.parametrize("newest", [False, True])
    def test_pages_lead_to_one_another(self, story, five, newest):
        place, seen = Place(newest=newest), []
        while place:
            page = threads.page(story, place)
            seen += numbers(page.nodes)
            assert page.previous == (
                Place(place.number - 1, newest=newest) if place.number > 1 else None
            )
            place = page.next
        expected = [comment.pk for comment in five]
        assert seen == (expected[::-1] if newest else expected)

    def test_replies_stand_in_the_order_of_time_in_both(self, story, five):
        replies = [
            make_comment(story, parent=five[4], at=START + timedelta(hours=1, minutes=number))
            for number in (1, 2)
        ]
        expected = [five[4].pk, replies[0].pk, replies[1].pk]
        assert numbers(threads.page(story, Place(newest=True)).nodes)[:3] == expected
        assert numbers(threads.page(story, Place(3)).nodes) == expected

    def test_links_and_form_keep_the_order(self, client, story, five):
        address = story.get_absolute_url()
        page = client.get(f"{address}?comments=2&sort=newest").content.decode()
        assert f'action="{address}comments/?comments=2&amp;sort=newest"' in page
        assert f'rel="next" href="{address}?comments=3&amp;sort=newest#comments"' in page
        assert f'rel="prev" href="{address}?sort=newest#comments"' in page
        assert f"?comments=2&amp;sort=newest&amp;replytocom={five[2].pk}#respond" in page
        assert f'href="{address}comments/{five[2].pk}/?sort=newest"' in page
        assert '?sort=newest#comments" aria-current="true"' in page
        assert f'{address}#comments" aria-current' not in page
        canonical = page.split('rel="canonical" href="')[1].split('"')[0]
        assert canonical.endswith(address)

    @pytest.mark.parametrize("query", ["?sort=x", "?sort=", "?sort=oldest", "?sort=NEWEST"])
    def test_unknown_orders_are_the_usual_one(self, client, story, five, query):
        usual = client.get(story.get_absolute_url())
        assert client.get(f"{story.get_absolute_url()}{query}").content == usual.content

    def test_new_comment_is_answered_in_the_readers_order(self, client, story, five, mona):
        client.force_login(mona)
        answer = client.post(
            f"{story.get_absolute_url()}comments/?comments=3&sort=newest",
            {"comment": "The sixth."},
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        newest = story.comments.latest("pk")
        assert answer["Location"] == f"{story.get_absolute_url()}?sort=newest#comment-{newest.pk}"


class TestParts:
    """A thread of more comments than a page takes goes on in parts; every comment is reached."""

    @pytest.fixture(autouse=True)
    def tiny(self, monkeypatch):
        monkeypatch.setattr(threads, "COMMENTS_PER_PAGE", 3)

    @pytest.fixture
    def huge(self, story, five):
        replies = [
            make_comment(story, parent=five[1], at=START + timedelta(hours=1, minutes=number))
            for number in range(7)
        ]
        answer = make_comment(story, parent=replies[0], at=START + timedelta(hours=1, minutes=30))
        story.refresh_from_db()
        return [*five, *replies, answer]

    @pytest.mark.parametrize("newest", [False, True])
    def test_every_comment_is_reached_and_found(self, story, huge, newest):
        place, where = Place(newest=newest), {}
        while place:
            page = threads.page(story, place)
            for pk in numbers(page.nodes):
                where.setdefault(pk, place)
            place = page.next
        assert set(where) == {comment.pk for comment in huge}
        for comment in huge:
            comment.story = story
            assert threads.place_of(comment, newest=newest) == where[comment.pk]

    def test_what_is_answered_stands_over_the_rest_again(self, story, huge):
        last = threads.page(story, Place(1, part=4))
        assert huge[1].pk == last.nodes[0].pk
        assert last.nodes[0].comment is not None
        assert not any(node.is_placeholder for node in last.nodes[0].children)

    def test_hidden_ancestor_stays_a_placeholder(self, story, huge, mona):
        moderation.trash(huge[1], by=mona)
        second = threads.page(story, Place(1, part=2))
        assert second.nodes[0].is_placeholder

    def test_address_names_the_part(self, client, story, huge):
        answer = huge[-1]
        answer.story = story
        assert threads.address(answer).startswith(f"{story.get_absolute_url()}?part=4#")
        page = client.get(f"{story.get_absolute_url()}?part=4").content.decode()
        assert f'id="comment-{answer.pk}"' in page
        assert f'rel="prev" href="{story.get_absolute_url()}?part=3#comments"' in page
        assert f'rel="next" href="{story.get_absolute_url()}?comments=2#comments"' in page

    @pytest.mark.parametrize("part", ["0", "x", "99", "9999999"])
    def test_b127_odd_parts_are_the_first(self, client, story, huge, part):
        first = client.get(story.get_absolute_url())
        odd = client.get(f"{story.get_absolute_url()}?part={part}")
        assert odd.content == first.content

    @pytest.mark.parametrize("number", [1, 3])
    def test_parts_cost_one_query_more(self, story, huge, number, django_assert_num_queries):
        for _ in range(number):
            make_comment(story, parent=huge[1])
        with django_assert_num_queries(2):
            threads.page(story, Place(part=4))
        huge[-1].story = story
        with django_assert_num_queries(3):
            threads.place_of(huge[-1])


class TestPermalink:
    @pytest.mark.parametrize(
        ("query", "page"), [("", "?comments=2"), ("?sort=newest", "?comments=2&sort=newest")]
    )
    def test_b124_leads_to_the_page_of_both_orders(self, client, story, five, query, page):
        answer = client.get(f"{story.get_absolute_url()}comments/{five[2].pk}/{query}")
        assert answer.status_code == 302
        assert answer["Location"] == f"{story.get_absolute_url()}{page}#comment-{five[2].pk}"
        assert f'id="comment-{five[2].pk}"' in client.get(answer["Location"]).content.decode()
        assert "public" in answer["Cache-Control"]

    def test_b125_follows_what_is_before(self, client, story, five, mona):
        address = f"{story.get_absolute_url()}comments/{five[2].pk}/"
        moderation.trash(five[0], by=mona)
        assert "comments=" not in client.get(address)["Location"]

    def test_old_numbers_lead_there_too(self, client, story):
        comment = make_comment(story, legacy_id=777, legacy_source="old.example")
        answer = client.get(f"{story.get_absolute_url()}comments/777/")
        assert answer["Location"].endswith(f"#comment-{comment.pk}")

    def test_own_number_wins_over_an_old_one(self, client, story, five):
        make_comment(story, legacy_id=five[0].pk, legacy_source="old.example")
        answer = client.get(f"{story.get_absolute_url()}comments/{five[0].pk}/")
        assert answer["Location"].endswith(f"#comment-{five[0].pk}")

    @pytest.mark.parametrize("status", ["pending", "spam", "trash"])
    def test_b092_hidden_comment_is_not_found(self, client, story, status):
        hidden = make_comment(story, status=status)
        assert client.get(f"{story.get_absolute_url()}comments/{hidden.pk}/").status_code == 404

    def test_comment_of_another_story_or_none(self, client, story, five):
        other = make_story(headline="Another")
        for address, pk in ((other, five[0].pk), (story, 99999999999999999999)):
            assert client.get(f"{address.get_absolute_url()}comments/{pk}/").status_code == 404

    @pytest.mark.parametrize("number", ["9223372036854775808", "9" * 25])
    def test_a_story_no_database_could_number(self, client, five, number):
        assert client.get(f"/en/world/{number}/x/comments/{five[0].pk}/").status_code == 404

    def test_only_read(self, client, story, five):
        answer = client.post(f"{story.get_absolute_url()}comments/{five[0].pk}/")
        assert answer.status_code == 405
