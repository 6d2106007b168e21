"""Files that crawlers and browsers ask for at the root, in no language."""

from django.urls import path

from .views import files

urlpatterns = [
    path("robots.txt", files.robots, name="robots"),
    path("sitemap.xml", files.sitemap, name="sitemap"),
    path("favicon.ico", files.favicon, name="favicon"),
]
