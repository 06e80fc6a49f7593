"""Pictures: uploaded once, named in every language, chosen in stories."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_protect

from articles import logged, pictures
from articles.admin.story_filters import STATES, state_of
from articles.admin.translations import (
    SHOWN_USES,
    NamedAdmin,
    TranslationForm,
    TranslationInline,
    stories_named,
)
from articles.models import Author, Image, ImageTranslation, Story
from articles.models.language import languages
from articles.rights import EDIT_ALL, visible_to
from newsroom.lib import images
from newsroom.lib.folding import tokens
from newsroom.lib.paging import BoundedPaginator
from newsroom.lib.text import one_line, row_number

PER_PAGE = 24


class ImageForm(forms.ModelForm):
    original = forms.FileField(
        label=_("picture"),
        widget=forms.FileInput({"accept": "image/*"}),
        help_text=_("JPEG, PNG, WebP, AVIF or GIF, up to 20 MB; 1,920 pixels wide or more."),
    )

    class Meta:
        model = Image
        fields = ("original", "focal_x", "focal_y")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            # Another picture is another upload: stories that show this one keep it.
            del self.fields["original"]

    def clean_original(self) -> Any:
        file = self.cleaned_data["original"]
        images.inspect(file)
        return file


class AddForm(ImageForm):
    """One more picture: what is there already is found there, and not kept twice."""

    def clean_original(self) -> Any:
        file = super().clean_original()
        if same := pictures.known(file):
            text = f"{gettext('This picture is in the library already.')} #{same.pk}"
            raise forms.ValidationError(text, code="known")
        return file


class UploadForm(ImageForm):
    """A picture and its texts in one language: what the chooser inside a story asks for."""

    language = forms.ChoiceField(choices=languages)
    alt = forms.CharField(label=_("alternative text"), max_length=250)
    caption = forms.CharField(label=_("caption"), max_length=400, required=False)
    credit = forms.CharField(label=_("credit"), max_length=120)

    class Meta:
        model = Image
        fields = ("original",)


class BareForm(ImageForm):
    """A picture alone: its texts are asked for next to it, once it is there."""

    class Meta:
        model = Image
        fields = ("original",)


class TextsForm(forms.ModelForm):
    """The texts of a picture in one language, asked for when a story takes it without them."""

    credit = forms.CharField(label=_("credit"), max_length=120)

    class Meta:
        model = ImageTranslation
        fields = ("language", "alt", "caption", "credit")


class ImageTranslationForm(TranslationForm):
    """Texts in one language: a picture that is described is credited too."""

    class Meta(TranslationForm.Meta):
        widgets = {name: forms.Textarea({"rows": 2}) for name in ("alt", "caption")}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        # The boxes have two lines, so that all can be read; the texts have one.
        data |= {name: one_line(data[name]) for name in ("alt", "caption") if data.get(name)}
        if data.get("alt") and not data.get("credit"):
            self.add_error("credit", _("Say whose picture it is."))
        return data


class ImageTranslationInline(TranslationInline):
    model = ImageTranslation
    form = ImageTranslationForm
    parent_name = "image"


class ReplaceForm(forms.Form):
    """Another picture in the place of one."""

    original = ImageForm.base_fields["original"]

    clean_original = ImageForm.clean_original


class LackFilter(admin.SimpleListFilter):
    """Pictures that cannot stand in a story of a language yet."""

    title = _("without texts in")
    parameter_name = "lacks"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return list(languages())

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() not in dict(languages()):
            return queryset
        whole = ImageTranslation.objects.filter(image=OuterRef("pk"), language=self.value())
        return queryset.filter(~Exists(whole.exclude(alt="").exclude(credit="")))


class UseFilter(admin.SimpleListFilter):
    title = _("use")
    parameter_name = "use"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return [
            ("used", gettext("in stories")),
            ("unused", gettext("in no story")),
            ("mine", gettext("added by me")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        used = Exists(Story.pictures.through.objects.filter(image=OuterRef("pk")))
        chosen = {"used": used, "unused": ~used, "mine": Q(created_by=request.user)}
        return queryset.filter(chosen[self.value()]) if self.value() in chosen else queryset


@admin.register(Image)
class ImageAdmin(NamedAdmin):
    form = ImageForm
    inlines = (ImageTranslationInline,)
    change_form_template = "admin/articles/image/form.html"
    change_list_template = "admin/articles/image/library.html"
    list_display = ("thumbnail", "name", "languages", "size", "created_at", "used")
    list_display_links = ("thumbnail", "name")
    list_filter = (LackFilter, UseFilter)
    list_select_related = ("created_by",)
    show_facets = admin.ShowFacets.NEVER
    used_by, use_field = Story.pictures.through, "image"
    list_per_page = 48
    list_max_show_all = 48
    search_fields = ("search_text",)
    search_help_text = _("Words of the texts, the credit or the file's name.")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        return _matching(queryset, search_term), False

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> Any:
        more = {
            "upload_words": json.dumps(upload_words(), ensure_ascii=False),
            "interface_language": request.LANGUAGE_CODE,
            "max_bytes": images.MAX_BYTES,
            "may_add": self.has_add_permission(request),
        }
        return super().changelist_view(request, more | (extra_context or {}))

    def has_change_permission(self, request: HttpRequest, obj: Image | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or pictures.may_describe(obj, request.user))

    def get_fields(self, request: HttpRequest, obj: Image | None = None) -> tuple[str, ...]:
        return ("focal_x", "focal_y") if obj else ("original",)

    def save_model(
        self, request: HttpRequest, obj: Image, form: forms.ModelForm, change: bool
    ) -> None:
        if not change:
            obj.created_by = request.user
        pictures.store(obj)

    def delete_model(self, request: HttpRequest, obj: Image) -> None:
        pictures.delete(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Image]) -> None:
        for image in queryset:
            self.delete_model(request, image)

    def get_form(
        self, request: HttpRequest, obj: Image | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        own = {} if change else {"form": AddForm}
        return super().get_form(request, obj, change, **(own | kwargs))

    @method_decorator(csrf_protect)
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict | None = None,
    ) -> Any:
        """Django's own, but for the transaction round it: sizes take seconds to make, and on
        SQLite nobody else could save for so long."""
        try:
            return self._changeform_view(request, object_id, form_url, extra_context)
        except forms.ValidationError as error:  # a picture that opens, but cannot be made smaller
            messages.error(request, " ".join(error.messages))
            return HttpResponseRedirect(request.get_full_path())

    def render_change_form(self, request: HttpRequest, context: dict, **kwargs: Any) -> Any:
        image = kwargs.get("obj")
        if image and image.rendition_key:
            context["picture_url"] = pictures.rendition_url(image, "full", 768)
            context |= _uses(image, request)
            context["file_name"] = image.original.name.rpartition("/")[2]
            context["may_replace"] = _may_replace(request)
            is_guarded = not pictures.may_describe(image, request.user)
            if is_guarded and self.has_change_permission(request):
                context["why_not"] = seen_by_readers()
        return super().render_change_form(request, context, **kwargs)

    @admin.display(description=_("picture"))
    def thumbnail(self, image: Image) -> SafeString | str:
        if not image.rendition_key:
            return ""
        url = pictures.rendition_url(image, "wide", 320)
        return format_html('<img src="{}" alt="" width="112" height="63" loading="lazy">', url)

    @admin.display(description=_("caption"))
    def name(self, image: Image) -> SafeString:
        return format_html('<bdi>{}</bdi> <span class="quiet">{}</span>', image, f"#{image.pk}")

    @admin.display(description=_("size"))
    def size(self, image: Image) -> SafeString:
        return format_html("<bdi>{} × {}</bdi>", image.width, image.height)

    # The chooser.

    def get_urls(self) -> list[URLPattern]:
        own: dict[str, tuple[str, Callable]] = {
            "choose": ("choose/", self.choose),
            "upload": ("upload/", self.upload),
            "replace": ("<int:pk>/replace/", self.replace),
        }
        return [
            *(
                path(route, self.admin_site.admin_view(view), name=f"articles_image_{name}")
                for name, (route, view) in own.items()
            ),
            *super().get_urls(),
        ]

    def upload(self, request: HttpRequest) -> JsonResponse | HttpResponseNotAllowed:
        """One file of many: the picture is there, its texts are asked for beside it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = BareForm(request.POST, request.FILES)
        if not form.is_valid():
            return _errors(form)
        image = form.save(commit=False)
        image.created_by = request.user
        same = pictures.known(image.original.file)
        try:
            image = same or pictures.store(image)
        except forms.ValidationError as error:
            return _refused(error)
        if not same:
            self.log_addition(request, image, [{"added": {}}])
        answer = _as_json(image, request.LANGUAGE_CODE) | {"is_known": bool(same)}
        return JsonResponse({"picture": answer}, status=200 if same else 201)

    def replace(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put another picture in the place of one, everywhere it is used."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        image = get_object_or_404(Image, pk=pk)
        form = ReplaceForm(request.POST, request.FILES)
        if not _may_replace(request):
            raise PermissionDenied
        if not form.is_valid():
            messages.error(request, " ".join(form.errors["original"]))
        else:
            self._replace(request, image, form.cleaned_data["original"])
        return HttpResponseRedirect(reverse("admin:articles_image_change", args=[pk]))

    def _replace(self, request: HttpRequest, image: Image, file: File) -> None:
        try:
            pictures.replace(image, file, by=request.user)
        except forms.ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            self.log_change(request, image, logged.fields(gettext_noop("picture")))
            messages.success(request, gettext("Replaced everywhere. Set its focal point anew."))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple:
        """A picture in use stays, also where it stands in a text alone; the stories that keep it
        are named to who may see them, and counted to everybody."""
        found, counts, lacking, _protected = super().get_deleted_objects(objs, request)
        stories = Story.objects.filter(pictures__in=[obj.pk for obj in objs]).distinct()
        named = [*_authors_of(objs), *stories_named(stories, request.user)]
        return found, counts, set() if named else lacking, named

    def choose(self, request: HttpRequest) -> JsonResponse:
        """GET: a page of pictures that match `q`; POST: one more with its texts, or with
        `image` the texts that one of them lacks."""
        language = request.GET.get("language", "")
        if request.method == "POST":
            return self._describe(request) if "image" in request.POST else self._upload(request)
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = Image.objects.exclude(rendition_key="").prefetch_related("translations")
        found = _matching(found, request.GET.get("q", ""))
        page = BoundedPaginator(found, PER_PAGE).get_page(request.GET.get("page"))
        rows = [_as_json(image, language) for image in page]
        return JsonResponse({"pictures": rows, "has_next": page.has_next()})

    def _upload(self, request: HttpRequest) -> JsonResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return _errors(form)
        data = form.cleaned_data
        image = form.save(commit=False)
        image.created_by = request.user
        same = pictures.known(image.original.file)
        try:
            image = same or pictures.store(image)
        except forms.ValidationError as error:
            return _refused(error)
        if pictures.may_describe(image, request.user, data["language"]):
            texts = {name: data[name] for name in ("alt", "caption", "credit")}
            _describe(image, texts, data["language"])
        if not same:
            self.log_addition(request, image, [{"added": {}}])
        answer = {"picture": _as_json(image, data["language"])}
        return JsonResponse(answer, status=200 if same else 201)

    def _describe(self, request: HttpRequest) -> JsonResponse:
        number, language = request.POST["image"], request.POST.get("language", "")
        image = get_object_or_404(Image, pk=row_number(number))
        if not self.has_change_permission(request):
            raise PermissionDenied
        if not pictures.may_describe(image, request.user, language):
            return JsonResponse({"errors": {"__all__": seen_by_readers()}}, status=422)
        row = image.translations.filter(language=language).first()
        form = TextsForm(request.POST, instance=row or ImageTranslation(image=image))
        if not form.is_valid():
            return _errors(form)
        form.save()
        self.log_change(request, image, [{"changed": {}}])
        return JsonResponse({"picture": _as_json(image, form.cleaned_data["language"])})

    def response_add(self, request: HttpRequest, obj: Image, post_url_continue: Any = None) -> Any:
        """A new picture stays open: its focal point can be pointed at only now."""
        if "_save" in request.POST and "_popup" not in request.POST:
            request.POST = request.POST.copy()
            request.POST["_continue"] = "1"
        return super().response_add(request, obj, post_url_continue)


def upload_words() -> dict[str, str]:
    """What the script of the library says."""
    return {
        "failed": gettext("That did not work. Check the connection and try again."),
        "too_heavy": gettext("The picture is larger than 20 MB."),
        "refused": gettext("You are signed out, or may not do this."),
        "waiting": gettext("waiting"),
        "known": gettext("This picture is in the library already."),
        "ready": gettext("Ready"),
        "alt": gettext("Alternative text"),
        "caption": gettext("Caption"),
        "credit": gettext("Credit"),
        "same_credit": gettext("The same credit for all"),
        "save": gettext("Save"),
        "open": gettext("Open"),
    }


def seen_by_readers() -> str:
    """Return why somebody who describes pictures may not describe this one."""
    return gettext("Readers see this picture: its texts are changed by those who publish.")


def _matching(found: QuerySet[Image], term: str) -> QuerySet[Image]:
    """Return the pictures whose texts hold every word, however it is spelt."""
    for word in tokens(term[:100])[:8]:
        found = found.filter(search_text__contains=word)
    return found


def _may_replace(request: HttpRequest) -> bool:
    return request.user.has_perm("articles.change_image") and request.user.has_perm(EDIT_ALL)


def _uses(image: Image, request: HttpRequest) -> dict[str, Any]:
    """The stories a picture stands in, as far as this person may see them, and how many more."""
    stories = image.used_in.order_by("-changed_at")
    seen = list(visible_to(stories, request.user)[:SHOWN_USES])
    for story in seen:
        story.state = state_of(story)
        story.state_label = STATES[story.state]
    faces = image.authors.prefetch_related("translations")[:SHOWN_USES]
    return {"uses": seen, "more_uses": stories.count() - len(seen), "faces": faces}


def _authors_of(images: Iterable[Image]) -> list[SafeString]:
    """Return links to the authors whose portrait is among `images`."""
    rows = Author.objects.filter(picture__in=[image.pk for image in images])
    return [
        format_html(
            '<a href="{}">{}</a>', reverse("admin:articles_author_change", args=[row.pk]), row
        )
        for row in rows.prefetch_related("translations")[:SHOWN_USES]
    ]


def _describe(image: Image, texts: dict[str, str], language: str) -> None:
    """Give a picture its texts in a language; what it has there already stays."""
    row = image.translations.filter(language=language).first()
    row = row or ImageTranslation(image=image, language=language)
    for name, text in texts.items():
        setattr(row, name, getattr(row, name) or text)
    row.save()


def _refused(error: forms.ValidationError) -> JsonResponse:
    return JsonResponse({"errors": {"original": " ".join(error.messages)}}, status=422)


def _errors(form: forms.Form | forms.ModelForm) -> JsonResponse:
    errors = {name: " ".join(texts) for name, texts in form.errors.items()}
    return JsonResponse({"errors": errors}, status=422)


def _line_under(texts: ImageTranslation) -> str:
    """Caption and credit as they stand under a picture in a text, in its language."""
    with translation.override(texts.language):
        credit = gettext("Picture: <bdi>%(name)s</bdi>") % {"name": texts.credit}
    credit = credit.replace("<bdi>", "").replace("</bdi>", "") if texts.credit else ""
    return " — ".join(filter(None, [texts.caption, credit]))


def _as_json(image: Image, language: str) -> dict[str, Any]:
    own = {row.language: row for row in image.translations.all()}.get(language)
    own = own or ImageTranslation(language=language)
    return {
        "id": image.pk,
        "name": str(image),
        "thumbnail": pictures.rendition_url(image, "wide", 320),
        "square": pictures.rendition_url(image, "square", 160),
        "url": pictures.rendition_url(image, "full", 768),
        "alt": own.alt,
        "caption": own.caption,
        "credit": own.credit,
        "line": _line_under(own),
        "edit": reverse("admin:articles_image_change", args=[image.pk]),
    }
