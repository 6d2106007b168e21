"""`python -m config.probe [readyz|healthz]`: ask our own web server; exit 0 when it answers well.

For a container's health check and for scripts; knows which host and port to ask.
"""

import json
import sys
import urllib.error
import urllib.request

from config import env as environment


def reasons(env: environment.Environment, question: str = "readyz") -> dict[str, str]:
    """Why the web server cannot serve, by what is missing (`web`: the server itself); empty when it can."""
    host = env.allowed_hosts[0].lstrip(".").replace("*", "localhost")
    request = urllib.request.Request(f"http://127.0.0.1:{env.port}/{question}", headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=5):  # noqa: S310
            return {}
    except urllib.error.HTTPError as error:
        try:
            return json.loads(error.read())["reasons"]
        except (ValueError, KeyError):
            return {"web": f"the web server answers {error.code}"}
    except OSError:
        return {"web": "the web server does not answer"}


if __name__ == "__main__":
    missing = reasons(environment.load(), *sys.argv[1:])
    print(", ".join(missing.values()) or "ok")
    sys.exit(1 if missing else 0)
