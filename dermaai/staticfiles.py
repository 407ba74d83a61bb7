"""Static files under hashed names, our ES modules' imports included."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Whitenoise's storage, which rewrites the imports of our own modules only.

    Django's switch for it takes every .js, and breaks on libraries that it cannot parse.
    """

    patterns = (
        next(p for p in ManifestStaticFilesStorage.patterns if p[0] == "*.css"),
        ("js/*.js", ManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]),
    )
