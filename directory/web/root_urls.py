"""Files that crawlers and browsers ask for at the root, in no language."""

from django.urls import path, re_path

from .views import files

urlpatterns = [
    path("robots.txt", files.robots, name="robots"),
    path("sitemap.xml", files.sitemap, name="sitemap"),
    path("favicon.ico", files.icon, {"name": "icon.ico"}, name="favicon"),
    re_path(
        r"^apple-touch-icon(?:-precomposed)?\.png$", files.icon, {"name": "icon-180.png"}, name="touch-icon"
    ),
]
