"""Settings of the benchmarks: production's, without HTTPS, which the test client does not speak."""

from dermaai.settings import *  # noqa: F403

SECURE_SSL_REDIRECT = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
ALLOWED_HOSTS = ["testserver"]
STORAGES["staticfiles"] = {  # noqa: F405  (nothing is collected here)
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
