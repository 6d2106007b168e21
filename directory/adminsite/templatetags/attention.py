"""`{% attention %}`: the panel of what waits, for the person who is signed in."""

from django import template

from directory.adminsite import attention as sources

register = template.Library()


@register.inclusion_tag("adminsite/attention.html", takes_context=True)
def attention(context):
    notices, lines = sources.panel(context["request"])
    return {
        "notices": notices,
        "lines": lines,
        "rankings": sources.rankings(context["request"]),
        "explained": any(notice.nothing_else for notice in notices),
    }
