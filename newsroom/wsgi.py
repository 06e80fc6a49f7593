"""The door for gunicorn and every other WSGI server: kept pages first, then Django."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

django = get_wsgi_application()

from newsroom.checks import stop_on_errors  # noqa: E402  (needs the settings)
from newsroom.pages import in_front_of  # noqa: E402

stop_on_errors()
application = in_front_of(django)
