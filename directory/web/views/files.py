"""Small files at the root that crawlers and browsers ask for."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation

from centres.models import Centre, Network
from directory.core.fields import LANGUAGE_CODES
from trials.models import Trial

# The sitemap protocol allows 50,000 addresses a file; one record has four.
MAX_RECORDS = 12_000
RECORDS = (("centre", Centre, "code"), ("network", Network, "slug"), ("trial", Trial, "slug"))


def robots(request: HttpRequest) -> HttpResponse:
    """Crawlers may read all pages but not walk through the filters of the search."""
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        *[
            f"Disallow: /{code}/{rest}"
            for code in LANGUAGE_CODES
            for rest in ("trials/?", "trials/results.", "trials/compare/", "match/?", "vouch/")
        ],
    ]
    lines.append(f"Sitemap: {settings.BASE_URL}{reverse('sitemap')}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public page in its four languages (sitemaps.org, 0.9)."""
    names = [("home", []), ("match", []), ("centres", []), ("networks", []), ("gaps", []), ("quality", [])]
    for page, model, field in RECORDS:
        keys = model.objects.listed().order_by(field).values_list(field, flat=True)[:MAX_RECORDS]
        names += [(page, [key]) for key in keys]
    addresses = []
    for code in LANGUAGE_CODES:
        with translation.override(code):
            addresses += [settings.BASE_URL + reverse(f"web:{page}", args=args) for page, args in names]
    text = render_to_string("directory/sitemap.xml", {"addresses": addresses[: 4 * MAX_RECORDS]})
    return HttpResponse(text, content_type="application/xml; charset=utf-8")


def icon(request: HttpRequest, name: str) -> HttpResponse:
    """Browsers and telephones ask here whatever the page says."""
    return redirect(static(f"directory/img/{name}"), permanent=False)
