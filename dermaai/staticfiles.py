"""Static files under hashed names, including the imports of our ES modules."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Whitenoise's storage, but it rewrites imports only in our own modules.

    Django's switch applies to every .js file and fails on libraries that it cannot parse.
    """

    # A module's name follows from those of what it imports: one pass for each step of the longest
    # chain of imports.
    max_post_process_passes = 12
    patterns = (
        next(p for p in ManifestStaticFilesStorage.patterns if p[0] == "*.css"),
        ("js/*.js", ManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]),  # type: ignore[attr-defined]
    )
