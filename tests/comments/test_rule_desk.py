"""The desk of the rules and policies: many at once, the box to try them in, holding a story."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from articles import logged
from comments import rules
from comments.models import Comment, Policy, Rule, StoryPolicy
from newsroom.lib.privacy import blind_index
from tests.factories import make_comment, make_section, make_story, make_user

pytestmark = pytest.mark.django_db
RULES, MANY, TRY = (f"/admin/comments/rule/{end}" for end in ("", "many/", "try/"))
POLICIES = "/admin/comments/policy/"


@pytest.fixture
def desk(client, mona) -> Client:
    client.force_login(mona)
    return client


def add(entry: str, *, kind: str = "word", action: str = "hold") -> Rule:
    value, key = rules.settle(kind, entry)
    return Rule.objects.create(kind=kind, action=action, value=value, key=key)


@pytest.mark.parametrize("address", [RULES, MANY, TRY, POLICIES])
def test_outsiders_and_reporters_stay_outside(client, rosa, address):
    assert client.get(address)["Location"].startswith("/admin/login/")
    client.force_login(rosa)
    assert client.get(address).status_code == 403
    assert client.post(address, {}).status_code == 403


@pytest.mark.parametrize("address", [MANY, TRY])
def test_other_methods(desk, address):
    assert desk.put(address).status_code == 405


class TestList:
    def test_filters(self, desk):
        add("casino"), add("Boat", action="spam"), add("192.0.2.0/24", kind="network")
        page = desk.get(f"{RULES}?kind__exact=word&action__exact=spam").content.decode()
        assert "Boat" in page
        assert "casino" not in page
        assert "192.0.2.0" not in page

    @pytest.mark.parametrize("asked", ["اعـلان", "إعلان", "CASINO", "ازار"])
    def test_search_knows_spellings(self, desk, asked):
        add("إعلان"), add("Casino"), add("بازار")
        assert desk.get(RULES, {"q": asked}).context["cl"].result_count == 1

    def test_search_never_asks_for_indexes(self, desk):
        add("rex@example.org", kind="address")
        index = blind_index("rex@example.org")
        assert desk.get(RULES, {"q": index[:8]}).context["cl"].result_count == 0

    @pytest.mark.parametrize("number", [1, 300])
    def test_the_same_questions_for_any_number(self, desk, number, django_assert_num_queries):
        Rule.objects.bulk_create(
            Rule(action="hold", value=f"w{at}", key=f"w{at}") for at in range(number)
        )
        desk.get(RULES)
        with django_assert_num_queries(7):
            page = desk.get(RULES)
        assert len(page.context["cl"].result_list) == min(number, 100)


class TestMany:
    def post(self, desk, entries: str, **fields):
        data = {"kind": "word", "action": "hold", "with_prefixes": "on", "entries": entries}
        return desk.post(MANY, data | fields)

    def test_added_known_and_refused_with_their_lines(self, desk, mona):
        add("Casino")
        answer = self.post(desk, "poker\n\n casino \nـــ\nإعلان\nاعلان\n" + "x " * 21)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert set(Rule.objects.values_list("key", flat=True)) == {"casino", "poker", "اعلان"}
        assert Rule.objects.get(key="poker").created_by == mona
        receipt = answer.context["receipt"]
        assert receipt.added == 2
        assert receipt.known == [(3, "casino"), (6, "اعلان")]
        assert [line for line, _why in receipt.refused] == [4, 7]
        assert "2 rules added." in page
        assert "Line 4:" in page
        assert "poker" not in page.split("<textarea")[1].split("</textarea>")[0]
        assert "ـــ" in page.split("<textarea")[1].split("</textarea>")[0]

    def test_all_right(self, desk):
        answer = self.post(desk, "192.0.2.0/24\n2001:db8::/32", kind="network", action="spam")
        assert answer.status_code == 200
        assert Rule.objects.filter(kind="network", action="spam").count() == 2
        assert logged.message_in_words(LogEntry.objects.get()) == "2 rules added."

    def test_addresses_are_not_shown_again(self, desk):
        text = "someone@mail.example"
        assert self.post(desk, text, kind="address").status_code == 200
        page = self.post(desk, text, kind="address").content.decode()
        assert "1 line was known already." in page
        assert "omeone" not in page
        rule = Rule.objects.get()
        assert (rule.key, "omeone" in rule.value) == (blind_index(text), False)

    def test_too_long_a_line_and_too_many_lines(self, desk):
        answer = self.post(desk, "a" * 301)
        assert answer.context["receipt"].refused[0][0] == 1
        answer = self.post(desk, "\n".join(f"w{at}" for at in range(20_001)))
        assert answer.status_code == 422
        assert "At most 20000 lines" in answer.content.decode()
        assert not Rule.objects.exists()

    def test_what_is_typed_is_escaped(self, desk):
        self.post(desk, "<b>x</b>")
        page = self.post(desk, "<b>x</b>").content.decode()
        assert "<b>x</b>" not in page
        assert "&lt;b&gt;x" in page

    def test_nothing_typed(self, desk):
        assert self.post(desk, "").status_code == 422


class TestTrying:
    def test_b9_verdict_rule_and_marked_place(self, desk):
        rule = add("احتيال", action="spam")
        answer = desk.post(TRY, {"body": "هذا <b>والاحتيال</b> ظاهر"})
        page = answer.content.decode()
        assert "It would go to spam." in page
        assert f"word of a rule: \u2068احتيال\u2069 · #{rule.pk}" in page
        assert "&lt;b&gt;وال<mark>احتيال</mark>&lt;/b&gt;" in page
        assert "no-store" in answer["Cache-Control"]

    @pytest.mark.parametrize(
        ("kind", "entry", "typed"),
        [
            ("name", "Bob", {"name": "bob"}),
            ("address", "bob@mail.example", {"email": "Bob@mail.example"}),
            ("domain", "mail.example", {"email": "bob@mail.example"}),
            ("link", "spam.example", {"website": "spam.example/x"}),
            ("network", "192.0.2.0/24", {"ip": "192.0.2.9"}),
        ],
    )
    def test_every_kind(self, desk, kind, entry, typed):
        add(entry, kind=kind)
        page = desk.post(TRY, typed).content.decode()
        assert "It would wait for a moderator." in page

    def test_letting_through(self, desk):
        add("boat"), add("mail.example", kind="domain", action="allow")
        typed = {"body": "A boat", "email": "bob@mail.example"}
        assert "wait for a moderator" in desk.post(TRY, typed).content.decode()
        page = desk.post(TRY, typed | {"is_proved": "on"}).content.decode()
        assert "a rule lets it through" in page

    def test_links_and_imitated_names(self, desk):
        make_user("laila", "Editor", first_name="Laila", last_name="Haddad")
        body = "https://a.example https://b.example"
        page = desk.post(TRY, {"body": body, "name": "Lаila Haddad"}).content.decode()
        assert "links: \u20682\u2069 (limit 2)" in page
        assert "the name imitates: \u2068Laila Haddad\u2069" in page

    def test_nothing_found_nothing_stored(self, desk):
        page = desk.post(TRY, {"body": "Good morning"}).content.decode()
        assert "No rule finds anything." in page
        assert not Comment.objects.exists()
        assert not LogEntry.objects.exists()

    @pytest.mark.parametrize("typed", [{"email": "nobody"}, {"ip": "300.1.1.1"}])
    def test_what_could_not_be_sent(self, desk, typed):
        answer = desk.post(TRY, typed)
        assert answer.status_code == 422
        assert "field-error" in answer.content.decode()


class TestKeys:
    """What is compared is nobody's to read, and fits."""

    @pytest.mark.parametrize(
        ("kind", "value"),
        [("word", "\N{LATIN SMALL LIGATURE FFI}" * 101), ("link", ".".join(["é"] * 100))],
    )
    def test_an_entry_whose_plain_form_is_too_long(self, desk, kind, value):
        typed = {"kind": kind, "action": "hold", "value": value, "is_active": "on"}
        page = desk.post("/admin/comments/rule/add/", typed)
        assert page.status_code == 200
        assert "The entry is too long" in page.content.decode()
        assert not Rule.objects.exists()

    @pytest.mark.parametrize("asked", ["key__startswith=0", "value__regex=.", "created_by=1"])
    def test_the_list_is_narrowed_by_its_filters_alone(self, desk, asked):
        assert desk.get(f"/admin/comments/rule/?{asked}").status_code == 400
        assert desk.get("/admin/comments/rule/?kind__exact=word").status_code == 200


