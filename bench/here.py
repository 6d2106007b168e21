"""`python -m bench.here RESULTS [module …]`: in a folder of its own, on the database of the environment."""

import os
import sys
import tempfile
from pathlib import Path

if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="directory-bench-") as folder:
        os.environ |= {"DATA_DIR": folder, "ENV_FILE": "", "LOG_LEVEL": "ERROR"}
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.base"
        import django

        django.setup()
        import config.celery  # noqa: F401 - what is handed in goes to the worker
        from bench import harness

        harness.run(sys.argv[2:], Path(sys.argv[1]))
