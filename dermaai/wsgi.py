import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dermaai.settings")
application = get_wsgi_application()

from imaging.decoding.decoder import decoders  # noqa: E402  (settings first)

decoders().warm_up()

# Uploads arrive in chunks of 1 MiB. glibc maps each block of that size anew, with a page fault for
# every page, until a larger block has been freed once (mallopt(3), M_MMAP_THRESHOLD).
bytearray(4 * 2**20)

# What is loaded now stays: garbage collection need not scan it during requests.
gc.collect()
gc.freeze()
