"""Sheets of centres and networks: their columns, in the order of the template."""

import re

from django.utils.translation import gettext_lazy as _

from directory.core.text import fold, tidy
from directory.sheets.cells import Address, Day, Email, List, LongText, Number, Phone, PostalCode, Text, Word
from directory.sheets.sheet import Column, Sheet

from .choices import AliasKind, CentreRole, Language
from .models import Centre, Membership

_LANGUAGES = {
    fold(word): code
    for code, words in {
        "nl": "Dutch Nederlands néerlandais Niederländisch",
        "fr": "French Frans français Französisch",
        "de": "German Duits allemand Deutsch",
        "en": "English Engels anglais Englisch",
    }.items()
    for word in words.split()
}
_COUNTRIES = {
    fold(name): code
    for code, names in {
        "BE": "Belgium België Belgique Belgien",
        "NL": "Netherlands Nederland Pays-Bas Niederlande",
        "LU": "Luxembourg Luxemburg",
        "FR": "France Frankrijk Frankreich",
        "DE": "Germany Duitsland Allemagne Deutschland",
    }.items()
    for name in names.split()
} | {"uk": "GB", "united kingdom": "GB"}
_ROLES = {
    fold(word): role
    for role, words in {
        "reference": ("reference centre", "referentiecentrum", "centre de référence", "Referenzzentrum"),
        "satellite": (
            "satellite centre",
            "satellietcentrum",
            "centre satellite",
            "Satellitenzentrum",
            "satelliet",
        ),
        "shared_care": ("shared care centre", "shared care", "gedeelde zorg", "soins partagés"),
        "associated": ("associated centre", "geassocieerd centrum", "centre associé", "assoziiertes Zentrum"),
    }.items()
    for word in words
}


class Code(Text):
    """A code of ours: lower case, letters, digits and hyphens; no number of something else."""

    def takes(self):
        return str(_("the centre's code, like uz-gent"))

    def clean(self, value, row=None, **kwargs):
        code = tidy(str(value)).lower()
        if not any(map(str.isalpha, code)) or re.search(r"\d{6}", code):
            raise ValueError(
                _("“%(value)s” is a number, not the code of a centre. Write a code like uz-gent.")
                % {"value": code[:40]}
            )
        return code


class CountryCode(Text):
    """Two capital letters; Belgium and its neighbours also by name."""

    def takes(self):
        return str(_("two letters, like BE"))

    def clean(self, value, row=None, **kwargs):
        word = fold(str(value))
        return _COUNTRIES.get(word) or tidy(str(value)).upper()


class CentreSheet(Sheet):
    """One row a centre, found by its code."""

    kind = "centres"
    prefetched = ("aliases",)
    required = key = ("code",)
    example = {
        "code": "example-hospital", "name_en": "Example Hospital", "name_nl": "Voorbeeldziekenhuis",
        "street": "Example Street 1", "postal_code": "9000", "city": "Gent", "country": "BE",
        "latitude": "51.0258", "longitude": "3.7282", "phone": "+32 9 332 21 11",
        "email": "trials@example.org", "website": "https://www.example.org", "languages": "nl; fr; en",
        "aliases": "EH; Example Hospital Ghent",
    }  # fmt: skip

    code = Column("code", Code(), nl="code", fr="code", de="Code", also=("centre_code", "centrumcode"))
    name_en = Column(
        "name_en", nl="naam Engels", fr="nom anglais", de="Name Englisch", also=("name", "name (en)")
    )
    name_nl = Column(
        "name_nl", nl="naam Nederlands", fr="nom néerlandais", de="Name Niederländisch", also=("naam",)
    )
    name_fr = Column("name_fr", nl="naam Frans", fr="nom français", de="Name Französisch", also=("nom",))
    name_de = Column("name_de", nl="naam Duits", fr="nom allemand", de="Name Deutsch")
    street = Column("street", nl="straat", fr="rue", de="Straße", also=("address", "adres", "adresse"))
    postal_code = Column(
        "postal_code", PostalCode(), nl="postcode", fr="code postal", de="Postleitzahl", also=("zip", "PLZ")
    )
    city = Column("city", nl="gemeente", fr="ville", de="Ort", also=("stad", "commune", "Stadt"))
    country = Column("country", CountryCode(), nl="land", fr="pays", de="Land")
    latitude = Column("latitude", Number(), nl="breedtegraad", fr="latitude", de="Breitengrad", also=("lat",))
    longitude = Column(
        "longitude", Number(), nl="lengtegraad", fr="longitude", de="Längengrad", also=("lon", "lng")
    )
    phone = Column("phone", Phone(), nl="telefoon", fr="téléphone", de="Telefon", also=("telephone", "tel"))
    email = Column("email", Email(), nl="e-mail", fr="e-mail", de="E-Mail", also=("mail", "courriel"))
    website = Column("website", Address(), nl="website", fr="site web", de="Webseite", also=("url", "site"))
    university = Column("university", nl="universiteit", fr="université", de="Universität")
    languages = Column(
        "languages",
        List(Word(Language, _LANGUAGES, _("a language")), separators=r"[;|,\n]"),
        nl="talen", fr="langues", de="Sprachen",
    )  # fmt: skip
    aliases = Column(None, List(), nl="andere namen", fr="autres noms", de="andere Namen", also=("alias",))
    oms_id = Column("oms_id", nl="OMS-nummer", fr="identifiant OMS", de="OMS-Kennung")
    ror_id = Column("ror_id", nl="ROR-nummer", fr="identifiant ROR", de="ROR-Kennung", also=("ror",))

    class Meta:
        model = Centre

    def dehydrate_aliases(self, centre):
        return self.written("aliases", [a.text for a in centre.aliases.all() if a.kind != AliasKind.LEARNED])


def centre_words(sheet: type[Sheet], user) -> dict[str, list[tuple[str, str]]]:
    """The centres that `user` may hand rows in for, as `(code, name)`, by the column that names one."""
    columns = [column.column_name for column in sheet.in_order() if column.attribute == "centre__code"]
    if not columns:
        return {}
    words = [(one.code, str(one)) for one in Centre.objects.editable_by(user).order_by("code")]
    return dict.fromkeys(columns, words)


class NetworkSheet(Sheet):
    """One row a membership: what a centre is in a network from a day on."""

    kind = "networks"
    selected = ("network", "centre")
    required = ("network", "centre")
    key = ("role", "since")
    example = {
        "network": "example-network", "network_name": "Example network", "centre": "uz-gent",
        "role": "satellite", "since": "01/01/2026", "care": "chemotherapy; blood tests",
    }  # fmt: skip

    network = Column("network__slug", nl="netwerk", fr="réseau", de="Netzwerk")
    network_name = Column("network__name_en", nl="naam netwerk", fr="nom du réseau", de="Name des Netzwerks")
    centre = Column(
        "centre__code",
        nl="centrum",
        fr="centre",
        de="Zentrum",
        also=("centre_code", "centrumcode"),
        takes=_("the centre's code, like uz-gent, or its name"),
    )
    role = Column("role", Word(CentreRole, _ROLES, _("a role")), nl="rol", fr="rôle", de="Rolle")
    since = Column("since", Day(), nl="sinds", fr="depuis", de="seit", also=("from", "vanaf"))
    until = Column("until", Day(), nl="tot", fr="jusqu'au", de="bis", also=("to", "tot en met"))
    care = Column("care", List(LongText(), separators=r"[;|\n]"), nl="zorg", fr="soins", de="Versorgung")

    class Meta:
        model = Membership
