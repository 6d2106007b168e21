"""Vocabularies of centres and networks (see docs/words.md)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CentreRole(models.TextChoices):
    """What a centre is in a network; the first two in the words of the Royal Decree of 29 May 2024."""

    REFERENCE = "reference", _("reference centre")
    SATELLITE = "satellite", _("satellite centre")
    SHARED_CARE = "shared_care", _("shared care centre")
    ASSOCIATED = "associated", _("associated centre")


class Language(models.TextChoices):
    """Languages in which a centre receives patients."""

    DUTCH = "nl", _("Dutch")
    FRENCH = "fr", _("French")
    GERMAN = "de", _("German")
    ENGLISH = "en", _("English")


class AliasKind(models.TextChoices):
    """Why a text means a centre."""

    NAME = "name", _("another name")
    ABBREVIATION = "abbreviation", _("abbreviation")
    FORMER = "former", _("former name or address")
    LEARNED = "learned", _("learned from a sheet")
