"""What the head of a page says of it to other sites: Open Graph (https://ogp.me), which Twitter's cards read.

Never the query string: it may hold what was typed.
"""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from .. import words

register = template.Library()
# Where each language is spoken as we write it.
LOCALES = {"en": "en_GB", "nl": "nl_BE", "fr": "fr_BE", "de": "de_BE"}
WIDTH, HEIGHT = 1200, 630


def site_name() -> str:
    return _("Paediatric oncology trials in Belgium")


@register.simple_block_tag
def head_title(content: SafeString) -> SafeString:
    """The page's title, with the site's name behind it, and without it for other sites."""
    title = mark_safe(content.strip().replace('"', "&quot;"))  # noqa: S308
    return format_html(
        '<title>{} – {}</title>\n  <meta property="og:title" content="{}">', title, site_name(), title
    )


@register.simple_tag(takes_context=True)
def social_picture(context) -> SafeString:
    """Of what kind the page is, its address, its language, and the picture of the site in it."""
    request = context.get("request")
    if request is None:
        return SafeString("")
    language = words.page_language()
    return format_html(
        '<meta property="og:type" content="website"><meta property="og:site_name" content="{}">'
        '<meta property="og:locale" content="{}"><meta property="og:url" content="{}">'
        '<meta property="og:image" content="{}"><meta property="og:image:width" content="{}">'
        '<meta property="og:image:height" content="{}"><meta property="og:image:alt" content="{}">'
        '<meta name="twitter:card" content="summary_large_image">',
        site_name(),
        LOCALES[language],
        request.build_absolute_uri(request.path),
        request.build_absolute_uri(static(f"directory/img/social-{language}.png")),
        WIDTH,
        HEIGHT,
        site_name(),
    )
