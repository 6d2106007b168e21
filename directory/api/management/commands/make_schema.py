import json

from django.core.management.base import BaseCommand, CommandError

from directory.api.v1 import openapi
from directory.api.v1.schema import DOCUMENT


class Command(BaseCommand):
    help = "Write the OpenAPI document of the API, to be committed. --check only compares."

    def add_arguments(self, parser):
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail where it is out of date"
        )

    def handle(self, *, check, **options):
        made = json.dumps(openapi.document(), indent=1, ensure_ascii=False) + "\n"
        if check:
            if DOCUMENT.read_text(encoding="utf-8") != made:
                raise CommandError(f"{DOCUMENT.name} is out of date. Run: manage.py make_schema")
            return
        DOCUMENT.write_text(made, encoding="utf-8")
        self.stdout.write(f"{DOCUMENT.name} is written.")
