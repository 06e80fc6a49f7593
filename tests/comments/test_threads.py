"""Threads and their pages (B113–B120, and the paging of B121–B127)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models import Story
from comments import moderation, posting, threads
from comments.models import Comment
from comments.posting import CommentRefused
from comments.templatetags import comments as shown
from newsroom.models import User
from tests.factories import make_comment, make_story

pytestmark = pytest.mark.django_db


def page_of(client, story, query: str = "") -> str:
    return client.get(f"{story.get_absolute_url()}{query}").content.decode()


def chain(story, length: int, **fields) -> list[Comment]:
    """Comments that answer one another."""
    line: list[Comment] = []
    for depth in range(length):
        parent = line[-1] if line else None
        line.append(make_comment(story, parent=parent, body=f"Level {depth + 1}", **fields))
    return line


class TestParent:
    @pytest.mark.parametrize("status", ["pending", "spam", "trash"])
    def test_b114_reply_to_what_is_not_public(self, client, send, story, status):
        parent = make_comment(story, status=status, name="Bait parent")
        answer = send(story, comment_parent=parent.pk, comment="My answer")
        page = answer.content.decode()
        assert answer.status_code == 403
        assert "My answer" in page.split("<textarea")[1]
        assert 'name="comment_parent" value=""' in page
        assert Comment.objects.count() == 1
        form = page_of(client, story, f"?replytocom={parent.pk}")
        assert 'name="comment_parent" value=""' in form
        assert "Bait parent" not in form

    @pytest.mark.parametrize("pk", [987654321, 9999999999999999999])
    def test_b113_reply_to_nothing(self, send, story, pk):
        assert send(story, comment_parent=pk).status_code == 403
        assert not Comment.objects.exists()

    def test_b113_reply_under_another_story(self, send, story):
        elsewhere = make_comment(make_story(headline="Another"))
        assert send(story, comment_parent=elsewhere.pk).status_code == 403
        assert Comment.objects.count() == 1

    def test_b113_verb_refuses_too(self, story):
        with pytest.raises(CommentRefused) as refused:
            posting.post(story, name="R", email="r@example.org", body="x", parent_id=1)
        assert (refused.value.code, refused.value.status) == ("parent", 403)

    def test_reply_form_without_script(self, client, send, story):
        parent = make_comment(story, name="Ann <b>")
        page = page_of(client, story, f"?replytocom={parent.pk}")
        assert "Leave a Reply to <bdi>Ann &lt;b&gt;</bdi>" in page
        assert f'name="comment_parent" value="{parent.pk}"' in page
        send(story, comment_parent=parent.pk)
        assert Comment.objects.get(body="I saw that boat leave.", parent=parent).depth == 2

    def test_refused_reply_stays_a_reply(self, send, story):
        parent = make_comment(story)
        page = send(story, comment_parent=parent.pk, email="x").content.decode()
        assert f'name="comment_parent" value="{parent.pk}"' in page

    @pytest.mark.parametrize(
        "query", ["?replytocom=x", "?replytocom=-1", "?replytocom=" + "9" * 30]
    )
    def test_odd_reply_addresses(self, client, story, query):
        assert 'name="comment_parent" value=""' in page_of(client, story, query)


class TestDepth:
    def test_b115_no_reply_is_offered_at_the_deepest_level(self, client, story):
        line = chain(story, 5)
        page = page_of(client, story)
        assert f"replytocom={line[3].pk}" in page
        assert f"replytocom={line[4].pk}" not in page

    def test_b115_forged_reply_to_the_deepest_level_stands_beside_it(
        self, client, send, story, mona
    ):
        line = chain(story, 5)
        client.force_login(mona)
        assert send(story, comment_parent=line[4].pk).status_code == 303
        reply = Comment.objects.latest("pk")
        assert (reply.parent, reply.depth) == (line[3], 5)
        assert reply.path == f"{line[3].path}/{reply.pk}"

    def test_path_and_thread(self, story):
        first, second, third = chain(story, 3)
        assert third.path == f"{first.pk}/{second.pk}/{third.pk}"
        assert (third.thread, third.thread_at, third.depth) == (first.pk, first.created_at, 3)


class TestTree:
    def test_b116_children_after_their_parent_in_order(self, client, story):
        start = timezone.now() - timedelta(hours=1)
        first = make_comment(story, body="one", at=start)
        second = make_comment(story, body="two", at=start + timedelta(minutes=1))
        late = make_comment(story, body="b", parent=first, at=start + timedelta(minutes=3))
        early = make_comment(story, body="a", parent=first, at=start + timedelta(minutes=2))
        page = page_of(client, story)
        order = [page.index(f'id="comment-{one.pk}"') for one in (first, early, late, second)]
        assert order == sorted(order)
        assert f'id="comment-{early.pk}" class="comment depth-2"' in page
        assert page.count('<ol class="children">') == 1

    def test_b116_same_instant_is_ordered_by_number(self, story):
        now = timezone.now()
        made = [make_comment(story, at=now).pk for _ in range(3)]
        assert [node.pk for node in threads.page(story).nodes] == made

    @pytest.mark.parametrize("verb", [moderation.trash, moderation.mark_spam, moderation.hold])
    def test_b117_placeholder_keeps_the_thread(self, client, story, mona, verb):
        first, second, third = chain(story, 3, name="Bait name", email="bait@example.org")
        reply = make_comment(story, parent=third, body="The reply", name="Ann")
        for comment in (first, third):
            verb(Comment.objects.get(pk=comment.pk), by=mona)
        page = page_of(client, story)
        assert page.count("This comment is not shown.") == 2
        assert "Level 2" in page
        assert "The reply" in page
        assert "Level 1" not in page
        assert "Level 3" not in page
        assert f'id="comment-{reply.pk}" class="comment depth-4"' in page
        assert page.count("Bait name") == page_of(client, story).count("Bait name") > 0
        story.refresh_from_db()
        assert story.comment_count == 2
        assert second.depth == 2

    def test_b118_placeholder_goes_with_its_last_reply(self, client, story, mona):
        first, second = chain(story, 2)
        moderation.trash(first, by=mona)
        moderation.trash(second, by=mona)
        page = page_of(client, story)
        assert "This comment is not shown." not in page
        assert "comment-list" not in page

    def test_b119_count_is_right_after_every_decision(self, story, mona):
        line = chain(story, 5)
        for left, comment in zip(
            (4, 3, 2, 1, 0), (line[2], line[0], line[4], line[1], line[3]), strict=True
        ):
            moderation.trash(comment, by=mona)
            story.refresh_from_db()
            assert story.comment_count == left
            assert sum(count_of(node) for node in threads.page(story).nodes) == left

    def test_b120_depth_one_is_a_flat_list(self, settings, client, send, story, mona):
        settings.COMMENT_MAX_DEPTH = 1
        parent = make_comment(story)
        assert "replytocom" not in page_of(client, story)
        client.force_login(mona)
        send(story, comment_parent=parent.pk)
        assert set(Comment.objects.values_list("depth", flat=True)) == {1}


def count_of(node: threads.Node) -> int:
    return (node.comment is not None) + sum(count_of(child) for child in node.children)


class TestPages:
    @pytest.fixture(autouse=True)
    def small_pages(self, settings):
        settings.COMMENT_THREADS_PER_PAGE = 2

    def test_b121_only_threads_count(self, client, story):
        roots = [make_comment(story) for _ in range(3)]
        for _ in range(4):
            make_comment(story, parent=roots[0], body="A reply")
        first, second = page_of(client, story), page_of(client, story, "?comments=2")
        assert first.count("A reply") == 4
        assert 'rel="next"' in first
        assert 'rel="prev"' not in first
        assert f'id="comment-{roots[2].pk}"' not in first
        assert f'id="comment-{roots[2].pk}"' in second
        assert 'rel="next"' not in second
        assert f'href="{story.get_absolute_url()}#comments"' in second

    def test_b122_no_comments(self, client, story):
        page = threads.page(story)
        assert (page.nodes, page.previous, page.next) == ([], None, None)

    @pytest.mark.parametrize("asked", ["0", "-1", "x", "1e3", "99999999999", "٢", "7", ""])
    def test_b127_odd_pages_are_the_first(self, client, story, asked):
        comment = make_comment(story)
        assert f'id="comment-{comment.pk}"' in page_of(client, story, f"?comments={asked}")

    def test_b124_address_leads_to_the_page_and_the_anchor(self, client, story):
        comments = [make_comment(story) for _ in range(5)]
        reply = make_comment(story, parent=comments[2])
        assert threads.address(reply) == f"{story.get_absolute_url()}?comments=2#comment-{reply.pk}"
        assert f'id="comment-{reply.pk}"' in page_of(client, story, "?comments=2")
        assert (
            threads.address(comments[0]) == f"{story.get_absolute_url()}#comment-{comments[0].pk}"
        )

    def test_b125_page_number_follows_what_is_before(self, story, mona):
        start = timezone.now() - timedelta(hours=1)
        hidden = make_comment(story, status="pending", at=start)
        comments = [make_comment(story, at=start + timedelta(minutes=n)) for n in (1, 2)]
        assert threads.place_of(comments[1]).number == 1
        moderation.approve(hidden, by=mona)
        assert threads.place_of(comments[1]).number == 2
        moderation.mark_spam(hidden, by=mona)
        assert threads.place_of(comments[1]).number == 1

    def test_thread_whose_beginning_is_hidden_counts_as_one(self, story, mona):
        first, _second = chain(story, 2)
        rest = [make_comment(story) for _ in range(2)]
        moderation.trash(first, by=mona)
        page = threads.page(story)
        assert [node.pk for node in page.nodes] == [first.pk, rest[0].pk]
        assert page.next
        assert threads.place_of(rest[1]).number == 2

    def test_reply_link_and_form_keep_the_page(self, client, story):
        comments = [make_comment(story) for _ in range(3)]
        page = page_of(client, story, "?comments=2")
        assert f"?comments=2&amp;replytocom={comments[2].pk}#respond" in page
        assert f'action="{story.get_absolute_url()}comments/?comments=2"' in page

    def test_new_comment_is_answered_with_its_page(self, client, send, story, mona):
        for _ in range(2):
            make_comment(story)
        client.force_login(mona)
        answer = send(story)
        comment = Comment.objects.latest("pk")
        assert answer["Location"] == f"{story.get_absolute_url()}?comments=2#comment-{comment.pk}"


class TestQueries:
    def test_story_page_costs_the_same_with_1_and_with_50(
        self, client, story, otto, django_assert_num_queries
    ):
        first, address = make_comment(story, user=otto), story.get_absolute_url()
        with django_assert_num_queries(6):
            client.get(address)
        for number in range(49):
            make_comment(story, parent=first if number % 2 else None, user=otto)
        with django_assert_num_queries(6):
            client.get(address)

    def test_comments_are_one_query(self, story, otto, django_assert_num_queries):
        chain(story, 4, user=otto)
        with django_assert_num_queries(1):
            nodes = threads.page(story).nodes
            while nodes:
                assert all(node.comment.user.is_staff is False for node in nodes)
                nodes = nodes[0].children

    def test_comment_is_rendered_once_for_all_pages(self, client, story):
        address = story.get_absolute_url()
        first = make_comment(story)
        client.get(address)
        rendered = shown._article.cache_info().misses
        second = make_comment(story)
        page = client.get(address).content.decode()
        assert f"div-comment-{first.pk}" in page
        assert f"div-comment-{second.pk}" in page
        assert shown._article.cache_info().misses == rendered + 1

    def test_comment_that_changes_is_shown_as_it_is(self, client, story, otto):
        address = story.get_absolute_url()
        comment = make_comment(story, user=otto)
        assert "The tide turned" not in client.get(address).content.decode()
        Comment.objects.filter(pk=comment.pk).update(body_html="<p>The tide turned.</p>")
        assert "The tide turned" in client.get(address).content.decode()
        before = client.get(address).content.decode().count('class="badge"')
        User.objects.filter(pk=otto.pk).update(is_staff=True)
        assert client.get(address).content.decode().count('class="badge"') == before + 1
        assert "comment-reply-link" in client.get(address).content.decode()
        Story.objects.filter(pk=story.pk).update(comments_open=False)
        assert "comment-reply-link" not in client.get(address).content.decode()

    def test_page_is_bounded(self, story, monkeypatch):
        monkeypatch.setattr(threads, "COMMENTS_PER_PAGE", 3)
        for _ in range(5):
            make_comment(story)
        page = threads.page(story)
        assert len(page.nodes) == 3
        assert page.next

    def test_nothing_private_is_loaded(self, story):
        make_comment(story)
        comment = threads.page(story).nodes[0].comment
        assert comment.get_deferred_fields() >= {"email", "email_index", "ip", "browser"}
