"""What every public template may use besides its view's own context."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.encoding import iri_to_uri

from articles import languages
from articles.site import absolute, site_of
from newsroom.middleware import is_desk


def site(request: HttpRequest) -> dict[str, Any]:
    """The paper in the page's language, and the page's canonical address. The desk needs none."""
    if is_desk(request):
        return {}
    path = iri_to_uri(request.path)
    return {
        "site": site_of(request),
        "LANGUAGE_CODE": request.LANGUAGE_CODE,
        "SITE_URL": settings.SITE_URL,
        "canonical_url": absolute(request.path),
        "page_languages": languages.switch(request.LANGUAGE_CODE, {request.LANGUAGE_CODE: path}),
    }
