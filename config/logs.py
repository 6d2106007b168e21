"""Logs: one JSON object a line on standard output, with the request's id.

Never in them: what people searched for (the query string is cut from every line), links that are as good as
a key (`without_secrets`), and addresses.
"""

import re

import structlog

QUERY = re.compile(r"\?\S*")
# Whoever has the link of a mail may do what it is for. A test holds this against all addresses there are.
SECRET_PARTS = re.compile(r"(/(?:watch|vouch)/[a-z]+/)[^/\s\"?]+")
# The same secret in a link that came broken: a line end or a quote before it, two slashes, capitals.
SIGNED = re.compile(r"(?::|%3A)[\w-]{40,}", re.IGNORECASE)
# gunicorn names who sent a request that it could not read, and quotes it: a header may hold a key.
FROM = re.compile(r"\bip=\S+ ([^:'\"]*).*", re.DOTALL)


def without_secrets(text: str) -> str:
    """`text` with the secret part of an address cut: `/en/watch/stop/…/`."""
    return SIGNED.sub("…", SECRET_PARTS.sub(r"\1…", text))


def without_query(_logger, _method, event: dict) -> dict:
    """Cut everything after a question mark from the fields that may hold a URL."""
    for name in ("request", "path", "url", "referer"):
        if isinstance(event.get(name), str):
            event[name] = without_secrets(event[name].partition("?")[0])
    # Django's own records carry the request object; its repr holds the full path.
    if "request" in event and not isinstance(event["request"], str):
        del event["request"]
    # gunicorn names the whole URI of a request that it could not handle.
    if str(event.get("logger", "")).startswith("gunicorn"):
        event["event"] = FROM.sub(r"ip=… \1", QUERY.sub("", str(event["event"])))
    if isinstance(event.get("event"), str):
        event["event"] = without_secrets(event["event"])
    return event


SHARED = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
    without_query,
]


def logging_config(level: str) -> dict:
    """Django's LOGGING, the same for web, worker and scheduler; structlog is configured with it."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    quieter = {"level": "WARNING"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(),
                ],
                "foreign_pre_chain": SHARED,
            }
        },
        "handlers": {
            "stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}
        },
        "root": {"handlers": ["stdout"], "level": level},
        "loggers": {
            # The access line of django_structlog says it all; these would say it twice.
            "django.request": {"level": "ERROR"},
            "django.server": quieter,
            # What somebody wrote in a Host header is a 400, and no fault of ours to be told at length.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            # gunicorn's own configuration gives these handlers and formats of their own.
            "gunicorn.error": {"level": level, "handlers": [], "propagate": True},
            "gunicorn.access": {"level": level, "handlers": [], "propagate": True},
            "httpx": quieter,
            "httpcore": quieter,
            "urllib3": quieter,
            "celery.app.trace": quieter,
            "celery.beat": quieter,
            "axes": quieter,
        },
    }
