"""Keys: how a partner's program is known to the API, and what it may do."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from directory.core.fields import WordsField
from directory.core.models import Recorded
from directory.core.roles import is_editor
from directory.core.text import control_character_in


class KeyScope(models.TextChoices):
    """What a key may be used for."""

    READ = "read", _("read: the public data, with the higher limit of a partner")
    IMPORTS = "imports", _("imports: upload sheets, see their plans, store them")


class ApiKeyQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Keys are the editors' business."""
        return self.all() if is_editor(user) else self.none()


class ApiKey(Recorded):
    """One partner program's key. The key itself is shown once, when it is made; here is only its digest.

    Life: in force → expired (by date) or revoked (by an editor); neither is undone.
    A key that imports acts as `user`, an account of its own that nobody can sign in with: of a coordinator
    of `centre`, or of an editor where the key has no centre. So what a key may do is decided where it is
    decided for people.
    """

    change_kind = "key"
    by_key = {"centre": "code"}
    # The log is read by more people than may use a key.
    not_logged = ("digest", "user", "last_used")

    name = models.CharField(_("name"), max_length=80, help_text=_("Who uses the key, and for which program."))
    prefix = models.CharField(_("starts with"), max_length=8, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    scopes = WordsField(_("scopes"), words=KeyScope)
    centre = models.ForeignKey(
        Centre,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="keys",
        verbose_name=_("centre"),
        help_text=_("With the scope “imports”, the key changes only the sites of this centre."),
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="api_key",
        verbose_name=_("acts as"),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(
        _("expires"), null=True, blank=True, help_text=_("Empty: it stays valid until it is revoked.")
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    last_used = models.DateField(
        _("last used"),
        null=True,
        editable=False,
        help_text=_(
            "Recorded at most once an hour. Empty: not known; the key may have been used without a record."
        ),
    )

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return f"{self.name} ({self.prefix}…)"

    @property
    def change_key(self):
        return self.prefix

    @property
    def in_force(self) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > timezone.now())

    def clean(self):
        super().clean()
        if character := control_character_in(self.name, line=True):
            sentence = _("The name contains the control character %s. Remove it.") % character
            raise ValidationError({"name": sentence})
        if not self.scopes:
            raise ValidationError({"scopes": _("Choose at least one of: %s.") % ", ".join(KeyScope.values)})
        if self._state.adding and self.expires_at and self.expires_at <= timezone.now():
            raise ValidationError({"expires_at": _("A key cannot expire before it is created.")})
