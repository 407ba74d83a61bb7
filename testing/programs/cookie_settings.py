"""Prints the settings of cookies in production, as JSON.

python -m testing.programs.cookie_settings
"""

import json

from django.conf import settings

if __name__ == "__main__":
    print(
        json.dumps(
            {
                "secure": settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE,
                "http_only": settings.SESSION_COOKIE_HTTPONLY,
                "same_site": [settings.SESSION_COOKIE_SAMESITE, settings.CSRF_COOKIE_SAMESITE],
                "hours": settings.SESSION_COOKIE_AGE / 3600,
            }
        )
    )
