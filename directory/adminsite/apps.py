from django.apps import AppConfig


class AdminSiteConfig(AppConfig):
    """What the admin does for any record: recorded writes, history, states, exports, what needs attention."""

    name = "directory.adminsite"
    label = "adminsite"
