"""Begin a newsroom for servers to serve: a story with a picture. Says where both are."""

import sys

import django

django.setup()

from django.conf import settings  # noqa: E402  (needs the settings)

from tests import factories  # noqa: E402

picture = factories.make_image()
paragraphs = "<p>The first boat left at four, and the second one waited for the tide.</p>" * 300
story = factories.make_story(body_html=paragraphs, picture=picture.pk)
rendition = min(settings.MEDIA_ROOT.rglob("*.jpg")).relative_to(settings.MEDIA_ROOT)
sys.stdout.write(f"{story.get_absolute_url()} {settings.MEDIA_URL}{rendition.as_posix()}")
