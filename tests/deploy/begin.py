"""Begin a newsroom for servers to serve: one story with a picture. Prints its address and the picture's."""

import django

django.setup()

from django.conf import settings  # noqa: E402  (needs the settings)

from tests import factories  # noqa: E402

picture = factories.make_image()
paragraphs = "<p>The first boat left at four, and the second one waited for the tide.</p>" * 300
story = factories.make_story(body_html=paragraphs, picture=picture.pk)
print(story.get_absolute_url())
rendition = min(settings.MEDIA_ROOT.rglob("*.jpg"))
print(settings.MEDIA_URL + rendition.relative_to(settings.MEDIA_ROOT).as_posix())
