"""A patient described without a name. Nothing of a profile is kept: it lives in the arguments of one call."""

from dataclasses import dataclass

from directory.core.places import Place


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Everything is optional. `days`: the age; `within`: kilometres from `near`; `countries`: ISO 3166-1.

    `conditions`: ICCC-3 codes. `text`: free words, read for diseases, stages and alterations in the four
    languages. `lines`: previous lines of systemic treatment. `alterations`: as people write them, also
    `ALK negative`.
    """

    conditions: tuple[str, ...] = ()
    text: str = ""
    days: int | None = None
    stage: str = ""
    lines: int | None = None
    alterations: tuple[str, ...] = ()
    sex: str = ""
    near: Place | None = None
    within: float | None = None
    countries: tuple[str, ...] = ()

    def __repr__(self) -> str:
        # Whatever writes objects into logs and error reports learns nothing of a patient.
        return "<Profile>"
