"""Mail into a folder: what the embedded profile does instead of sending."""

import os
import re
import threading
from email.utils import make_msgid
from pathlib import Path

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend

_ODD = re.compile(r"[^A-Za-z0-9.@-]+")


class Folder(BaseEmailBackend):
    """One file a mail below EMAIL_FILE_PATH, named by its Message-ID: handed over twice, it is there once."""

    _lock = threading.Lock()

    def send_messages(self, messages) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in messages:
            content = message.message()
            name = _ODD.sub("-", content.get("Message-ID") or make_msgid()).strip("-")[:150]
            with self._lock:
                draft = folder / f".{name}.{os.getpid()}"
                draft.write_bytes(content.as_bytes(linesep="\r\n"))
                os.replace(draft, folder / f"{name}.eml")
        return len(messages)
