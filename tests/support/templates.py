"""A template of ours that names a variable nobody gave fails the test, instead of showing nothing."""

import inspect

from django.conf import settings
from django.template import engines
from django.template.base import Node

OURS = tuple(str(settings.BASE_DIR / part) for part in ("directory", "trials", "centres"))


class UnknownVariable(AssertionError):
    """A variable that the view did not give to the template. Use {% if %} or give it."""


class FailOnUnknown(str):
    """Django's `string_if_invalid`: asked for the text to show, it looks up which template asks."""

    def __contains__(self, text):
        return text == "%s"

    def __mod__(self, variable):
        origin = asking_template()
        # Django's own admin leans on unknown variables showing nothing; that is not ours to mend.
        if origin.startswith(OURS):
            raise UnknownVariable(f"{origin} uses {{{{ {variable} }}}}, which it was not given.")
        return ""


def asking_template() -> str:
    """The file whose node is being rendered, from the nearest node on the stack."""
    frame = inspect.currentframe()
    while frame is not None:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None) is not None:
            return str(node.origin.name)
        frame = frame.f_back
    return ""


def fail_on_unknown_variables() -> None:
    """For the whole session. Not empty text is what makes Django ask."""
    engines["django"].engine.string_if_invalid = FailOnUnknown("%s")
