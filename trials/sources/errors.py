"""What goes wrong when a registry is asked, each as a sentence for whoever looks after the directory.

Messages name the registry's host and the address without its query, and never quote a body but for the short
plain text with which a registry says what it did not like.
"""

from functools import partial
from typing import Any


class RegistryError(Exception):
    """Nothing usable came. What is stored already stays as it is.

    `host`: who was asked; `address`: what was asked for, without its query; `attempts`: how often.
    `may_pass`: whether asking again soon may help; `retry_after`: seconds the registry asked us to wait.
    """

    may_pass = False

    def __init__(self, what: str, *, address: str, host: str, may_pass: bool | None = None,
                 retry_after: float | None = None):  # fmt: skip
        super().__init__(what)
        self.address = address
        self.host = host
        self.attempts = 1
        self.retry_after = retry_after
        if may_pass is not None:
            self.may_pass = may_pass

    def __reduce__(self) -> tuple[Any, ...]:
        """Workers hand their errors on to another process."""
        return partial(type(self), address=self.address, host=self.host), self.args, self.__dict__

    def __str__(self) -> str:
        tried = f" Tried {self.attempts} times." if self.attempts > 1 else ""
        return f"{self.host} {self.args[0]}{tried}"


class RegistryAway(RegistryError):
    """It cannot be reached, broke off, was too slow, or answered with an error of its own (5xx)."""

    may_pass = True


class RegistryResting(RegistryAway):
    """It failed several times in a row, or asked for time, and is left alone for a while."""

    may_pass = False


class RegistryBusy(RegistryError):
    """It says that we ask too often (429)."""

    may_pass = True


class RegistryRefused(RegistryError):
    """It does not want this question (4xx), or sends us on to somewhere else."""


class NotInRegistry(RegistryRefused):
    """It knows nothing at this address (404, 410)."""


class BadAnswer(RegistryError):
    """It answered with something that is no JSON that can be used."""
