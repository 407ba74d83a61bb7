import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dermaai.settings")
application = get_wsgi_application()

from imaging.decoding.decoder import decoders  # noqa: E402  (settings first)

decoders().warm_up()

# An upload comes in pieces of a MiB. glibc asks the system for every block of that size, and each
# of its pages is a fault, until a larger one was once given back (mallopt(3), M_MMAP_THRESHOLD).
bytearray(4 * 2**20)

# What was loaded stays loaded: no request stops to look through it for garbage.
gc.collect()
gc.freeze()
