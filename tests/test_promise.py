"""«لن يتم نشر عنوان بريدك الإلكتروني.» An address is planted, then looked for everywhere."""

import base64
import hashlib
import hmac
import io
import json
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as django_settings
from django.contrib import admin
from django.core import mail
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from comments import moderation, notifications, privacy
from comments.models import Comment, Digest, Subscription
from newsroom import webhooks
from newsroom.lib.privacy import AddressUnreadable, blind_index, keyed_hash
from newsroom.models import Delivery, Webhook
from tests import leaks, receivers
from tests.factories import make_author, make_comment, make_image, make_story, make_user

PLANTED = "Canary.Planted+Tag@Mail.Example.org"
NAMES = ("reader", "editor", "moderator", "administrator")


def plant(client, story, *, text: str, parent: int | str = "") -> Comment:
    """A reader posts under the notice, through the form's own address."""
    before = set(Comment.objects.values_list("pk", flat=True))
    answer = client.post(
        f"{story.get_absolute_url()}comments/",
        {
            "comment": text,
            "author": "رِيما Reader",
            "email": PLANTED,
            "url": "",
            "comment_parent": parent,
            "notify_replies": "1",
            "notify_verdict": "1",
        },
        headers={"Sec-Fetch-Site": "same-origin"},
        REMOTE_ADDR="203.0.113.77",
        follow=True,
    )
    assert answer.status_code == 200
    assert leaks.found(PLANTED, leaks.of_response(answer)) == []
    return Comment.objects.exclude(pk__in=before).get()


@pytest.fixture
def newsroom(client, settings):
    """A paper with a story and the planted reader's comments in every state, one answered."""
    settings.COMMENT_FLOOD_SECONDS = 0
    author = make_author()
    line = {"author": author.pk, "name": "", "role": "writer"}
    story = make_story(bylines=[line], topics=["Ports"], picture=make_image().pk)
    mona = make_user("mona", "Moderator")
    comments = [plant(client, story, text=f"Comment number {number}.") for number in range(4)]
    moderation.approve(comments[0], by=mona)
    moderation.mark_spam(comments[1], by=mona)
    moderation.trash(comments[2], by=mona)
    plant(client, story, text="An answer to myself.", parent=comments[0].pk)
    return story


class Everything:
    """Stands in for whatever a path wants: the values that lead to what the paper really has."""

    def __init__(self, story) -> None:
        slug = {"slug": story.slug, "pk": story.pk, "section": story.slug_of_section()}
        author = story.bylines.get().author.translations.get(language="en").slug
        stamp = story.published_at
        waiting = {"pk": Comment.objects.filter(status="pending").first().pk}
        self.by_name = {
            "articles:author": {"slug": author},
            "articles:topic": {"slug": "ports"},
            "articles:archive": {"year": stamp.year, "month": stamp.month},
            "articles:story": slug,
            "sitemaps:part": {"kind": "stories", "number": 1},
            "sitemaps:news_part": {"number": 1},
            "api_nowhere": {"rest": "none"},
            "comments:post": slug,
            "comments:story_feed": slug,
            "comments:permalink": slug
            | {"comment": Comment.objects.filter(status="approved").first().pk},
            "comments:edit": waiting,
            "comments:delete": waiting,
        }
        self.usual = {
            **slug,
            "language": "en",
            "token": "forged",
            "name": f"{story.picture.rendition_key}/wide-320.jpg",
            "object_id": story.pk,
            "content_type_id": 1,
            "app_label": "articles",
            "url": "articles/",
        }

    def arguments(self, name: str, wanted: list[str]) -> dict:
        values = {**self.usual, **self.by_name.get(name, {})}
        missing = [one for one in wanted if one not in values]
        assert missing == [], f"{name}: say here what {missing} may be, so that it is covered"
        return {one: values[one] for one in wanted}


