"""The floor: Django with no middleware, no database and one view that answers a constant."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

BODY = b"x" * int(os.environ.get("FLOOR_BYTES", "20000"))
SIZE = {"Content-Length": str(len(BODY))}

settings.configure(
    ALLOWED_HOSTS=["*"], MIDDLEWARE=[], ROOT_URLCONF="bench.floor", SECRET_KEY="floor", DATABASES={}
)

urlpatterns = [path("", lambda request: HttpResponse(BODY, headers=SIZE))]
application = get_wsgi_application()
