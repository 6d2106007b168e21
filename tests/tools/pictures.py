"""Makes the sign as pixels, for browsers and other sites (`python -m tests.tools.pictures`).

All pictures come from one drawing, `icon.svg`, and the pages' own words in four languages. Each PNG says in
a text chunk of what it was made (PNG, third edition, 11.3.3.2): a test tells when it is out of date.
"""

import hashlib
import os
import struct
import zlib

import django

from config.env import BASE_DIR

FOLDER = BASE_DIR / "directory/web/static/directory/img"
LANGUAGES = ("en", "nl", "fr", "de")
NAME = "Paediatric oncology trials in Belgium"
LEAD = (
    "For doctors and families: which trials recruit in Belgium, at which centre, "
    "as of when, and whom to call."
)
# What other sites ask of a picture of a link: Open Graph's 1.91 : 1 (https://ogp.me).
SOCIAL = (1200, 630)
TOUCH, SMALL = (180, 180), (32, 32)
SIGNATURE = b"\x89PNG\r\n\x1a\n"
PAGE = """<!doctype html><meta charset="utf-8"><style>
* {{ margin: 0; box-sizing: border-box }}
body {{ width: {width}px; height: {height}px; overflow: hidden; background: {ground}; color: #fff;
  font: 40px/1.3 "Liberation Sans", Arial, "DejaVu Sans", sans-serif }}
.sign {{ display: block; width: {sign}px; height: {sign}px }}
.card .sign {{ margin: -44px -44px 0 }}
.card {{ height: 100%; padding: 72px 80px; display: flex; flex-direction: column;
  justify-content: space-between; border-bottom: 18px solid #ffd23f }}
h1 {{ font-size: 68px; line-height: 1.15; margin-bottom: 24px }}
</style>{body}"""


def main() -> None:
    """Make every picture anew, with the browser of the journeys."""
    from tests.support.browser import launched

    with launched() as browser:
        for name, (size, html) in sources().items():
            page = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme="light")
            page.set_content(html)
            made = page.screenshot(omit_background=True)
            page.close()
            (FOLDER / name).write_bytes(with_note(made, digest(html)))
    (FOLDER / "icon.ico").write_bytes(as_ico((FOLDER / "icon-32.png").read_bytes(), SMALL[0]))


def sources() -> dict[str, tuple[tuple[int, int], str]]:
    """By file name: width and height in pixels, and the page that the picture is taken of."""
    from django.utils import translation
    from django.utils.translation import gettext

    sign = (FOLDER / "icon.svg").read_text("utf-8").strip().replace("<svg ", '<svg class="sign" ')
    found = {
        "icon-32.png": (SMALL, _page(SMALL, 32, sign, "transparent")),
        # iOS cuts the corners itself.
        "icon-180.png": (TOUCH, _page(TOUCH, 180, sign.replace('rx="6" ', ""), "#0b3d66")),
    }
    for language in LANGUAGES:
        with translation.override(language):
            name, lead = gettext(NAME), gettext(LEAD)
        card = f'<div class="card">{sign}<div lang="{language}"><h1>{name}</h1><p>{lead}</p></div></div>'
        found[f"social-{language}.png"] = (SOCIAL, _page(SOCIAL, 240, card, "#0b3d66"))
    return found


def _page(size: tuple[int, int], sign: int, body: str, ground: str) -> str:
    return PAGE.format(width=size[0], height=size[1], sign=sign, body=body, ground=ground)


def digest(html: str) -> str:
    return hashlib.sha256(html.encode()).hexdigest()


def with_note(png: bytes, text: str) -> bytes:
    """`png` with a text chunk `Source` behind its head."""
    data = b"Source\0" + text.encode("latin-1")
    chunk = struct.pack(">I", len(data)) + b"tEXt" + data + struct.pack(">I", zlib.crc32(b"tEXt" + data))
    head = len(SIGNATURE) + 25
    return png[:head] + chunk + png[head:]


def note_of(png: bytes) -> str:
    """What `with_note` wrote; empty where it wrote nothing."""
    after = png.partition(b"tEXtSource\0")[2]
    return after[:64].decode("latin-1")


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG in pixels."""
    assert png.startswith(SIGNATURE)
    return struct.unpack(">II", png[16:24])


def as_ico(png: bytes, size: int) -> bytes:
    """An icon file that holds one PNG of `size` × `size` pixels."""
    entry = struct.pack("<BBBBHHII", size, size, 0, 0, 1, 32, len(png), 22)
    return struct.pack("<HHH", 0, 1, 1) + entry + png


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    main()
