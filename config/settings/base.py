"""Django's settings, for both profiles. Everything that differs between machines comes from `config.env`."""

import logging

import dj_database_url
import dj_email_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import env as environment
from config.logs import logging_config
from config.secrets import keep_private, secret_key
from config.settings.schedules import CELERY_BEAT_SCHEDULE  # noqa: F401 - a setting

env = environment.load()

BASE_DIR = environment.BASE_DIR
# All state of this registry lives under here.
DATA_DIR = env.data_dir
INDEX_DIR = DATA_DIR / "index"
MEDIA_ROOT = DATA_DIR / "uploads"
STATIC_ROOT = DATA_DIR / "static"
LOAD_DEMO = env.load_demo
DEMO_MARKER = DATA_DIR / "demo.loaded"

DEBUG = False
# The gallery of components is open to everybody where developers work, else to staff.
COMPONENT_GALLERY = env.profile == "embedded"
SECRET_KEY = env.secret_key or secret_key(DATA_DIR)
BASE_URL = env.base_url
ALLOWED_HOSTS = env.allowed_hosts
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

# fmt: off
INSTALLED_APPS = [
    "directory.core", "directory.adminsite", "centres", "trials",
    "directory.imports", "directory.search", "directory.partners", "directory.watching", "directory.vouching",
    "directory.eligibility", "directory.api", "directory.web",
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.messages", "whitenoise.runserver_nostatic", "django.contrib.staticfiles", "django.forms",
    "rest_framework", "django_filters", "drf_spectacular", "import_export", "corsheaders",
    "csp", "axes", "django_structlog", "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
]
# fmt: on

MIDDLEWARE = [
    "config.middleware.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "config.doors.front_door",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.more_headers",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.doors.Limits",
    # Last: it must see what the login views answer.
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "django.templatetags.i18n"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
# Components: <c-status-tag> is directory/components/status_tag.html of any part.
COTTON_DIR = "directory/components"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Data ---------------------------------------------------------------------------------------------

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SQLITE_OPTIONS = {
    # A transaction that will write takes the lock when it begins; taken later, it fails at once
    # with "database is locked" however long the timeout.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
}


def database(url: str) -> dict:
    """Django's description of the database behind `url`."""
    described = dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True)
    if described["ENGINE"].endswith("sqlite3"):
        described["OPTIONS"] = {**described.get("OPTIONS", {}), **SQLITE_OPTIONS}
    return described


DATABASES = {"default": database(env.database_url or f"sqlite:///{DATA_DIR / 'directory.sqlite3'}")}
if env.replica_url:
    DATABASES["replica"] = database(env.replica_url) | {"TEST": {"MIRROR": "default"}}
    DATABASE_ROUTERS = ["config.replica.Router"]
    MIDDLEWARE.append("config.replica.reads_of_visitors")

# Throttles count in the cache, so a count must be atomic and shared by all web processes: Redis is both;
# of Django's own, the file and database caches lose counts and the memory cache is one process's own.
if env.redis_url:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": env.redis_url,
            "KEY_PREFIX": "directory",
            "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "config.embedded.cache.SharedCache",
            "LOCATION": str(DATA_DIR / "cache.sqlite3"),
        }
    }

# --- People -------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator", "NumericPasswordValidator")
] + [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    }
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
SESSION_ENGINE = "config.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_IDLE_SECONDS = env.session_idle_minutes * 60
CSRF_COOKIE_HTTPONLY = True
# Chosen behind the sign-in; the public pages have their language in the address.
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

