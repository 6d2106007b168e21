#!/usr/bin/env python
"""Django's commands, with the settings that the environment asks for."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
    import config.celery  # noqa: F401 - commands hand over tasks too

    execute_from_command_line(sys.argv)
