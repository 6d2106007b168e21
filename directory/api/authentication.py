"""`Authorization: Api-Key <key>`. Reading needs no key; one that is given must be good."""

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission

from directory.partners import keys, use
from directory.partners.models import KeyScope

from .errors import Problem

KEYWORD = "Api-Key"
CHALLENGE = {"WWW-Authenticate": f'{KEYWORD} realm="directory"'}


def refused(sentence: str) -> Problem:
    return Problem("bad-key", sentence, headers=CHALLENGE)


class KeyAuthentication(BaseAuthentication):
    """`request.auth` is the ApiKey, `request.user` the account it acts as (nobody's for a reading key)."""

    def authenticate(self, request):
        header = request.META.get("HTTP_AUTHORIZATION")
        if header is None:
            return None
        word, _, text = header.partition(" ")
        if word.casefold() != KEYWORD.casefold() or not text.strip():
            raise refused(f"The header has the form “Authorization: {KEYWORD} <key>”.")
        try:
            key = keys.recognise(text.strip())
        except keys.BadKey as error:
            raise refused(str(error)) from None
        use.note(key)
        return key.user or AnonymousUser(), key


class HasScope(BasePermission):
    """What everybody may read is open with any key too; all else needs a key with the view's scope."""

    def has_permission(self, request, view):
        key, scope = request.auth, view.scope
        if scope in (None, KeyScope.READ):
            return True
        if key is None:
            raise refused(f"This needs a key with the scope “{scope}”: Authorization: {KEYWORD} <key>.")
        if scope not in key.scopes:
            raise Problem(
                "forbidden",
                f"The key “{key.name}” has the scopes {', '.join(key.scopes)}, not “{scope}”.",
            )
        return True
