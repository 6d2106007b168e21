"""gunicorn's settings: `gunicorn -c config/server.py config.wsgi`.

Threads, not one process a request: most of a request's time is SQLite, PostgreSQL or the index, all of
which let other threads run. A proxy in front (deploy/nginx.conf) keeps slow clients off the threads.
"""

from gunicorn.http import message

from config import env as environment
from config.logs import logging_config

env = environment.load()

bind = f"127.0.0.1:{env.port}"
worker_class = "gthread"
workers = env.web_workers
threads = env.web_threads
timeout = 60
graceful_timeout = 10
keepalive = 5
# Whose X-Forwarded-Proto is believed is decided in one place: by Django, with TRUSTED_PROXIES. Left out,
# gunicorn believes whatever comes from this machine.
forwarded_allow_ips = ""
# A search text of 10,000 characters gets our page, which says so beside the field; the next requests carry
# that address as their referer. Anything longer is cut off before it is read: gunicorn looks at all that has
# come with each piece that comes. Left alone, it takes no limit above 8,190 but "none".
message.MAX_REQUEST_LINE = limit_request_line = limit_request_field_size = 128 * 1024
umask = 0o077
# It would lie in the home folder; what it offers, the supervisor or systemd does.
control_socket_disable = True
# The line of each request is written by config.middleware.RequestLog. Should an access log be asked for
# on the command line, it must hold neither what people searched for (%(r)s, %(q)s, the referer) nor from
# where (%(h)s).
access_log_format = '"%(m)s %(U)s %(H)s" %(s)s %(b)s %(M)s'
logconfig_dict = logging_config(env.log_level)
