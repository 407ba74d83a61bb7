"""Settings of the fuzzed server: production's, without what takes long and no answer shows."""

from dermaai.settings import *  # noqa: F403

# A slow hash is most of what hundreds of wrong passwords cost.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {  # noqa: F405  (nothing is collected here)
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
