"""Conditions: the International Classification of Childhood Cancer, third edition (ICCC-3)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from directory.core.fields import LANGUAGE_CODES, translated

from ..conditions import rows


class ConditionLevel(models.TextChoices):
    GROUP = "group", _("main group")
    SUBGROUP = "subgroup", _("subgroup")
    DIVISION = "division", _("division (extended classification)")


class Condition(models.Model):
    """One class of ICCC-3, for example VIIIc, Ewing tumour and related sarcomas of bone.

    A vocabulary, not a record: it comes from `trials/vocabulary/iccc3.csv` and is not edited.
    """

    code = models.CharField(_("code"), max_length=8, unique=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    level = models.CharField(_("level"), max_length=10, choices=ConditionLevel.choices)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    name = translated(models.CharField(_("name"), max_length=200), required=("en",))

    class Meta:
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")
        ordering = ["position"]
        default_permissions = ("view",)

    def __str__(self):
        return f"{self.code} {self.name}"


def load_conditions(using="default", **kwargs):
    """Make the table equal to the file. Codes that left the file stay: trials may refer to them."""
    manager = Condition.objects.using(using)
    stored = {one.code: one for one in manager.select_related("parent")}
    for position, row in enumerate(rows()):
        parent = stored.get(row["parent"])
        wanted = {
            "parent_id": parent and parent.pk,
            "level": row["level"],
            "position": position,
            **{f"name_{code}": row[f"name_{code}"] for code in LANGUAGE_CODES},
        }
        one = stored.get(row["code"])
        if one is None:
            stored[row["code"]] = manager.create(code=row["code"], **wanted)
        elif any(getattr(one, name) != value for name, value in wanted.items()):
            manager.filter(pk=one.pk).update(**wanted)
