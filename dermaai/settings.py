"""Settings, all from the environment. docs/settings.md lists the variables."""

import os
from datetime import timedelta
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from .csp import PERMISSIONS_POLICY, add_static_headers, azure_origin, content_security_policy  # noqa: F401  (one is a setting)
from .hosts import check_hosts
from .logs import logging_config
from .openapi import SPECTACULAR_SETTINGS  # noqa: F401  (a setting)
from .practice import *  # noqa: F403  (settings)
from .processing import *  # noqa: F403  (settings)
from .rest import DRF_STANDARDIZED_ERRORS, SIMPLE_JWT  # noqa: F401  (settings)

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set (script/server makes one for a trial).")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])  # "Exchange a key"

DERMAAI_DATA = Path(env.str("DERMAAI_DATA", str(BASE_DIR / "var"))).resolve()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
check_hosts(ALLOWED_HOSTS, debug=DEBUG)
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)  # then X-Forwarded-For's last entry is the client

# The audit log: the key of its chain, and how long it is kept.
AUDIT_KEY = env.str("AUDIT_KEY", "")  # empty: SECRET_KEY's
AUDIT_KEY_FALLBACKS = env.list("AUDIT_KEY_FALLBACKS", default=[])
AUDIT_RETENTION_DAYS = env.int("AUDIT_RETENTION_DAYS", 3650)
METRICS_TOKEN = env.str("METRICS_TOKEN", "")  # required by /metrics; empty: no such page
METRICS_DIR = env.str("METRICS_DIR", str(DERMAAI_DATA / "metrics"))
if METRICS_TOKEN:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = METRICS_DIR  # where its library reads it
READY_QUEUE_AGE = env.int("READY_QUEUE_AGE", 900)  # seconds; /readyz fails past it; 0: never

# Storage (SPEC §4) ------------------------------------------------------------------------

AZURE_STORAGE_CONNECTION_STRING = env.str("AZURE_STORAGE_CONNECTION_STRING", "")
AZURE_STORAGE_ACCOUNT_NAME = env.str("AZURE_STORAGE_ACCOUNT_NAME", "")
AZURE_STORAGE_ACCOUNT_KEY = env.str("AZURE_STORAGE_ACCOUNT_KEY", "")
AZURE_CONTAINER_PREFIX = env.str("AZURE_CONTAINER_PREFIX", "")
AZURE = bool(AZURE_STORAGE_CONNECTION_STRING or AZURE_STORAGE_ACCOUNT_NAME)
AZURE_GEO_REPLICATION = env.bool("AZURE_GEO_REPLICATION", False)  # copies in a second region
SIGNED_URL_TTL = env.int("SIGNED_URL_TTL", 3600)
MEDIA_ACCEL = env.str("MEDIA_ACCEL", "")  # nginx's internal location; empty: Django sends media
MAX_UPLOAD_SIZE = env.int("MAX_UPLOAD_SIZE", 10 * 1024 * 1024)
MAX_IMAGE_PIXELS = env.int("MAX_IMAGE_PIXELS", 65_000_000)
CLAMD_URL = env.str("CLAMD_URL", "")  # antivirus: tcp://host:port or unix:///path; empty: none

