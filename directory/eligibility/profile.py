"""A patient described without a name. Nothing of a profile is kept: it lives in the arguments of one call."""

from dataclasses import dataclass

from directory.core.ages import age_span
from directory.core.places import Place


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Everything is optional. `days`: the age; `age_text`: the same as it was typed, where somebody typed it.
    `within`: kilometres from `near`; `countries`: ISO 3166-1.

    `conditions`: ICCC-3 codes. `text`: free words, read for diseases, stages and alterations in the four
    languages. `lines`: previous lines of systemic treatment. `alterations`: as people write them, also
    `ALK negative`.
    """

    conditions: tuple[str, ...] = ()
    text: str = ""
    days: int | None = None
    age_text: str = ""
    stage: str = ""
    lines: int | None = None
    alterations: tuple[str, ...] = ()
    sex: str = ""
    near: Place | None = None
    within: float | None = None
    countries: tuple[str, ...] = ()

    @property
    def age_span(self) -> tuple[int, int] | None:
        """The first and the last day of the age: `2 years` is any day until the third birthday."""
        if self.days is None:
            return None
        return age_span(self.age_text) if self.age_text else (self.days, self.days)

    def __repr__(self) -> str:
        # Whatever writes objects into logs and error reports learns nothing of a patient.
        return "<Profile>"
