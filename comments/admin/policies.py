"""How comments are taken, a row a language; and holding all comments of one story."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles import logged
from articles.models import Section, Story
from comments.models import Policy, StoryPolicy
from comments.moderation import MODERATE


class PolicyForm(forms.ModelForm):
    class Meta:
        model = Policy
        fields = (
            "is_stopped",
            "stop_message",
            "closed_message",
            "close_after_days",
            "premoderate",
            "premoderated_sections",
        )
        widgets = {
            "stop_message": forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
            "closed_message": forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
            "premoderated_sections": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sections = Section.objects.exclude(code="pages").prefetch_related("translations")
        self.fields["premoderated_sections"].queryset = sections


@admin.register(Policy)
class PolicyAdmin(admin.ModelAdmin):
    form = PolicyForm
    fieldsets = (
        (None, {"fields": ("language",)}),
        (gettext_lazy("stop"), {"fields": ("is_stopped", "stop_message")}),
        (gettext_lazy("close"), {"fields": ("close_after_days", "closed_message")}),
        (gettext_lazy("hold"), {"fields": ("premoderate", "premoderated_sections")}),
    )
    readonly_fields = ("language",)
    list_display = ("language", "is_stopped", "close_after_days", "premoderate")
    ordering = ("id",)
    sortable_by = ()

    class Media:
        css = {"all": ["comments/desk.css", "comments/rules.css"]}

    def get_urls(self) -> list[URLPattern]:
        hold = self.admin_site.admin_view(self.hold_story)
        return [path("story/<int:pk>/", hold, name="comments_story_hold"), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # `migrate` makes one for every language

    def has_delete_permission(self, request: HttpRequest, obj: Policy | None = None) -> bool:
        return False

    def hold_story(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hold every comment on a story from now on (`hold=1`), or no longer."""
        if not request.user.has_perm(MODERATE):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        story, holds = get_object_or_404(Story, pk=pk), request.POST.get("hold") == "1"
        StoryPolicy.objects.update_or_create(story=story, defaults={"premoderate": holds})
        code = "comments_held" if holds else "comments_held_no_longer"
        self.log_change(request, story, logged.sentence(code))
        messages.success(request, logged.SENTENCES[code]({}))
        back = request.POST.get("back", "")
        queue = f"{reverse('admin:comments_comment_changelist')}?story__id__exact={story.pk}"
        own = back and url_has_allowed_host_and_scheme(back, None)
        return HttpResponseRedirect(back if own else queue)


def is_held(story: Story) -> bool:
    """Whether a moderator wants every comment on `story` held."""
    return StoryPolicy.objects.filter(story=story, premoderate=True).exists()


def _held(values: dict[str, Any]) -> str:
    return _("Every comment on this story is held from now on.")


def _held_no_longer(values: dict[str, Any]) -> str:
    return _("Comments on this story are no longer all held.")


logged.SENTENCES |= {"comments_held": _held, "comments_held_no_longer": _held_no_longer}