class TestPolicies:
    def page_of(self, language: str) -> str:
        return f"{POLICIES}{Policy.objects.get(language=language).pk}/change/"

    def test_one_row_a_language(self, desk):
        assert list(Policy.objects.values_list("language", flat=True)) == ["ar", "en", "fr"]
        assert desk.get(f"{POLICIES}add/").status_code == 403
        delete = self.page_of("en").replace("change", "delete")
        assert desk.post(delete, {"post": "yes"}).status_code == 403

    def test_what_is_set_holds_at_once(self, desk):
        section = make_section()
        data = {
            "language": "ar",
            "is_stopped": "on",
            "stop_message": "Back on Monday.",
            "close_after_days": "30",
            "premoderated_sections": [section.pk],
        }
        assert desk.post(self.page_of("en"), data).status_code == 302
        row = Policy.objects.get(language="en")
        assert row.close_after_days == 30
        assert list(row.premoderated_sections.all()) == [section]
        assert "Back on Monday." in Client().get(make_story().get_absolute_url()).content.decode()


class TestHoldingAStory:
    def address(self, story) -> str:
        return f"{POLICIES}story/{story.pk}/"

    def test_b3_held_and_no_longer(self, desk, story):
        desk.post(self.address(story), {"hold": "1"})
        assert StoryPolicy.objects.get().premoderate
        desk.post(self.address(story), {"hold": "0"})
        assert not StoryPolicy.objects.get().premoderate
        said = [logged.message_in_words(row) for row in LogEntry.objects.order_by("id")]
        assert said == [
            "Every comment on this story is held from now on.",
            "Comments on this story are no longer all held.",
        ]

    def test_offered_where_one_story_is_looked_at(self, desk, story):
        held = make_comment(story, status="pending")
        queue = "/admin/comments/comment/"
        assert self.address(story) not in desk.get(queue).content.decode()
        for page in (f"{queue}?story__id__exact={story.pk}", f"{queue}{held.pk}/change/"):
            assert self.address(story) in desk.get(page).content.decode()
            answer = desk.post(self.address(story), {"hold": "1", "back": page})
            assert answer["Location"] == page
            assert "Hold no longer" in desk.get(page).content.decode()
            desk.post(self.address(story), {"hold": "0"})

    @pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", ""])
    def test_leads_nowhere_else(self, desk, story, back):
        answer = desk.post(self.address(story), {"hold": "1", "back": back})
        assert answer["Location"].startswith("/admin/comments/comment/?story__id__exact=")

    def test_who_may_not(self, client, story, rosa):
        assert client.post(self.address(story), {"hold": "1"}).status_code in (302, 403)
        client.force_login(rosa)
        assert client.post(self.address(story), {"hold": "1"}).status_code == 403
        assert not StoryPolicy.objects.exists()

    def test_get_and_missing(self, desk, story):
        assert desk.get(self.address(story)).status_code == 405
        assert desk.post(f"{POLICIES}story/987654/", {"hold": "1"}).status_code == 404
