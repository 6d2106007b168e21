"""Everything under /api/, the addresses that lead nowhere included."""

from django.urls import include, re_path

from .fallback import NoSuchAddress
from .v1.records import TrialNamed

urlpatterns = [
    re_path(r"^v1/", include("directory.api.v1.urls")),
    re_path(r"^v1/trials/(?P<key>[^/].*/.*[^/])/$", TrialNamed.as_view()),
    re_path(r"^", NoSuchAddress.as_view()),
]
