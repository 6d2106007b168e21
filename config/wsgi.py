"""The door for the web server: `gunicorn -c config/server.py config.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
application = get_wsgi_application()

# The web process hands over tasks, so it must know the application that knows the broker.
from config.celery import app as celery  # noqa: E402, F401
