"""Celery's broker on plain files, for the embedded profile: kombu's, with messages moved as a whole.

kombu opens the file of a message under its final name and then writes it, so a worker that polls at that
moment reads half a message and loses it; and it takes messages by way of the machine's /tmp.
Here a message appears complete, by a rename, and nothing leaves the broker's folder.
"""

import os
import time
import uuid
from pathlib import Path
from queue import Empty

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads


class Channel(filesystem.Channel):
    def _put(self, queue, payload, **kwargs):
        """Put one message into `queue`; names sort by time, and survive a restart of the machine."""
        name = f"{time.time_ns():020}_{uuid.uuid4()}.{queue}.msg"
        draft = Path(self.processed_folder) / name
        draft.write_text(dumps(payload), encoding="utf-8")
        os.replace(draft, Path(self.data_folder_out) / name)

    def _get(self, queue):
        """Take the oldest message of `queue`; of several workers, the one whose rename succeeds."""
        for name in sorted(os.listdir(self.data_folder_in)):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = Path(self.processed_folder) / name
            try:
                os.rename(Path(self.data_folder_in) / name, taken)
            except FileNotFoundError:
                continue
            payload = taken.read_text(encoding="utf-8")
            taken.unlink()
            return loads(payload)
        raise Empty

    def _queue_bind(self, exchange, routing_key, pattern, queue):
        """Note that `exchange` leads to `queue`; the list is replaced as a whole, never seen half written."""
        table = self.get_table(exchange)
        entry = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        if entry in table:
            return
        file = self._exchange_file(exchange)
        draft = file.with_suffix(f".{uuid.uuid4()}")
        draft.write_text(dumps([entry, *table]), encoding="utf-8")
        os.replace(draft, file)


class Transport(filesystem.Transport):
    Channel = Channel
