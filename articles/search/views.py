"""The readers' search page."""

from django.conf import settings
from django.core.paginator import InvalidPage, Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from articles import languages
from articles import search as searching
from articles.models import Story
from articles.search.excerpts import Excerpts
from articles.search.forms import SearchForm
from articles.search.question import MAX_WORDS, Question
from articles.site import site_of
from newsroom.lib.caching import public_page

PER_PAGE = 10


@require_safe
@public_page
def search(request: HttpRequest, language: str) -> HttpResponse:
    """What was found for the words and filters in the address, best first."""
    form = SearchForm(request.GET, site_of(request))
    filters = form.filters()
    found = searching.search(form.words, filters)
    page = _page(request, found)
    question = Question(form.words, filters.languages)
    context = {
        "is_search": True,
        "form": form,
        "query": form.words,
        "is_asked": bool(question) or form.is_narrowed,
        "is_question": bool(question),
        "stories": _shown(page.object_list, question),
        "page_obj": page,
        "is_cut": len(found) == searching.MOST,
        "has_many_words": len(form.words.split()) > MAX_WORDS,
        "kept": form.address(),
        "kept_words": form.address(*form.NARROWING),
        "kept_any_language": form.address("language"),
        "page_languages": _page_languages(language, form),
    }
    return TemplateResponse(request, "articles/search.html", context)


def _page(request: HttpRequest, found: list[int]) -> Page:
    try:
        return Paginator(found, PER_PAGE).page(request.GET.get("page", "1"))
    except InvalidPage as error:
        raise Http404 from error


def _shown(ids: list[int], question: Question) -> list[Story]:
    """Return the stories of a page in their order, each with what is marked of it."""
    # By number alone: asked for what is public, SQLite would begin at the index of the status.
    stories = Story.objects.with_section().select_related("picture").in_bulk(ids)
    shown = [stories[pk] for pk in ids if pk in stories and stories[pk].is_public]
    excerpts = Excerpts(question)
    for story in shown:
        story.marked_headline = excerpts.headline(story)
        story.marked_excerpt = excerpts.excerpt(story)
    return shown


def _page_languages(language: str, form: SearchForm) -> list[dict]:
    """Return the switch of languages, which keeps the words."""
    words = form.address(*form.NARROWING)
    urls = {
        code: reverse("articles:search", args=[code]) + (f"?{words}" if words else "")
        for code, _name in settings.LANGUAGES
    }
    return languages.switch(language, urls)
