"""The moderators' desk: the queue, one comment with its history, decisions.

GET never changes anything; every POST goes through `comments.moderation`.
"""

import logging
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction
from django.db.models import Q, QuerySet
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import (
    gettext_lazy,
    ngettext,
    ngettext_lazy,
    pgettext_lazy,
)

from articles.models import Story
from articles.site import site_in
from comments import addresses, moderation, posting, privacy
from comments.admin import address, figures, marks, person
from comments.admin.beside import beside
from comments.admin.filters import (
    ALL,
    REPORTED,
    LanguageFilter,
    PersonFilter,
    StateFilter,
    StoryFilter,
    is_id,
    tabs,
)
from comments.admin.policies import is_held
from comments.models import Comment, Decision
from comments.moderation import MODERATE, VERBS, ModerationError
from comments.notifications import UNDO
from comments.posting import CommentRefused
from comments.reasons import REJECTIONS
from comments.screening import LABELS
from newsroom.lib.paging import BoundedPaginator
from newsroom.lib.rtl import isolate, language_direction

log = logging.getLogger("newsroom.comments")
Status = Comment.Status
UNDOABLE = "comments_undoable"
MOST_AT_ONCE = 200
MOST_COUNTED = 999
# How many of the newest comments of a list are looked through for words.
SEARCHED = 5000

VERB_LABELS = {
    "approve": pgettext_lazy("comment", "Approve"),
    "hold": pgettext_lazy("comment", "Hold"),
    "spam": pgettext_lazy("comment", "Spam"),
    "trash": pgettext_lazy("comment", "Trash"),
    "restore": pgettext_lazy("comment", "Restore"),
}
# Where a rule found something, unless it was the text.
FIELD_LABELS = {
    "name": pgettext_lazy("comment", "in the name"),
    "website": pgettext_lazy("comment", "in the website"),
}
DONE = {
    "approve": ngettext_lazy(
        "%(count)s comment approved.", "%(count)s comments approved.", "count"
    ),
    "hold": ngettext_lazy("%(count)s comment held.", "%(count)s comments held.", "count"),
    "spam": ngettext_lazy(
        "%(count)s comment marked as spam.", "%(count)s comments marked as spam.", "count"
    ),
    "trash": ngettext_lazy(
        "%(count)s comment moved to the trash.", "%(count)s comments moved to the trash.", "count"
    ),
    "restore": ngettext_lazy(
        "%(count)s comment restored.", "%(count)s comments restored.", "count"
    ),
}


