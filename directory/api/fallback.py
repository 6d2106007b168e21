"""What is answered where no view is: the way to the right address, or a problem that says where to look."""

from django.http import HttpResponse
from django.urls import resolve

from .errors import not_found
from .views import ApiView


class NoSuchAddress(ApiView):
    """A forgotten slash is added (308 keeps method and body); all else is 404."""

    scope = None

    def nowhere(self, request, *args, **kwargs):
        if leads_somewhere(f"{request.path_info}/"):
            location = request.get_full_path(force_append_slash=True)
            return HttpResponse(status=308, headers={"Location": location})
        raise not_found(f"There is nothing at {request.path[:200]}. The addresses are listed at /api/v1/.")

    get = post = put = patch = delete = nowhere


def leads_somewhere(path: str) -> bool:
    view = resolve(path).func
    return getattr(view, "view_class", None) is not NoSuchAddress
