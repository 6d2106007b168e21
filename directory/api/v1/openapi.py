"""The OpenAPI document of version 1, as `manage.py make_schema` writes it."""

from django.urls import include, path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings

from .. import response_headers
from ..words import INTRODUCTION, KEYS, TAGS
from . import urls

ENUM_NAMES = {
    "RecruitmentStatus": "trials.choices.Recruitment",
    "Phase": "trials.choices.Phase",
    "Stage": "trials.choices.Stage",
    "Freshness": "trials.choices.Freshness",
    "IdentifierScheme": "trials.choices.Scheme",
    "CentreRole": "centres.choices.CentreRole",
    "SpeakerRole": "directory.core.roles.Role",
    "Province": "directory.core.places.Province",
}
SETTINGS = {
    "TITLE": "Directory of paediatric oncology trials",
    "DESCRIPTION": INTRODUCTION,
    "TAGS": TAGS,
    "ENUM_NAME_OVERRIDES": ENUM_NAMES,
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SORT_OPERATIONS": False,
    "SORT_OPERATION_PARAMETERS": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": True,
    "APPEND_COMPONENTS": {
        "headers": response_headers.components(),
        "securitySchemes": {
            "ApiKey": {"type": "apiKey", "in": "header", "name": "Authorization", "description": KEYS}
        },
    },
    "SERVERS": [{"url": "/", "description": "this server"}],
}


def document() -> dict:
    """The whole document, made anew."""
    with patched_settings(SETTINGS):
        patterns = [path("api/v1/", include(urls))]
        return SchemaGenerator(patterns=patterns).get_schema(request=None, public=True)
