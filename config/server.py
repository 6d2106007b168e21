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
# It would lie in the home folder; what it offers, the supervisor or systemd does.
control_socket_disable = True
# The line of each request is written by config.middleware.RequestLog. Should an access log be asked for
# on the command line, it must not hold what people searched for: no %(r)s, no %(q)s, no referer.
access_log_format = '%(h)s "%(m)s %(U)s %(H)s" %(s)s %(b)s %(M)s'
logconfig_dict = logging_config(env.log_level)
