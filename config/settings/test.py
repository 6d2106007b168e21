"""The profile that the environment asks for, in a folder of its own that goes when the tests end."""

import atexit
import os
import shutil
import sys
import tempfile

# Before the settings are read: tests see neither the .env nor the data of whoever runs them.
# Processes that tests start (the worker) are given the same folder.
os.environ["ENV_FILE"] = ""
os.environ.setdefault("SECRET_KEY", "only-for-tests-and-nothing-is-kept-with-it")
if "TEST_DATA_DIR" not in os.environ:
    os.environ["TEST_DATA_DIR"] = tempfile.mkdtemp(prefix="directory-tests-")
    atexit.register(shutil.rmtree, os.environ["TEST_DATA_DIR"], ignore_errors=True)
os.environ["DATA_DIR"] = os.environ["TEST_DATA_DIR"]

from config.settings.base import *

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, so that the worker and the browser's server are on the same database as the test.
    DATABASES["default"].setdefault("TEST", {})["NAME"] = str(DATA_DIR / "test.sqlite3")

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
# Tests of the limits set their own.
API_ANONYMOUS_PER_MINUTE = API_KEY_PER_MINUTE = PAGES_PER_MINUTE = 1_000_000
# Tests beside each other, or beside a real registry, must not take each other's work from one Redis.
CELERY_TASK_DEFAULT_QUEUE = "tests-" + os.path.basename(os.environ["TEST_DATA_DIR"])
if env.redis_url:
    CACHES["default"]["KEY_PREFIX"] = CELERY_TASK_DEFAULT_QUEUE
if "pytest" in sys.modules:
    LOGGING["root"]["level"] = "CRITICAL"