# Counted in the cache alone: no table of axes holds who tried from where.
AXES_HANDLER = "directory.core.sign_in.Failures"
AXES_CLIENT_IP_CALLABLE = "directory.core.client_address.client_address"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
SIGN_IN_FAILURES_PER_ADDRESS = env.sign_in_failures_per_address
SIGN_IN_FAILURES_PER_NAME = env.sign_in_failures_per_name
PASSWORD_HASHERS = ["directory.core.turns.PasswordHasher"]
# One is hashed, the others wait: half of the threads stay free for pages.
HASHING_PLACES = max(1, env.web_threads // 2)

# --- Transport ----------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = env.secure
SECURE_SSL_REDIRECT = env.secure
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if env.secure else 0
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SILENCED_SYSTEM_CHECKS = [
    # What else lies under the site's domain is not ours to bind to https.
    "security.W005",
    "security.W021",
]
if env.trusted_proxies:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
TRUSTED_PROXIES = env.trusted_proxies

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# Anyone's page may read the public API; nobody else's page acts with a visitor's session.
CORS_ALLOW_ALL_ORIGINS = True
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS"]
CORS_ALLOW_HEADERS = [
    "accept", "authorization", "content-type", "if-none-match", "user-agent", "x-requested-with",
]  # fmt: skip
CORS_EXPOSE_HEADERS = [
    "ETag", "Link", "Location", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-ID",
]  # fmt: skip

# --- Language and time --------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("nl", _("Dutch")), ("fr", _("French")), ("de", _("German"))]
# Not June the first as 06/01, as Django's English has it.
FORMAT_MODULE_PATH = ["directory.web.formats"]
LOCALE_PATHS = [BASE_DIR / "directory/web/locale"]
TIME_ZONE = "Europe/Brussels"

# --- Files --------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o600
# One sheet is at most 10 MB (docs/importing.md); a little more for the form around it.
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

# --- Mail ---------------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.email_from
vars().update(dj_email_url.parse(env.email_url or "file:///"))
if not env.email_url:
    EMAIL_BACKEND = "config.embedded.mail.Folder"
    EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_TIMEOUT = 10

# --- API and sheets -----------------------------------------------------------------------------------

API_ANONYMOUS_PER_MINUTE = env.api_anonymous_per_minute
API_KEY_PER_MINUTE = env.api_key_per_minute
PAGES_PER_MINUTE = env.pages_per_minute
VOUCH_EVERY_DAYS = env.vouch_every_days
CTGOV_API_URL, CTIS_API_URL = env.registries

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "directory.api.openapi.Described",
    "EXCEPTION_HANDLER": "directory.api.errors.problem_handler",
    "URL_FORMAT_OVERRIDE": None,
}
# The rest of what the OpenAPI document is made with lies beside it, in directory/api/v1/openapi.py; it
# is checked there, and by the contract tests, not with these settings alone.
SPECTACULAR_SETTINGS = {
    "LICENSE": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
}

# --- Tasks --------------------------------------------------------------------------------------------

BROKER_DIR = DATA_DIR / "broker"
if env.redis_url:
    CELERY_BROKER_URL = env.redis_url
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 3600,
        "socket_timeout": 10,
        "socket_connect_timeout": 2,
    }
else:
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        # One folder both ways: whoever sends and whoever works see the same queue.
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "control_folder": str(BROKER_DIR / "control"),
        "processed_folder": str(BROKER_DIR / "processed"),
        "polling_interval": 0.2,
    }
# Processes of their own where machines are large: a task that dies takes no other with it.
CELERY_WORKER_POOL = "threads" if env.profile == "embedded" else "prefork"
CELERY_WORKER_CONCURRENCY = env.worker_concurrency
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat" / "schedule")

# --- Logs ---------------------------------------------------------------------------------------------

LOG_LEVEL = env.log_level
LOGGING = logging_config(LOG_LEVEL)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
# The line at the end of a request says all that the one at its start would.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG

if env.sentry_dsn:
    from config.error_reports import report_to

    report_to(env.sentry_dsn)

keep_private(DATA_DIR)
for folder in (BROKER_DIR / "queue", BROKER_DIR / "control", BROKER_DIR / "processed"):
    folder.mkdir(parents=True, exist_ok=True)
(DATA_DIR / "beat").mkdir(exist_ok=True)
