"""Settings of the test suite: production's, on files that are thrown away."""

import os
import tempfile

os.environ["SECRET_KEY"] = "only-for-the-tests-of-this-repository"
os.environ["DEBUG"] = "0"
# One folder a process, so that parallel workers do not meet.
os.environ["DERMAAI_DATA"] = tempfile.mkdtemp(prefix="dermaai-test-")

from .settings import *  # noqa: F403

INSTALLED_APPS += ["tools.demo"]  # noqa: F405
SECURE_SSL_REDIRECT = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False  # the live server of the browser tests is HTTP
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = dict.fromkeys(  # noqa: F405
    ["uploads", "login", "shares"], "1000/min"
)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file, as in production: in memory, two threads meet other locks.
    DATABASES["default"]["TEST"] = {"NAME": DERMAAI_DATA / "test.sqlite3"}  # noqa: F405
