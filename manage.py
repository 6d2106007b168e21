#!/usr/bin/env python
"""Django's commands, with the settings that the environment asks for."""

import os
import sys

from django.core.management import execute_from_command_line

from config.env import settings_module

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings_module())
    import config.celery  # noqa: F401 - commands hand over tasks too

    execute_from_command_line(sys.argv)
