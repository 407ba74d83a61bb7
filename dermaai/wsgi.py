import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dermaai.settings")
application = get_wsgi_application()

from imaging.decoding.pool import pool  # noqa: E402  (settings first)

pool().warm_up()
