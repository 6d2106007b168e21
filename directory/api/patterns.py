"""What a text in a parameter or an answer looks like, as regular expressions of JSON Schema (ECMA-262).

Of a parameter: all that is understood has this form, and what has it is understood or told why not
(a postal code that nobody has). Of an answer: what is served has this form.
"""

SLUG = r"^[-a-zA-Z0-9_]+$"
COUNTRY = r"^[A-Z]{2}$"
E164 = r"^\+[1-9][0-9]{6,14}$"
ROR = r"^https://ror\.org/0[a-z0-9]{6}[0-9]{2}$"
ICCC3 = r"^(I{1,3}|IV|VI{0,3}|IX|XI{0,2})([a-f]([1-9]|1[01])?)?$"
PARTIAL_DATE = r"^\d{4}(-\d{2}(-\d{2})?)?$"

_LETTERS, _NUMBER = "A-Za-zÀ-ÿ", r"[+-]?[0-9]{1,3}(\.[0-9]{1,15})?"
# By the name of the parameter, or of the field of a profile.
OF_PARAMETER = {
    "age": rf"^\s*[0-9]+([.,][0-9]+)?\s*[{_LETTERS}]*\.?([\s,]+[{_LETTERS}0-9.,\s]*)?$",
    "near": r"^\s*(([Bb][Ee]?[\s-]*)?[1-9][0-9]{3}([\s,-]+[^0-9]{1,60})?"
    rf"|{_NUMBER}\s*[,;]\s*{_NUMBER})\s*$",
    "within": r"^[0-9]+(\.[0-9]+)?$",
    "updated_since": r"^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"([T ][0-9]{1,2}:[0-9]{2}(:[0-9]{1,2}([.,][0-9]{1,6})?)?\s?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$",
    "as_of": r"^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}\s*$",
    "centre": r"^\s*[-a-zA-Z0-9_]+\s*$",
    "network": r"^\s*[-a-zA-Z0-9_]+\s*$",
    "country": r"^\s*[A-Za-z]{2}\s*$",
    "recruiting_in": r"^\s*[A-Za-z]{2}\s*$",
    "cursor": r"^[np].+$",
}


def names(allowed) -> str:
    """A comma list of these names, as `fields` takes it."""
    one = "|".join(allowed)
    return rf"^\s*({one})(\s*,\s*({one}))*\s*$"