def routes(resolver=None, space: str = "", names: tuple = ()) -> Iterator[tuple[str, list[str]]]:
    """Yield every named address of the URL map with what it wants: new views come by themselves."""
    for entry in (resolver or get_resolver()).url_patterns:
        wanted = (*names, *entry.pattern.converters)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from routes(entry, inner, wanted)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{space}{entry.name}", list(wanted)


def addresses(story) -> Iterator[str]:
    everything = Everything(story)
    for name, wanted in routes():
        if not name.startswith("admin:"):
            yield reverse(name, kwargs=everything.arguments(name, wanted))
    page = story.get_absolute_url()
    comment = Comment.objects.filter(status="approved").first()
    yield f"{page}?replytocom={comment.pk}"
    yield f"{page}?comments=1"
    yield "/en/search/?q=canary"


def desk_addresses() -> Iterator[str]:
    yield "/admin/"
    for model in admin.site._registry:
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{base}_changelist")
        yield f"{reverse(f'{base}_changelist')}?q=canary"
        yield reverse(f"{base}_add")
        for pk in model._base_manager.values_list("pk", flat=True)[:10]:
            yield reverse(f"{base}_change", args=[pk])
            yield reverse(f"{base}_history", args=[pk])
            yield reverse(f"{base}_delete", args=[pk])


@pytest.fixture
def log():
    """Everything that is logged, through the formatter of production."""
    from newsroom.logs import JsonFormatter

    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.mark.django_db
