from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from centres.models import Centre
from directory.core import changes
from directory.partners import keys
from directory.partners.models import KeyScope


class Command(BaseCommand):
    help = "Make an API key and print it, alone on the last line. It is shown this once."

    def add_arguments(self, parser):
        parser.add_argument("name", help="whose key it is, and for what program")
        parser.add_argument(
            "--scopes",
            default=KeyScope.READ,
            help=f"comma-separated: {', '.join(KeyScope.values)} (default: read)",
        )
        parser.add_argument(
            "--centre", metavar="CODE", help="the centre whose key it is, for example uz-gent"
        )

    def handle(self, *, name, scopes, centre, **options):
        try:
            key, text = keys.make(
                name=name,
                scopes=_scopes(scopes),
                centre=_centre(centre) if centre else None,
                by=changes.SYSTEM,
            )
        except ValidationError as error:
            sentences = [f"{field}: {text}" for field, texts in error.message_dict.items() for text in texts]
            raise CommandError(" ".join(sentences)) from None
        where = f" of {key.centre.code}" if key.centre else ""
        self.stdout.write(f"Key “{key.name}”{where}, scopes {', '.join(key.scopes)}. It is shown only now:")
        self.stdout.write(text)


def _scopes(text: str) -> list[str]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    for word in words:
        if word not in KeyScope.values:
            raise CommandError(f"“{word}” is not a scope. Use one or more of: {', '.join(KeyScope.values)}.")
    return words


def _centre(code: str) -> Centre:
    centre = Centre.objects.filter(code=code).first()
    if centre is None:
        codes = ", ".join(Centre.objects.values_list("code", flat=True)[:40]) or "none yet"
        raise CommandError(f"“{code}” is not the code of a centre. Known are: {codes}.")
    return centre
