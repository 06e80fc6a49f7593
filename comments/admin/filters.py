"""By what the queue is narrowed. Each filter stands in the address."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from articles.models import Story
from comments.admin.address import SAME_PERSON
from comments.models import Comment
from newsroom.lib.rtl import isolate

Status = Comment.Status
ALL, REPORTED = "all", "reported"
STORIES_IN_FILTER = 15
MOST_REPORTED = 2000


class StateFilter(admin.SimpleListFilter):
    """The queue unless another state is asked for. Shown above the list, with counts."""

    title = gettext_lazy("state")
    parameter_name = "status__exact"
    template = "admin/comments/comment/_no_filter.html"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return tabs()

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        # What one person wrote is looked at whole.
        self.usual = ALL if SAME_PERSON in request.GET else Status.PENDING
        super().__init__(request, *args)

    def state(self) -> str:
        return self.value() if self.value() in dict(tabs()) else self.usual

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.state() == REPORTED:
            # Few by their nature, and found by their own index whatever the order of the list.
            reported = Comment.objects.filter(report_count__gt=0).order_by("-report_count", "-pk")
            return queryset.filter(pk__in=reported.values("pk")[:MOST_REPORTED])
        return queryset if self.state() == ALL else queryset.filter(status=self.state())


def tabs() -> list[tuple[str, Any]]:
    return [*Status.choices, (REPORTED, pgettext("comments", "reported")), (ALL, _("all"))]


class LanguageFilter(admin.SimpleListFilter):
    title = gettext_lazy("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return settings.LANGUAGES

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        # Asked of each comment, the newest first, until a page is full: a join would begin with
        # the stories of the language and sort all that was ever written under them.
        stories = Story.objects.filter(pk=OuterRef("story"), language=self.value())
        return queryset.filter(Exists(stories)) if self.value() else queryset


class StoryFilter(admin.SimpleListFilter):
    """The stories with the longest queues, and whichever was asked for."""

    title = gettext_lazy("story")
    parameter_name = "story__id__exact"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        pending = Comment.objects.pending().order_by().values("story")
        waiting = pending.annotate(waiting=Count("pk")).order_by("-waiting", "-story")
        counts = dict(waiting.values_list("story", "waiting")[:STORIES_IN_FILTER])
        asked = int(self.value()) if is_id(self.value() or "") else None
        if asked is not None and asked not in counts:
            counts[asked] = pending.filter(story=asked).count()
        headlines = dict(Story.objects.filter(pk__in=counts).values_list("pk", "headline"))
        return [
            (str(pk), f"{isolate(Truncator(headlines[pk]).chars(60))} ({count})")
            for pk, count in counts.items()
            if pk in headlines
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() is None:
            return queryset
        return queryset.filter(story=self.value()) if is_id(self.value()) else queryset.none()


class PersonFilter(admin.SimpleListFilter):
    """The comments of whoever wrote one of them: a person is named by a comment, never by an
    address or a function of it."""

    title = gettext_lazy("commenter")
    parameter_name = SAME_PERSON
    template = "admin/comments/comment/_no_filter.html"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return [(self.value(), self.value())]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() is None:
            return queryset
        if not is_id(self.value()):
            return queryset.none()
        person = Comment.objects.filter(pk=self.value()).exclude(email_index="")
        return queryset.filter(email_index__in=person.values("email_index"))


def is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