class TestThePromise:
    def test_no_public_address_answers_with_it(self, client, newsroom):
        asked = 0
        for address in addresses(newsroom):
            for ask in (client.get, client.post, client.head):
                response = ask(address)
                assert leaks.found(PLANTED, leaks.of_response(response)) == [], address
                asked += 1
        assert asked > 40

    @pytest.mark.parametrize("group", ["Reporter", "Editor", "Moderator", "Administrator"])
    def test_the_desk_shows_a_mask_at_most(self, client, newsroom, group):
        client.force_login(make_user("somebody", group))
        shown = b""
        for address in desk_addresses():
            answer = leaks.of_response(client.get(address, follow=True))
            assert leaks.found(PLANTED, answer) == [], address
            shown += answer
        may_see = group in {"Moderator", "Administrator"}
        assert ("C•••@M•••.org".encode() in shown) is may_see

    def test_a_superuser_sees_no_more(self, client, newsroom, django_user_model):
        client.force_login(django_user_model.objects.create_superuser("root", password="x"))
        for address in desk_addresses():
            answer = leaks.of_response(client.get(address, follow=True))
            assert leaks.found(PLANTED, answer) == [], address

    def test_refusals_put_it_nowhere_but_into_the_readers_own_form(self, client, newsroom):
        """The page that shows a refused form again shows what was typed, to who typed it."""
        answer = client.post(
            f"{newsroom.get_absolute_url()}comments/",
            {"comment": "", "author": "Rima", "email": PLANTED},
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        assert answer.status_code == 422
        assert "no-store" in answer["Cache-Control"]
        body = leaks.of_response(answer).replace(f'value="{PLANTED}"'.encode(), b"")
        assert leaks.found(PLANTED, body) == []

    def test_no_log_line_has_it(self, client, log, newsroom):
        for address in addresses(newsroom):
            client.get(address, {"email": PLANTED}, headers={"Referer": f"https://x/?e={PLANTED}"})
            client.post(address, {"email": PLANTED})
        logging.getLogger("newsroom").error("mail to %s failed", PLANTED)
        client.post("/admin/login/", {"username": PLANTED, "password": "wrong"})
        lines = log.getvalue()
        assert "failed" in lines
        assert leaks.found(PLANTED, lines.encode()) == []
        assert "203.0.113.77" not in lines
        assert "رِيما" not in lines

    def test_neither_database_nor_fixtures_nor_caches_hold_it(self, newsroom):
        assert Comment.objects.exclude(email_index="").count() == 5
        assert leaks.found(PLANTED, leaks.of_database()) == []
        assert leaks.found(PLANTED, leaks.of_dumpdata()) == []
        assert leaks.found(PLANTED, leaks.of_caches()) == []

    def test_the_network_address_is_kept_in_part_only(self, newsroom):
        assert set(Comment.objects.values_list("ip", flat=True)) == {"203.0.113.0"}
        assert b"203.0.113.77" not in leaks.of_database()

    def test_nobody_else_is_mailed_anything_with_it(self, client, newsroom, settings):
        settings.EMAIL_URL = "smtp://127.0.0.1"
        plant(client, newsroom, text="One more, from a browser that is trusted by now.")
        client.cookies.clear()
        stranger = plant(client, newsroom, text="And one from a new one.")
        client.cookies.clear()
        unwanted = plant(client, newsroom, text="And one that nobody wants.")
        notifications.send_due()
        Subscription.objects.update(confirmed_at=timezone.now())
        moderation.approve(stranger, by=None)
        answer = make_comment(newsroom, parent=stranger, status="pending", email="x@mail.example")
        moderation.approve(answer, by=None)
        moderation.trash(unwanted, by=None, reason="insult")
        make_comment(newsroom, status="pending", email=PLANTED, body=f"Write to {PLANTED}")
        reader = make_user("digest", "Moderator", email="d@x.example")
        Digest.objects.create(user=reader, every="day")
        client.post("/en/me/data/", {"email": PLANTED}, headers={"Sec-Fetch-Site": "same-origin"})
        with time_machine.travel(timezone.now() + timedelta(minutes=11)):
            notifications.send_due()
            notifications.send_digests()
        assert len({message.subject for message in mail.outbox}) >= 6
        for message in mail.outbox:
            if message.recipients() != [PLANTED]:
                assert leaks.found(PLANTED, message.message().as_bytes()) == []
            assert len(message.recipients()) == 1

    def test_no_webhook_carries_it_nor_anything_made_of_it(self, client, newsroom, settings):
        """Every event, from posting to erasing, at a server that notes each byte it is sent."""
        settings.WEBHOOK_NETWORKS = ["127.0.0.1"]
        with receivers.receiver() as server:
            url = f"http://127.0.0.1:{server.port}/"
            hook = Webhook.objects.create(name="Bait", url=url, events=Webhook.Event.values)
            hook.renew_secret()
            first = Comment.objects.filter(status="pending").first()
            moderation.approve(first, by=None)
            moderation.rewrite(first, "approved", body="Changed.", body_html="<p>Changed.</p>")
            webhooks.deliver_due()
            moderation.trash(first, by=None)
            plant(client, newsroom, text="From a browser that is trusted by now.")
            webhooks.deliver_due()
            indexes = set(Comment.objects.exclude(browser="").values_list("browser", flat=True))
            indexes |= {blind_index(PLANTED)}
            indexes |= set(Comment.objects.values_list("fingerprint", flat=True)) - {""}
            privacy.erase(privacy.index_of(PLANTED), via="desk")
            webhooks.deliver_due()
        assert {json.loads(call.body)["type"] for call in server.calls} == {
            *("comment.approved", "comment.updated", "comment.removed")
        }
        assert "رِيما" in server.calls[0].body.decode()
        for call in server.calls:
            sent = repr(call.headers).encode() + call.path.encode() + call.body
            assert leaks.found(PLANTED, sent) == []
            assert b"203.0.113" not in sent
            assert not any(index.encode() in sent for index in indexes)

    def test_the_outbox_of_webhooks_has_no_place_for_it(self):
        """Numbers, times and codes: no column could hold an address but by its name's fault."""
        texts = [
            field.name
            for field in Delivery._meta.get_fields()
            if isinstance(field, models.CharField | models.TextField | models.JSONField)
        ]
        assert texts == ["event", "answer", "outcome"]

    def test_pages_still_render_when_every_key_is_lost(self, client, newsroom, settings):
        from cryptography.fernet import Fernet

        settings.EMAIL_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
        assert client.get(newsroom.get_absolute_url()).status_code == 200
        client.force_login(make_user("moderator", "Moderator"))
        assert client.get("/admin/comments/comment/").status_code == 200


@pytest.mark.django_db
class TestWhatGoesWrong:
    """A fault shows, mails and logs nothing of what the request carried."""

    @pytest.fixture
    def broken(self, monkeypatch):
        from comments import posting

        def fail(*args, email, **kwargs):
            raise RuntimeError(f"no place for {email}")

        monkeypatch.setattr(posting, "post", fail)

    def test_the_page_of_a_fault(self, client, newsroom, broken, log, settings):
        settings.ADMINS = [("Op", "op@example.org")]
        client.raise_request_exception = False
        answer = client.post(
            f"{newsroom.get_absolute_url()}comments/",
            {"comment": "Lost?", "author": "Rima", "email": PLANTED},
            headers={"Sec-Fetch-Site": "same-origin", "Referer": f"https://x/?e={PLANTED}"},
        )
        assert answer.status_code == 500
        assert leaks.found(PLANTED, leaks.of_response(answer)) == []
        assert "RuntimeError" in log.getvalue()
        assert leaks.found(PLANTED, log.getvalue().encode()) == []
        for message in mail.outbox:
            assert leaks.found(PLANTED, message.message().as_bytes()) == []

    def test_a_leaked_secret_key_opens_nothing(self, newsroom, settings):
        """Whoever has SECRET_KEY and the whole database can neither read an address nor test
        whether a guessed one is there."""
        held = leaks.of_database()
        purposes = ("fingerprint", "flood", "confirm", "browser", "rate", "index", "email")
        for address in (PLANTED, PLANTED.lower()):
            for purpose in purposes:
                assert keyed_hash(purpose, address).encode() not in held
            key = settings.SECRET_KEY.encode()
            assert hmac.new(key, address.encode(), "sha256").hexdigest().encode() not in held
        sealed = Comment.objects.first().email
        derived = base64.urlsafe_b64encode(hashlib.sha256(settings.SECRET_KEY.encode()).digest())
        settings.EMAIL_ENCRYPTION_KEYS = [derived.decode()]
        with pytest.raises(AddressUnreadable):
            sealed.reveal()


@pytest.mark.django_db
class TestTheSearchItself:
    """A search that finds nothing proves something only if it finds what is there."""

    @pytest.mark.parametrize("form", sorted(leaks.forms_of(PLANTED)))
    def test_a_deliberate_leak_is_found_in_a_page(self, client, form):
        leak = leaks.forms_of(PLANTED)[form].decode()
        story = make_story(body_html=f"<p>Before {leak} after.</p>")
        answer = leaks.of_response(client.get(story.get_absolute_url()))
        assert leaks.found(PLANTED, answer) != []

    def test_a_deliberate_leak_is_found_in_the_database(self, newsroom):
        Comment.objects.filter(status="approved").update(user_agent=PLANTED.lower())
        assert "typed raw" in leaks.found(PLANTED, leaks.of_database())
        assert "typed raw" in leaks.found(PLANTED, leaks.of_dumpdata())

    def test_a_deliberate_leak_is_found_in_a_log_line(self):
        line = logging.Formatter().format(
            logging.LogRecord("newsroom", logging.ERROR, "", 0, "mail to %s", (PLANTED,), None)
        )
        assert "typed raw" in leaks.found(PLANTED, line.encode())

    @pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
    def test_base64_is_found_at_every_alignment(self, before):
        coded = base64.b64encode(f"{before}{PLANTED}; and more".encode())
        assert leaks.found(PLANTED, coded) != []

    def test_every_language_of_the_site_is_in_the_map(self, client):
        for code, _name in django_settings.LANGUAGES:
            assert client.get(f"/{code}/").status_code == 200
