"""Where everything is found. Pages stand under their language; `/` leads to the visitor's own."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

from config import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/language/", set_language, name="set_language"),
    path("admin/", admin.site.urls),
    path("api/", include("directory.api.urls")),
    path("", include("directory.web.root_urls")),
    *i18n_patterns(path("", include("directory.web.urls"))),
]
handler400 = "config.errors.bad_request"
handler500 = "config.errors.server_error"
