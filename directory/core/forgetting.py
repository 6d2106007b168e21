"""Faults that quote nothing: where somebody describes a patient, an error may be told, their words may not.

An exception's text often holds what it stumbled over (`invalid literal for int(): '31 mnths'`), and so it
goes into logs and error reports. See `docs/adr/0009-a-profile-is-forgotten.md`.
"""

from collections.abc import Callable
from functools import wraps


class Forgotten(Exception):
    """Something broke. Says of which kind it was, and by its traceback where; the rest is left out."""


def quotes_nothing(*passing: type[Exception]) -> Callable[[Callable], Callable]:
    """Whatever breaks in the function is raised as `Forgotten`, but for exceptions of our own (`passing`)."""

    def decorator(function: Callable) -> Callable:
        @wraps(function)
        def wrapped(*args, **kwargs):
            try:
                return function(*args, **kwargs)
            except passing:
                raise
            except Exception as error:
                fault = Forgotten(type(error).__qualname__).with_traceback(error.__traceback__)
            # Here and not above, so that it does not carry the one that it stands for.
            raise fault

        return wrapped

    return decorator
