"""What is looked at of a body before it is read: how long it is said to be, and of what media type."""

from collections.abc import Mapping

from .errors import Problem


def check_length(meta: Mapping, *, most: int, too_large: str, way_out: str = "") -> None:
    """Problem 411 for a body of unknown length, 400 for a length that is no number, 413 for one above `most`.

    `too_large` is the sentence of the 413; `way_out` goes behind that of the 411.
    """
    length = meta.get("CONTENT_LENGTH")
    if not length and meta.get("HTTP_TRANSFER_ENCODING"):
        sentence = f"Send Content-Length: chunked bodies are not accepted. {way_out}"
        raise Problem("length-required", sentence.strip())
    if length and not (length.isascii() and length.isdigit()):
        raise Problem("bad-request", "Content-Length is not a whole number.")
    if int(length or 0) > most:
        raise Problem("too-large", too_large)


def media_type_of(content_type: str | None) -> str:
    """`application/json` of `Application/JSON; charset=utf-8`; empty where nothing is said."""
    return (content_type or "").partition(";")[0].strip().casefold()
