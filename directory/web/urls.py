"""Addresses of the pages, below `/{language}/`."""

from django.urls import path

from .views import (
    centres,
    compare,
    components,
    exports,
    gaps,
    home,
    match,
    networks,
    quality,
    search,
    suggest,
    trials,
    vouch,
    vouch_sheets,
    watch,
)

app_name = "web"

urlpatterns = [
    path("", home.home, name="home"),
    path("suggest/", suggest.suggest, name="suggest"),
    path("trials/", search.search, name="search"),
    # No slug has a full stop in it, nor does a file's address end with a slash.
    path("trials/results.html", exports.paper, name="results-print"),
    path("trials/results.<str:kind>", exports.export, name="export"),
    path("trials/feed.atom", watch.search_feed, name="feed"),
    path("trials/compare/", compare.compare, name="compare"),
    path("trials/<str:slug>/", trials.trial, name="trial"),
    path("trials/<str:slug>/print/", trials.sheet, name="trial-print"),
    # Acronyms and numbers have slashes (HR-NBL2/SIOPEN), slugs have none: these lead on to the slug.
    path("trials/<path:slug>/print/", trials.sheet, name="trial-named-print"),
    path("trials/<path:slug>/", trials.trial, name="trial-named"),
    path("match/", match.match, name="match"),
    path("match/suggest/", match.suggest, name="match-suggest"),
    path("trials/<str:slug>/feed.atom", watch.trial_feed, name="trial-feed"),
    path("watch/", watch.ask, name="watch"),
    path("watch/asked/", watch.asked, name="watch-asked"),
    path("watch/confirm/<str:token>/", watch.confirm, name="watch-confirm"),
    path("watch/stop/<str:token>/", watch.stop, name="watch-stop"),
    path("watch/mine/<str:token>/", watch.manage, name="watch-manage"),
    path("vouch/sites/<str:token>/", vouch.sites, name="vouch"),
    path("vouch/sheet/<str:token>/", vouch.sheet, name="vouch-sheet"),
    path("vouch/upload/<str:token>/", vouch_sheets.upload, name="vouch-upload"),
    path("vouch/upload/<str:token>/<int:number>/", vouch_sheets.plan, name="vouch-plan"),
    path("centres/", centres.centres, name="centres"),
    path("centres/<slug:code>/", centres.centre, name="centre"),
    path("components/", components.gallery, name="components"),
    path("gaps/", gaps.page, name="gaps"),
    path("gaps/gaps.csv", gaps.as_csv, name="gaps-csv"),
    path("quality/", quality.page, name="quality"),
    path("networks/", networks.networks, name="networks"),
    path("networks/<slug:slug>/", networks.network, name="network"),
]
