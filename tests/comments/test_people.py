"""Who a commenter is, or would like to be taken for: B4 and B13, imitated names, B080, B082."""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models import Edition
from comments import moderation, posting, rules
from comments.imitation import skeleton
from comments.models import Comment, Rule
from tests.factories import make_author, make_comment, make_story, make_user

pytestmark = pytest.mark.django_db
WHO = {"name": "Rex", "email": "rex@example.org", "browser": "b" * 64}


def post(story, **fields) -> Comment:
    number = Comment.objects.count()
    return posting.post(story, **{"body": f"Text {number}", **WHO, **fields})


def screens_of(comment: Comment) -> list[str]:
    return [reason["screen"] for reason in comment.reasons]


class TestTrustAfter:
    @pytest.mark.parametrize("enough", [1, 2, 3])
    def test_b4_b080_so_many_must_have_been_approved(self, story, mona, settings, enough):
        settings.COMMENT_TRUST_AFTER = enough
        for _ in range(enough):
            comment = post(story)
            assert screens_of(comment) == ["first"]
            moderation.approve(comment, by=mona)
        assert post(story).status == "approved"

    def test_n4_those_of_another_browser_do_not_count(self, story, mona, settings):
        settings.COMMENT_TRUST_AFTER = 2
        for browser in ("b" * 64, "c" * 64):
            moderation.approve(post(story, browser=browser), by=mona)
        assert post(story).status == "pending"

    def test_the_number_is_kept_with_the_reason(self, story, settings):
        settings.COMMENT_TRUST_AFTER = 2
        assert post(story).reasons == [{"screen": "first", "threshold": 2}]

    def test_none_wanted_holds_nobody_for_being_new(self, story, settings):
        settings.COMMENT_TRUST_AFTER = 0
        assert post(story, browser="").status == "approved"


class TestRejections:
    @pytest.fixture(autouse=True)
    def nobody_is_new(self, settings):
        settings.COMMENT_TRUST_AFTER = 0

    def decide(self, story, verdicts: str, **fields) -> None:
        """Post as often as there are letters: a approved, t trash, s spam."""
        verbs = {"t": moderation.trash, "s": moderation.mark_spam}
        for letter in verdicts:
            comment = make_comment(story, body=f"Old {Comment.objects.count()}", **WHO | fields)
            if letter in verbs:
                verbs[letter](comment, by=None)

    @pytest.mark.parametrize(
        ("verdicts", "held"),
        [("tt", False), ("att", True), ("aat", True), ("aaaat", False), ("aaasss", True)],
    )
    def test_b13_b082_more_than_a_third_of_three_or_more(self, story, verdicts, held):
        self.decide(story, verdicts)
        comment = post(story)
        assert (screens_of(comment) == ["rejections"]) == held
        if held:
            rejected = sum(letter in "ts" for letter in verdicts)
            detail = f"{rejected}/{len(verdicts)}"
            assert comment.reasons[0] == {
                "screen": "rejections",
                "detail": detail,
                "threshold": 30,
            }

    def test_b13_the_same_browser_under_another_address(self, story):
        self.decide(story, "ttt", email="other@example.org")
        assert screens_of(post(story)) == ["rejections"]

    def test_b13_somebody_else(self, story):
        self.decide(story, "ttt", email="other@example.org", browser="c" * 64)
        assert post(story).status == "approved"

    def test_b13_a_week_ago_is_forgotten(self, story):
        self.decide(story, "ttt")
        Comment.objects.update(created_at=timezone.now() - timedelta(days=8))
        assert post(story).status == "approved"

    def test_b13_what_its_writer_took_back_was_not_rejected(self, story):
        self.decide(story, "aaa")
        for comment in Comment.objects.all():
            moderation.trash(comment, by=None, reason="withdrawn")
        assert post(story).status == "approved"

    def test_b13_off(self, story, settings):
        settings.COMMENT_REJECTED_PERCENT = 0
        self.decide(story, "ttt")
        assert post(story).status == "approved"

    def test_b055_moderators_are_not_counted(self, story, mona):
        self.decide(story, "ttt", user=mona)
        assert post(story, user=mona).status == "approved"


class TestImitation:
    @pytest.fixture(autouse=True)
    def newsroom(self, db, settings):
        settings.COMMENT_TRUST_AFTER = 0
        make_user("laila", "Editor", first_name="Laila", last_name="Haddad")
        make_user("salma", "Reporter", first_name="سلمى", last_name="قاسم")
        Edition.objects.filter(language="en").update(name="The Harbour Post")
        Edition.objects.filter(language="ar").update(name="بريد الميناء")

    @pytest.mark.parametrize(
        "name",
        [
            "Laila Haddad",
            "LAILA  HADDAD",
            "laila.haddad",
            "Lаilа Hаddаd",  # Cyrillic а
            "Iaila Haddad",  # a capital i
            "1aila Haddad",
            "Láila Haddád",
            "L\u200baila Haddad",
            "Ｌaila Haddad",
            "Lailα Haddαd",  # Greek α
            "سلمى قاسم",
            "سَلْمى قاســم",
            "سلمی ٯاسم",
            "The Harbour Post",
            "Team of The Hаrbоur Роst",  # Cyrillic а, о, Р
            "إدارة بريد الميناء",
        ],
    )
    def test_names_of_the_newsroom_are_held(self, story, name):
        comment = post(story, name=name)
        assert (comment.status, screens_of(comment)) == ("pending", ["imitates"])
        assert comment.reasons[0]["field"] == "name"

    @pytest.mark.parametrize("name", ["Laila", "Haddad", "Laila Haddad-Berger", "Leila H.", "سلمى"])
    def test_others_of_a_like_name_are_not(self, story, name):
        assert post(story, name=name).status == "approved"

    def test_the_author_of_the_story_in_any_language(self):
        author = make_author({"en": "Nur", "ar": "نور"})
        line = {"author": author.pk, "name": "", "role": "writer"}
        story = make_story(bylines=[line])
        assert screens_of(post(story, name="Nυr")) == ["imitates"]
        assert screens_of(post(story, name="نــور")) == ["imitates"]
        assert post(make_story(headline="Else"), name="Nur").status == "approved"

    def test_a_guest_over_the_story(self):
        story = make_story(bylines=[{"author": None, "name": "Guest", "role": "writer"}])
        assert screens_of(post(story, name="guest")) == ["imitates"]

    def test_staff_may_have_their_own_names(self, story):
        user = make_user("other", "Reporter", first_name="Laila", last_name="Haddad")
        assert post(story, user=user).status == "approved"

    def test_a_namesake_is_let_through_by_a_rule(self, story):
        value, key = rules.settle("name", "Laila Haddad")
        Rule.objects.create(kind="name", action="allow", value=value, key=key)
        assert post(story, name="Laila Haddad").status == "approved"


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("paypal", "раураl", True),
        ("modern", "modem", True),
        ("vvorld", "world", True),
        ("O0o", "οоо", True),
        ("كاف", "کاڡ", True),
        ("نور", "ں و ر", True),
        ("Omar", "Amar", False),
        ("سمير", "سمر", False),
        ("", "!!", True),
    ],
)
def test_skeletons(one, other, alike):
    assert (skeleton(one) == skeleton(other)) == alike
