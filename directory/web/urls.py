"""Addresses of the pages (contract, section 4), below `/{language}/`."""

from django.urls import path

from .views import centres, home, networks, search, suggest, trials

app_name = "web"

urlpatterns = [
    path("", home.home, name="home"),
    path("suggest/", suggest.suggest, name="suggest"),
    path("trials/", search.search, name="search"),
    path("trials/<str:slug>/", trials.trial, name="trial"),
    path("trials/<str:slug>/print/", trials.sheet, name="trial-print"),
    path("centres/", centres.centres, name="centres"),
    path("centres/<slug:code>/", centres.centre, name="centre"),
    path("networks/", networks.networks, name="networks"),
    path("networks/<slug:slug>/", networks.network, name="network"),
]
