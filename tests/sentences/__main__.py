"""Print the table of sentences by language; with `--all` the sentences, too, that are not read rightly."""

import os
import sys

import django


def main(arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    from tests.sentences.judging import OUTCOMES, WRONG, tally
    from tests.sentences.made import LANGUAGES, sentences

    found = tally(sentences())
    print(f"{'language':10}" + "".join(f"{one:>8}" for one in OUTCOMES))
    for language in LANGUAGES:
        print(f"{language:10}" + "".join(f"{found.counts[language, one]:8}" for one in OUTCOMES))
    print(
        f"{'all':10}" + "".join(f"{sum(found.counts[one, out] for one in LANGUAGES):8}" for out in OUTCOMES)
    )
    for outcome, texts in found.texts.items():
        for language, text, shown in texts if "--all" in arguments or outcome == WRONG else ():
            print(f"{outcome} {language}: {text}\n    {shown}")
    return 1 if found.texts[WRONG] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
