"""`python -m bench [module …]`: in a folder of its own, with the profile that the environment asks for."""

import os
import sys
import tempfile

if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="directory-bench-") as folder:
        os.environ |= {"DATA_DIR": folder, "ENV_FILE": "", "LOG_LEVEL": "ERROR"}
        from config.env import settings_module

        os.environ["DJANGO_SETTINGS_MODULE"] = settings_module()
        import django

        django.setup()
        from bench import harness

        sys.exit(harness.run(sys.argv[1:]))