class ReadOnlyAdmin(admin.ModelAdmin):
    """A list in which nothing is added, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Comment)
class CommentAdmin(ReadOnlyAdmin):
    """The queue. Decisions are POSTed from the list or from a comment's own page."""

    actions = ()
    list_display = ("author", "text", "on_story", "state", "created_at")
    list_display_links = ("author",)
    list_filter = (StateFilter, LanguageFilter, StoryFilter, PersonFilter)
    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = BoundedPaginator
    search_fields = ("name", "body")
    search_help_text = gettext_lazy("Names and words, looked for in the newest comments of a list.")
    ordering = ("-created_at", "-id")
    sortable_by = ("created_at",)
    actions_selection_counter = True

    class Media:
        css = {"all": ["comments/desk.css", "comments/rules.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Comment]:
        return super().get_queryset(request).for_queue()

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Let an address of the list narrow it by its filters alone: by any column somebody could
        read, letter by letter, what the desk does not show."""
        columns = {field.name for field in self.opts.get_fields()}
        filters = {spec.parameter_name for spec in self.list_filter}
        return lookup in filters or lookup.partition("__")[0] not in columns

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        if not search_term.strip():
            return queryset, False
        newest = queryset.order_by(*self.ordering).values("pk")[:SEARCHED]
        near = self.model.objects.filter(pk__in=newest)
        found, _may_repeat = super().get_search_results(request, near, search_term)
        return queryset.filter(pk__in=list(found.values_list("pk", flat=True))), False

    def get_urls(self) -> list[URLPattern]:
        decide = self.admin_site.admin_view(self.decide_view)
        reveal = self.admin_site.admin_view(address.reveal)
        lease = self.admin_site.admin_view(self.lease_view)
        note = self.admin_site.admin_view(self.note_view)
        answer = self.admin_site.admin_view(self.answer_view)
        own = [
            path("<int:pk>/decide/", decide, name="comments_comment_decide"),
            path("<int:pk>/address/", reveal, name="comments_comment_address"),
            path(
                "<int:pk>/person/", self.admin_site.admin_view(person.page), name="comments_person"
            ),
            path("figures/", self.admin_site.admin_view(figures.page), name="comments_figures"),
            path("undo/", self.admin_site.admin_view(self.undo_view), name="comments_undo"),
            path("<int:pk>/lease/", lease, name="comments_comment_lease"),
            path("<int:pk>/answer/", answer, name="comments_comment_answer"),
            path("<int:pk>/note/", note, name="comments_comment_note"),
            path("search/", self.admin_site.admin_view(self.search_view), name="comments_search"),
        ]
        return own + super().get_urls()

    # Who may do what.

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MODERATE)

    def has_view_permission(self, request: HttpRequest, obj: Comment | None = None) -> bool:
        return self.has_moderate_permission(request) or super().has_view_permission(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        if not self.has_moderate_permission(request):
            return self.list_display
        return tuple("text_and_buttons" if name == "text" else name for name in self.list_display)

    def get_actions(self, request: HttpRequest) -> dict:
        if not self.has_moderate_permission(request):
            return {}
        return {verb: (self.response_action, verb, label) for verb, label in VERB_LABELS.items()}

    # The screens.

    def search_view(self, request: HttpRequest) -> HttpResponse:
        """Search by words, or by an address that is not shown."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return address.search(request)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict | None = None
    ) -> HttpResponse:
        if request.method == "POST" and not self.has_moderate_permission(request):
            raise PermissionDenied
        context = {"title": _("Comments"), "back": request.get_full_path()}
        response = super().changelist_view(request, context | (extra_context or {}))
        changelist = getattr(response, "context_data", {}).get("cl")
        if changelist:
            response.context_data["states"] = _states(changelist)
            response.context_data |= self._held_story(request)
            rows = changelist.result_list = list(changelist.result_list)
            found = beside(rows, request.user)
            for row in rows:
                row.beside = found[row.pk]
            response.context_data["undoable"] = _undoable(request)
            response.context_data["has_lost_key"] = not all(map(addresses.is_readable, rows))
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", **ignored: Any
    ) -> HttpResponse:
        """One comment with everything decided on it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        comment = self.get_object(request, object_id)
        if comment is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return self._page(request, comment)

    def _page(
        self, request: HttpRequest, comment: Comment, *, answer: str = "", status: int = 200
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Comment"),
            "opts": self.opts,
            "media": self.media,
            "comment": comment,
            "direction": language_direction(comment.story.language),
            "address": _public_address(comment),
            "may_erase": bool(comment.email_index) and request.user.has_perm(privacy.ERASE),
            "may_reveal": bool(comment.email) and request.user.has_perm(addresses.REVEAL),
            "is_readable": addresses.is_readable(comment),
            "reasons": reasons_of(comment),
            "marked": _marked(comment),
            "held_story": comment.story if self.has_moderate_permission(request) else None,
            "is_story_held": is_held(comment.story),
            "back": request.get_full_path(),
            "decisions": comment.decisions.select_related("by")[:MOST_AT_ONCE],
            "beside": beside([comment], request.user)[comment.pk],
            "rejections": _rejections(comment),
            "verbs": _buttons(comment) if self.has_moderate_permission(request) else [],
            "undoable": _undoable(request),
            "answer": answer,
            "site": site_in(comment.story.language),
        }
        name = "admin/comments/comment/comment.html"
        return TemplateResponse(request, name, context, status=status)

    def answer_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer a comment under one's own name or the paper's; one that waits is published."""
        if not self.has_moderate_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        comment = get_object_or_404(self.get_queryset(request), pk=pk)
        words = request.POST.get("answer", "")
        try:
            with transaction.atomic():
                if comment.status == Status.PENDING:
                    seen = request.POST.get(f"seen-{comment.pk}", "")
                    moderation.approve(comment, by=request.user, seen=seen)
                answer = posting.post(
                    comment.story,
                    name="",
                    email="",
                    body=words,
                    user=request.user,
                    parent_id=comment.pk,
                    as_newsroom="as_newsroom" in request.POST,
                )
        except (CommentRefused, ModerationError) as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            comment = self.get_queryset(request).get(pk=pk)
            return self._page(request, comment, answer=words, status=422)
        text = _("Your answer is published.")
        self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(
            reverse("admin:comments_comment_change", args=[answer.parent_id])
        )

    def _held_story(self, request: HttpRequest) -> dict[str, Any]:
        """The one story the list is narrowed to, whose comments a moderator may hold."""
        pk = request.GET.get(StoryFilter.parameter_name, "")
        may = is_id(pk) and self.has_moderate_permission(request)
        story = Story.objects.only("pk").filter(pk=int(pk)).first() if may else None
        return {"held_story": story, "is_story_held": bool(story) and is_held(story)}

    def undo_view(self, request: HttpRequest) -> HttpResponse:
        """Undo this person's last decisions, those of one press together."""
        if not self.has_moderate_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        numbers = request.session.pop(UNDOABLE, {}).get("comments", [])
        done = 0
        for comment in Comment.objects.select_related("story").filter(pk__in=numbers):
            try:
                moderation.undo(comment, by=request.user)
                done += 1
            except ModerationError as error:
                self.message_user(request, f"#{comment.pk}: {error}", messages.WARNING)
        if done:
            text = ngettext("%(count)s decision undone.", "%(count)s decisions undone.", done)
            self.message_user(request, text % {"count": done}, messages.SUCCESS)
        return self._back(request, reverse("admin:comments_comment_changelist"))

    def lease_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Claim a comment that this moderator looks at; tell who has it otherwise."""
        if not self.has_moderate_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        comment = get_object_or_404(Comment, pk=pk)
        holder = moderation.claim(comment, by=request.user)
        said = _("%(who)s is deciding on it right now.")
        text = said % {"who": isolate(holder.display_name)} if holder else ""
        return JsonResponse({"holder": text}, headers={"Cache-Control": "no-store"})

    def note_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Tell colleagues something of a commenter."""
        if not self.has_moderate_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        comment = get_object_or_404(Comment, pk=pk)
        text = " ".join(request.POST.get("text", "").split())
        if not (text and comment.email_index):
            self.message_user(request, _("Write the note first."), messages.WARNING)
        else:
            moderation.note(comment, text, by=request.user)
            self.message_user(request, _("Your colleagues see the note."), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:comments_comment_change", args=[pk]))

    def response_action(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse:
        """Take one decision on the chosen comments, whatever the list is filtered by."""
        chosen = [pk for pk in request.POST.getlist(ACTION_CHECKBOX_NAME) if is_id(pk)]
        verb = next(filter(None, request.POST.getlist("action")), "")
        if verb not in VERBS:
            self.message_user(request, _("Choose what to do."), messages.WARNING)
        else:
            comments = Comment.objects.select_related("story").filter(pk__in=chosen[:MOST_AT_ONCE])
            self._decide(request, verb, comments)
        return HttpResponseRedirect(request.get_full_path())

    def decide_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a decision on one comment."""
        if not self.has_moderate_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        verb, _colon, reason = request.POST.get("decision", "").partition(":")
        if verb in VERBS:
            comments = Comment.objects.select_related("story").filter(pk=pk)
            self._decide(request, verb, comments, reason)
        return self._back(request, reverse("admin:comments_comment_change", args=[pk]))

    def _back(self, request: HttpRequest, otherwise: str) -> HttpResponse:
        back = request.POST.get("back", "")
        is_own = bool(back) and url_has_allowed_host_and_scheme(back, None)
        return HttpResponseRedirect(back if is_own else otherwise)

    def _decide(
        self, request: HttpRequest, verb: str, comments: QuerySet[Comment], reason: str = ""
    ) -> None:
        """Take a decision on each; a reason is a code of `reasons.REJECTIONS`, or none."""
        given = {"by": request.user, "note": request.POST.get("note", "")}
        given["reason"] = reason if reason in REJECTIONS else ""
        done = []
        for comment in comments.order_by("pk"):
            # The page says what the moderator saw; a script that does not say means the present.
            seen = request.POST.get(f"seen-{comment.pk}", "")
            seen = seen if seen.partition(" ")[0] in Status.values else ""
            try:
                VERBS[verb](comment, seen=seen, **given)
                done.append(comment.pk)
            except ModerationError as error:
                whose = f"#{comment.pk} {isolate(comment.name)}: {error}"
                self.message_user(request, whose, messages.WARNING)
            except OperationalError as error:
                log.error("a decision could not be stored: %s", error)
                busy = _("The site is very busy. Nothing was decided on #%(number)s; try again.")
                self.message_user(request, busy % {"number": comment.pk}, messages.ERROR)
        if done:
            self.message_user(request, DONE[verb] % {"count": len(done)}, messages.SUCCESS)
            request.session[UNDOABLE] = {"comments": done, "until": _until()}

    # The columns.

    @admin.display(description=gettext_lazy("author"))
    def author(self, comment: Comment) -> SafeString:
        return format_html("<bdi>{}</bdi>", comment.name)

    @admin.display(description=gettext_lazy("comment"))
    def text(self, comment: Comment) -> SafeString:
        to = _answered(comment)
        values = {"comment": comment, "beside": getattr(comment, "beside", None)}
        return format_html(
            '{}<div class="excerpt" dir="auto">{}</div>{}{}',
            to,
            marks.excerpt(comment),
            _who(comment),
            render_to_string("admin/comments/comment/_beside.html", values),
        )

    @admin.display(description=gettext_lazy("story"))
    def on_story(self, comment: Comment) -> SafeString:
        return format_html(
            '<a href="{}"><bdi>{}</bdi></a>',
            _public_address(comment),
            Truncator(comment.story.headline).chars(60),
        )

    @admin.display(description=gettext_lazy("state"))
    def state(self, comment: Comment) -> SafeString:
        return format_html(
            '<input type="hidden" name="seen-{}" value="{}"><b class="state is-{}">{}</b> {}',
            *(comment.pk, comment.as_seen, comment.status, comment.get_status_display()),
            " · ".join(reasons_of(comment)),
        )

    @admin.display(description=gettext_lazy("comment"))
    def text_and_buttons(self, comment: Comment) -> SafeString:
        values = {
            "comment": comment,
            "verbs": _buttons(comment),
            "rejections": _rejections(comment),
        }
        buttons = render_to_string("admin/comments/comment/_row_buttons.html", values)
        return format_html("{}{}", self.text(comment), buttons)


def reasons_of(comment: Comment) -> list[str]:
    """Return why the screens did not publish the comment, as moderators read it."""
    return list(dict.fromkeys(map(reason_label, comment.reasons)))


def reason_label(reason: dict[str, Any]) -> str:
    """Return one of `Comment.reasons` in words: what was found, where, and the rule behind it."""
    label = str(LABELS.get(reason.get("screen"), reason.get("screen")))
    if reason.get("detail"):
        label += f": {isolate(reason['detail'])}"
    if reason.get("threshold"):
        limit = _("limit %(number)s") % {"number": reason["threshold"]}
        label += f" ({limit})"
    if reason.get("field") in FIELD_LABELS:
        label += f" ({FIELD_LABELS[reason['field']]})"
    return label


def _marked(comment: Comment) -> SafeString | str:
    """The text as it was typed, with what the rules found marked; "" where they found nothing."""
    spans = marks.spans_of(comment)
    return marks.marked(comment.body, spans) if spans else ""


def _answered(comment: Comment) -> SafeString | str:
    """What the comment answers: whose, and its first words."""
    if comment.parent is None:
        return ""
    said = Truncator(" ".join(comment.parent.body.split())).chars(140)
    shown = '<div class="answered quiet" dir="auto">↳ <bdi>{}</bdi>: <bdi>{}</bdi></div> '
    return format_html(shown, comment.parent.name, said)


def _until() -> float:
    return (timezone.now() + UNDO).timestamp()


def _undoable(request: HttpRequest) -> int:
    """How many decisions this person's last press took that can still be undone."""
    last = request.session.get(UNDOABLE) or {}
    is_over = last.get("until", 0) <= timezone.now().timestamp()
    return 0 if is_over else len(last.get("comments", []))


def _who(comment: Comment) -> SafeString:
    """What a moderator may know of a commenter: the mask of the address and the network."""
    known = [str(part) for part in (comment.email, comment.ip) if part]
    return format_html('<div class="quiet"><bdi dir="ltr">{}</bdi></div>', " · ".join(known))


def _buttons(comment: Comment) -> list[tuple[str, str]]:
    return [(verb, VERB_LABELS[verb]) for verb in moderation.verbs_for(comment.status)]


def _rejections(comment: Comment) -> list[tuple[str, Any]]:
    """The reasons there are for throwing the comment out, where it is not out already."""
    return [] if comment.status == Status.TRASH else list(REJECTIONS.items())


def _public_address(comment: Comment) -> str:
    """Return where the comment is read, or would be."""
    comment.story.section_slug = comment.section_slug or "-"
    return comment.get_absolute_url()


def _states(changelist: ChangeList) -> list[dict[str, Any]]:
    """Return the states with their counts up to a bound, as links that keep the other filters."""
    counts = {state: _counted(Q(status=state)) for state in Status.values}
    counts |= {ALL: sum(counts.values()), REPORTED: _counted(Q(report_count__gt=0))}
    chosen = next(spec for spec in changelist.filter_specs if isinstance(spec, StateFilter))
    return [
        {
            "label": label,
            "count": min(counts[state], MOST_COUNTED),
            "is_more": counts[state] > MOST_COUNTED,
            "query": changelist.get_query_string({StateFilter.parameter_name: state}, ["p"]),
            "chosen": state == chosen.state(),
        }
        for state, label in tabs()
    ]


def _counted(which: Q) -> int:
    rows = Comment.objects.order_by().filter(which).values("pk")
    return rows[: MOST_COUNTED + 1].count()


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    """Who decided what. Read only."""

    list_display = ("comment_link", "from_status", "to_status", "by", "at", "why", "note")
    list_display_links = None
    list_select_related = ("by", "comment")
    list_per_page = 100
    list_max_show_all = 100
    paginator = BoundedPaginator
    show_full_result_count = False
    sortable_by = ()

    @admin.display(description=gettext_lazy("comment"))
    def comment_link(self, decision: Decision) -> SafeString:
        url = reverse("admin:comments_comment_change", args=[decision.comment_id])
        name = decision.comment.name
        return format_html('<a href="{}">#{} <bdi>{}</bdi></a>', url, decision.comment_id, name)
