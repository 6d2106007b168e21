"""The address of a page as a QR code, for who holds its printed sheet."""

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_of(address: str) -> SafeString:
    """An SVG element, dark on white whatever the scheme; error correction M survives a crease."""
    code = segno.make_qr(address, error="m")
    drawn = code.svg_inline(border=2, omitsize=True, dark="#000", light="#fff", svgclass="qr", lineclass=None)
    return mark_safe(drawn.replace("<svg ", '<svg aria-hidden="true" ', 1))  # noqa: S308
