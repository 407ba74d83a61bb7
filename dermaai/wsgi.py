import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dermaai.settings")
application = get_wsgi_application()

from imaging.decoding.pool import pool  # noqa: E402  (settings first)

pool().warm_up()

# What was loaded stays loaded: no request stops to look through it for garbage.
gc.collect()
gc.freeze()
