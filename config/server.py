"""gunicorn's settings: `gunicorn -c config/server.py config.wsgi`.

Threads, not one process a request: most of a request's time is SQLite, PostgreSQL or the index, all of
which let other threads run. A proxy in front (deploy/nginx.conf) keeps slow clients off the threads.
"""

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
# An address too long for gunicorn gets a bare page of its own. Whatever was typed gets our page, which says
# so beside the field. The next requests carry that address as their referer. A proxy sets the bounds.
limit_request_line = 0
limit_request_field_size = 128 * 1024
# It would lie in the home folder; what it offers, the supervisor or systemd does.
control_socket_disable = True
# The line of each request is written by config.middleware.RequestLog. Should an access log be asked for
# on the command line, it must not hold what people searched for: no %(r)s, no %(q)s, no referer.
access_log_format = '%(h)s "%(m)s %(U)s %(H)s" %(s)s %(b)s %(M)s'
logconfig_dict = logging_config(env.log_level)
