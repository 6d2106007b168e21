"""The broker on files: no message is lost, doubled or read half."""

import json
import subprocess
import sys

import pytest
from kombu import Connection
from kombu.transport import TRANSPORT_ALIASES

import config.celery
from config.embedded.broker import Transport
from tests.support.worker import PATIENCE

SEND = """
import sys
import config.celery
from config.embedded.broker import Transport
from kombu import Connection, Queue
folder, name = sys.argv[1:]
options = {"data_folder_in": folder + "/queue", "data_folder_out": folder + "/queue",
           "control_folder": folder + "/control", "processed_folder": folder + "/taken"}
with Connection("filesystem://localhost", transport_options=options) as connection:
    producer = connection.Producer()
    for number in range(100):
        producer.publish({"from": name, "number": number}, routing_key="work", declare=[Queue("work")],
                         serializer="json")
"""


@pytest.fixture
def folder(tmp_path):
    for name in ("queue", "control", "taken"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture
def broker(folder):
    # A process notes which queues it has made, whatever the folder.
    Transport.global_state.clear()
    options = {
        "data_folder_in": str(folder / "queue"),
        "data_folder_out": str(folder / "queue"),
        "control_folder": str(folder / "control"),
        "processed_folder": str(folder / "taken"),
        "polling_interval": 0.01,
    }
    with Connection("filesystem://localhost", transport_options=options) as connection:
        yield connection


def queue_of(broker):
    return broker.SimpleQueue("work", serializer="json")


def test_our_transport_is_the_one_used():
    assert TRANSPORT_ALIASES["filesystem"] == "config.embedded.broker:Transport"
    assert config.celery.app.conf.accept_content == ["json"]


def test_messages_come_in_the_order_they_were_sent(broker):
    queue = queue_of(broker)
    for number in range(5):
        queue.put({"number": number})
    assert [queue.get(timeout=1).payload["number"] for _ in range(5)] == [0, 1, 2, 3, 4]


def test_an_empty_queue_says_so(broker):
    queue = queue_of(broker)
    with pytest.raises(queue.Empty):
        queue.get_nowait()


def test_a_queue_takes_only_its_own(broker, folder):
    broker.SimpleQueue("other").put({"not": "ours"})
    queue = queue_of(broker)
    with pytest.raises(queue.Empty):
        queue.get_nowait()
    assert len(list((folder / "queue").iterdir())) == 1


def test_a_message_appears_whole(broker, folder, monkeypatch):
    """While it is being written it lies where no worker looks."""
    from pathlib import Path

    seen = []
    write = Path.write_text

    def looked_at(self, *args, **kwargs):
        seen.append(list((folder / "queue").iterdir()))
        return write(self, *args, **kwargs)

    queue = queue_of(broker)
    monkeypatch.setattr(Path, "write_text", looked_at)
    queue.put({"number": 1})
    assert seen
    assert not any(seen)
    (message,) = (folder / "queue").iterdir()
    assert json.loads(message.read_text())


def test_of_two_workers_one_gets_a_message(broker, folder, monkeypatch):
    """The other finds it gone, and looks on."""
    import os

    queue = queue_of(broker)
    queue.put({"number": 1})
    queue.put({"number": 2})
    rename, stolen = os.rename, []

    def beaten_once(source, target):
        if not stolen:
            stolen.append(source)
            os.unlink(source)
        return rename(source, target)

    monkeypatch.setattr(os, "rename", beaten_once)
    assert queue.get(timeout=1).payload == {"number": 2}


def test_nothing_is_left_of_a_message_that_was_taken(broker, folder):
    queue = queue_of(broker)
    queue.put({"number": 1})
    queue.get(timeout=1).ack()
    assert list((folder / "queue").iterdir()) == list((folder / "taken").iterdir()) == []


def test_all_messages_of_several_senders_arrive_once(broker, folder):
    senders = [subprocess.Popen([sys.executable, "-c", SEND, str(folder), name]) for name in ("a", "b")]
    queue, got = queue_of(broker), []
    while len(got) < 200:
        message = queue.get(timeout=PATIENCE)
        message.ack()
        got.append((message.payload["from"], message.payload["number"]))
    assert [sender.wait() for sender in senders] == [0, 0]
    assert sorted(got) == sorted((name, number) for name in ("a", "b") for number in range(100))
    with pytest.raises(queue.Empty):
        queue.get_nowait()
