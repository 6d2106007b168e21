"""`make run`: prepare the registry, start web, worker and scheduler together, say when it is ready."""

import fcntl
import os
import re
import secrets
import signal
import socket
import sys
import time
from pathlib import Path

from config import env as environment
from config.embedded.pdeathsig import set_pdeathsig
from config.embedded.supervisor import Child, Supervisor
from config.probe import reasons

LOOK_SECONDS = 0.25
SAY_AGAIN_AFTER = 3  # seconds; the same reason with other numbers
GIVE_UP_AFTER = 5  # failures in a row before it was ever ready
# What is missing while all of it starts is no failure: it is being made.
BEING_MADE = {"web": "the web server is being started", "index": "the search index is being built"}


class CannotRun(Exception):
    """Why the registry cannot be started: a sentence with the way out."""


def say(text: str) -> None:
    """Tell whoever started us; nobody listening any more is no reason to stop."""
    try:
        print(text, flush=True)
    except OSError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - kept to the end


def main() -> int:
    set_pdeathsig()
    env = environment.load()
    supervisor = Supervisor(say)
    supervisor.listen()
    lock = None
    try:
        check_port(env.port)
        # Held to the end of the process.
        lock = claim(env.data_dir)
        demo = prepare()
        if supervisor.asked_to_stop:
            raise KeyboardInterrupt
        supervisor.start(*children(env, demo))
        code = monitor(supervisor, env, demo)
    except CannotRun as error:
        say(str(error))
        code = 1
    except KeyboardInterrupt:
        code = 130
    finally:
        supervisor.stop()
        if lock:
            env.demo_registry_file.unlink(missing_ok=True)
    return code


def check_port(port: int) -> None:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except PermissionError:
            raise CannotRun(f"Port {port} may not be used by this user. Choose one above 1023.") from None
        except OSError:
            raise CannotRun(
                f"Port {port} is in use. Stop what listens there, or choose another: make run PORT={port + 1}"
            ) from None


def claim(data_dir: Path):
    """The right to run on `data_dir`, as an open locked file; two runs on one would write over each other."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = (data_dir / "run.lock").open("w")
    except OSError as error:
        raise CannotRun(f"DATA_DIR: {data_dir} cannot be written ({error.strerror}).") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise CannotRun(
            f"{data_dir} is in use by another run. Stop that one, or choose another: make run DATA_DIR=other"
        ) from None
    return lock


def prepare() -> bool:
    """Bring database, messages, static files and the first user up to date. True: load the demo."""
    from django.db import connections

    from config import messages, setup

    say("Starting: database, messages and files are brought up to date.")
    messages.compile_all()
    try:
        setup.start()
        setup.migrate()
    except setup.DatabaseAway as error:
        raise CannotRun(f"The database does not answer: {error}") from None
    setup.collect_static()
    if password := setup.first_admin(secrets.token_urlsafe(12)):
        say(f"The admin user is “admin”, the password: {password}  (shown only now; change it at /admin/)")
    demo = setup.demo_is_wanted()
    connections.close_all()
    return demo


def children(env: environment.Environment, demo: bool) -> list[Child]:
    """Web, worker and scheduler, as production runs them; only the pool of the worker differs."""
    from django.conf import settings

    python, logs = sys.executable, env.data_dir / "logs"
    asked = {"LOAD_DEMO": "1" if demo else "0"}
    worker = ["worker", "-P", settings.CELERY_WORKER_POOL, "-c", str(env.worker_concurrency)]
    worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    beat = ["beat", "--pidfile=", "--schedule", settings.CELERY_BEAT_SCHEDULE_FILENAME]
    celery = [python, "-m", "celery", "-A", "config"]
    return [
        Child(
            "web",
            [python, "-m", "gunicorn", "-c", "config/server.py", "config.wsgi"],
            logs / "web.log",
            asked,
        ),
        Child("worker", celery + worker, logs / "worker.log", asked),
        Child("scheduler", celery + beat, logs / "scheduler.log", asked),
        *demo_registry(env, demo),
    ]


def demo_registry(env: environment.Environment, demo: bool) -> list[Child]:
    """A registry to follow without a network, beside the demo: all that start from now on do."""
    from django.conf import settings

    env.demo_registry_file.unlink(missing_ok=True)
    # What the demo's registry says is no fact for a registry that holds something else.
    if not (env.may_follow_demo_registry and (demo or settings.DEMO_MARKER.exists())):
        return []
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    env.demo_registry_file.write_text(url)
    say(f"Following the demo registry at {url}. For real ones set CTGOV_API_URL and CTIS_API_URL.")
    command = [sys.executable, "-m", "trials.sources.demo_registry", "--port", str(port)]
    return [Child("demo registry", command, env.data_dir / "logs" / "demo_registry.log")]


class Waiting:
    """Asks /readyz until it is content, and tells what is being done until then."""

    def __init__(self, env: environment.Environment):
        self._env = env
        self._said = self._about = ""
        self._next_look = self._said_at = 0.0
        self.over = False

    def look(self) -> None:
        if self.over or time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + LOOK_SECONDS
        missing = reasons(self._env)
        reason = ", ".join(BEING_MADE.get(what, why) for what, why in missing.items())
        self.over = not missing
        if self.over:
            say(f"Ready at http://127.0.0.1:{self._env.port}/")
        elif self._is_news(reason):
            self._said, self._said_at = reason, time.monotonic()
            say(f"Starting: {reason}.")

    def _is_news(self, reason: str) -> bool:
        """Something else than was said, or how far the same has come, every few seconds."""
        before, self._about = self._about, re.sub(r"\d+", "", reason)
        is_late = time.monotonic() - self._said_at > SAY_AGAIN_AFTER
        return self._about != before or (reason != self._said and is_late)


def monitor(supervisor: Supervisor, env: environment.Environment, demo: bool) -> int:
    """Look after the children until asked to stop; say once when the registry can be used."""
    command = [sys.executable, "manage.py", "load_demo"]
    loading = Child("loading of the demo", command, env.data_dir / "logs" / "demo.log")
    if demo:
        loading.start()
    waiting = Waiting(env)
    try:
        while not supervisor.asked_to_stop:
            supervisor.monitor()
            if loading.has_failed():
                raise CannotRun(f"The demo registry could not be loaded:\n{loading.log_tail()}")
            if not waiting.over:
                waiting.look()
                give_up_on_failures(supervisor)
            time.sleep(0.05)
    finally:
        loading.signal_group(signal.SIGTERM)
    return 0


def give_up_on_failures(supervisor: Supervisor) -> None:
    for child in supervisor.children:
        if child.failures >= GIVE_UP_AFTER:
            raise CannotRun(f"The {child.name} does not start. The end of its log:\n{child.log_tail()}")


if __name__ == "__main__":
    sys.exit(main())