CONTAINERS = ("originals", "processed", "thumbnails")
_container = f"imaging.storage.{'azure.Azure' if AZURE else 'local.Local'}Container"
STORAGES = {
    name: {"BACKEND": _container, "OPTIONS": {"container": name}} for name in CONTAINERS
} | {
    # ImageKit requires a default; our own code always names a container.
    "default": {"BACKEND": _container, "OPTIONS": {"container": "processed"}},
    "staticfiles": {"BACKEND": "dermaai.staticfiles.StaticFiles"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # form fields; files have their own limit
DATA_UPLOAD_MAX_NUMBER_FILES = 2  # one is asked for; two hear that it is one
FILE_UPLOAD_HANDLERS = ["imaging.uploadhandler.LargeChunkUploadHandler"]
FILE_UPLOAD_TEMP_DIR = env.str("FILE_UPLOAD_TEMP_DIR", str(DERMAAI_DATA / "uploads"))

# Applications -----------------------------------------------------------------------------

INSTALLED_APPS = [
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "core",
    "jobs",
    "audit",
    "accounts",
    "imaging",
    "consultations",
    "annotations",
    "gallery",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "imagekit",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    *(["tools.demo"] if DEBUG and (BASE_DIR / "tools").is_dir() else []),
]
MIDDLEWARE = [
    "core.context.RequestIdMiddleware",
    "dermaai.probes.Probes",
    "dermaai.middleware.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "dermaai.middleware.NoStore",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "dermaai.middleware.LengthRequired",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "accounts.second_factor.middleware.SecondFactorMiddleware",
    "dermaai.drafts.Drafts",
    "accounts.middleware.UserLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "dermaai.urls"
WSGI_APPLICATION = "dermaai.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["core.templatetags.dates", "core.templatetags.words"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Database ---------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", f"sqlite:///{DERMAAI_DATA / 'db.sqlite3'}")}
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # One writer at a time: take the write lock when a transaction begins, and wait for it, rather
    # than fail half-way with "database is locked".
    DATABASES["default"]["OPTIONS"] |= {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
        " PRAGMA cache_size=-32000;",  # KiB: a search scans a whole table (script/bench pages)
    }
elif DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # PostgreSQL takes longer to compile a search than to run it (script/bench pages).
    DATABASES["default"]["OPTIONS"].setdefault("options", "-c jit=off")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits are counted here, across processes (accounts.apps creates the table).
CACHES = {"default": env.cache_url("CACHE_URL", default="dbcache://dermaai_cache")}
if CACHES["default"]["BACKEND"].endswith("DatabaseCache"):
    CACHES["default"]["BACKEND"] = "core.cache.DatabaseCache"
    CACHES["default"].setdefault("OPTIONS", {}).setdefault("MAX_ENTRIES", 10_000)
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# People -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "full_name"]},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# The second factor: who must have one (accounts.second_factor.rules), and its encryption key.
SECOND_FACTOR_REQUIRED = env.list("SECOND_FACTOR_REQUIRED", default=["none"])
SECOND_FACTOR_KEY = env.str("SECOND_FACTOR_KEY", "")  # empty: SECRET_KEY's
SECOND_FACTOR_KEY_FALLBACKS = env.list("SECOND_FACTOR_KEY_FALLBACKS", default=[])
OTP_TOTP_ISSUER = "DermaAI"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "dermaai.drafts.csrf_failure"
CSRF_COOKIE_SAMESITE = SESSION_COOKIE_SAMESITE = "Lax"

LOGIN_RATE = env.str("LOGIN_RATE", "10/min")
UPLOAD_RATE = env.str("UPLOAD_RATE", "120/min")
SHARE_RATE = env.str("SHARE_RATE", "60/hour")  # links created by one person
_count, _period = LOGIN_RATE.split("/")
AXES_FAILURE_LIMIT = int(_count)
AXES_COOLOFF_TIME = timedelta(seconds={"s": 1, "m": 60, "h": 3600, "d": 86400}[_period[:1]])
AXES_CLIENT_IP_CALLABLE = "core.network.client_network"
AXES_USERNAME_CALLABLE = "accounts.lockout.attempted_email"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_HTTP_RESPONSE_CODE = 429
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code"]  # not stored for a failed login
AXES_VERBOSE = False  # its messages name the user

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", 20)  # seconds; a silent mail server blocks a worker
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "DermaAI <noreply@localhost>")
# Notified of failed jobs. Not ADMINS: Django sends those failed requests, with patient data.
OPERATOR_EMAIL = env.list("OPERATOR_EMAIL", default=[])

# Language, time ---------------------------------------------------------------------------

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["dermaai.formats"]
TIME_ZONE = env.str("TIME_ZONE", "Europe/Paris")
USE_TZ = True

# Static files -----------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ADD_HEADERS_FUNCTION = add_static_headers

# API --------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_THROTTLE_RATES": {"uploads": UPLOAD_RATE, "login": LOGIN_RATE, "shares": SHARE_RATE},
    "NUM_PROXIES": int(BEHIND_PROXY),  # otherwise a client forges its address and has no limit
    "DEFAULT_SCHEMA_CLASS": "dermaai.autoschema.Schema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "NON_FIELD_ERRORS_KEY": "non_field_errors",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

# Security ---------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = content_security_policy(
    azure_origin(AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_ACCOUNT_NAME)
)
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
if not DEBUG:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 365 * 86400)
    # Subdomains may belong to others, and preload lists are slow to remove entries.
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", False)
    SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", False)
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # they demand both
    if BEHIND_PROXY:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = logging_config(env.str("LOG_LEVEL", "INFO"), debug=DEBUG)
