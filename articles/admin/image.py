"""Pictures: uploaded once, named in every language, chosen in stories."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from articles import pictures
from articles.admin.translations import NamedAdmin, TranslationInline
from articles.models import Image, ImageTranslation
from articles.models.language import languages
from newsroom.lib import images

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


class UploadForm(ImageForm):
    """A picture and its texts in one language: what the chooser inside a story asks for."""

    language = forms.ChoiceField(choices=languages)
    alt = forms.CharField(label=_("alternative text"), max_length=250)
    caption = forms.CharField(label=_("caption"), max_length=400, required=False)
    credit = forms.CharField(label=_("credit"), max_length=120, required=False)

    class Meta:
        model = Image
        fields = ("original",)


class TextsForm(forms.ModelForm):
    """The texts of a picture in one language, asked for when a story takes it without them."""

    class Meta:
        model = ImageTranslation
        fields = ("language", "alt", "caption", "credit")


class ImageTranslationInline(TranslationInline):
    model = ImageTranslation
    parent_name = "image"


@admin.register(Image)
class ImageAdmin(NamedAdmin):
    form = ImageForm
    inlines = (ImageTranslationInline,)
    change_form_template = "admin/articles/image/form.html"
    list_display = ("thumbnail", "name", "languages", "size", "created_at", "used")
    list_display_links = ("thumbnail", "name")
    story_field = "picture"
    list_per_page = 40
    search_fields = ("translations__alt", "translations__caption", "translations__credit")

    def get_fields(self, request: HttpRequest, obj: Image | None = None) -> tuple[str, ...]:
        return ("focal_x", "focal_y") if obj else ("original",)

    def save_model(
        self, request: HttpRequest, obj: Image, form: forms.ModelForm, change: bool
    ) -> None:
        if not change:
            obj.created_by = request.user
        pictures.store(obj)
        same = Image.objects.filter(sha256=obj.sha256).exclude(pk=obj.pk).first()
        if same and not change:
            text = gettext("The same picture was uploaded before: number %(number)d.")
            messages.warning(request, text % {"number": same.pk})

    def render_change_form(self, request: HttpRequest, context: dict, **kwargs: Any) -> Any:
        image = kwargs.get("obj")
        if image and image.rendition_key:
            context["picture_url"] = pictures.rendition_url(image, "full", 960)
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
        view: Callable = self.admin_site.admin_view(self.choose)
        return [path("choose/", view, name="articles_image_choose"), *super().get_urls()]

    def choose(self, request: HttpRequest) -> JsonResponse:
        """GET: a page of pictures that match `q`; POST: one more with its texts, or with
        `image` the texts that one of them lacks."""
        language = request.GET.get("language", "")
        if request.method == "POST":
            return self._describe(request) if "image" in request.POST else self._upload(request)
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = Image.objects.exclude(rendition_key="").prefetch_related("translations")
        term = request.GET.get("q", "").strip()[:100]
        if term:
            texts = ("alt", "caption", "credit")
            match = [Q(**{f"translations__{name}__icontains": term}) for name in texts]
            found = found.filter(match[0] | match[1] | match[2]).distinct()
        page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
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
        pictures.store(image)
        texts = {name: data[name] for name in ("language", "alt", "caption", "credit")}
        ImageTranslation.objects.create(image=image, **texts)
        self.log_addition(request, image, [{"added": {}}])
        return JsonResponse({"picture": _as_json(image, data["language"])}, status=201)

    def _describe(self, request: HttpRequest) -> JsonResponse:
        number, language = request.POST["image"], request.POST.get("language")
        image = get_object_or_404(Image, pk=number if number.isdecimal() else 0)
        if not self.has_change_permission(request, image):
            raise PermissionDenied
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


def _errors(form: forms.Form | forms.ModelForm) -> JsonResponse:
    errors = {name: " ".join(texts) for name, texts in form.errors.items()}
    return JsonResponse({"errors": errors}, status=422)


def _as_json(image: Image, language: str) -> dict[str, Any]:
    own = {row.language: row for row in image.translations.all()}.get(language)
    return {
        "id": image.pk,
        "name": str(image),
        "thumbnail": pictures.rendition_url(image, "wide", 320),
        "url": pictures.rendition_url(image, "full", 960),
        "alt": own.alt if own else "",
        "caption": own.caption if own else "",
        "credit": own.credit if own else "",
        "edit": reverse("admin:articles_image_change", args=[image.pk]),
    }
