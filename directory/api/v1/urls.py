"""Version 1 of the API (docs/api.md)."""

from django.urls import path

from .changes import ChangeList
from .conditions import ConditionList
from .docs import Docs
from .health import Health
from .import_decisions import ImportApply, ImportCancel, ImportDecisions, ImportQuestions, ImportUndo
from .imports import ImportDetail, ImportReport, ImportRows, Imports
from .match import MatchView
from .records import CentreDetail, CentreList, NetworkDetail, NetworkList, SiteList, TrialDetail, TrialList
from .root import Root
from .schema import Schema
from .suggest import Suggest

app_name = "api"
# `str`, not `slug`: an identifier in any spelling is an address too, and a wrong one gets a problem.
urlpatterns = [
    path("", Root.as_view(), name="root"),
    path("trials/", TrialList.as_view(), name="trials"),
    path("trials/<str:key>/", TrialDetail.as_view(), name="trial"),
    path("sites/", SiteList.as_view(), name="sites"),
    path("centres/", CentreList.as_view(), name="centres"),
    path("centres/<str:key>/", CentreDetail.as_view(), name="centre"),
    path("networks/", NetworkList.as_view(), name="networks"),
    path("networks/<str:key>/", NetworkDetail.as_view(), name="network"),
    path("conditions/", ConditionList.as_view(), name="conditions"),
    path("suggest/", Suggest.as_view(), name="suggest"),
    path("changes/", ChangeList.as_view(), name="changes"),
    path("health/", Health.as_view(), name="health"),
    path("match/", MatchView.as_view(), name="match"),
    path("imports/", Imports.as_view(), name="imports"),
    path("imports/<int:number>/", ImportDetail.as_view(), name="import"),
    path("imports/<int:number>/rows/", ImportRows.as_view(), name="import-rows"),
    path("imports/<int:number>/report.xlsx", ImportReport.as_view(), name="import-report"),
    path("imports/<int:number>/questions/", ImportQuestions.as_view(), name="import-questions"),
    path("imports/<int:number>/decisions/", ImportDecisions.as_view(), name="import-decisions"),
    path("imports/<int:number>/undo/", ImportUndo.as_view(), name="import-undo"),
    path("imports/<int:number>/apply/", ImportApply.as_view(), name="import-apply"),
    path("imports/<int:number>/cancel/", ImportCancel.as_view(), name="import-cancel"),
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", Docs.as_view(), name="docs"),
]
