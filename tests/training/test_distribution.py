"""Two devices and two workers give the loss curve of one process."""

from __future__ import annotations

import json
import socket

import pytest
import tiny
from small_models import SMALL

pytestmark = pytest.mark.slow

#: No augmentation, float32, constant rate: the replicas are all that differs. The rate
#: is low, since rounding (a batch norm over replicas sums in another order) grows with
#: every step: at 1.0 it was 4e-4 of the loss after six steps. The network has all the
#: kinds of layers that a shipped one has.
PLAIN = {
    "model": {**tiny.MODEL, "overrides": SMALL},
    "augmentation": {},
    "optimizer": {"kind": "sgd", "learning_rate": 0.05},
    "schedule": {"kind": "constant"},
}


def losses(found):
    return [row["loss"] for row in found["history"]]


@pytest.mark.parametrize("keras", [3, 2])
def test_two_devices_train_as_one(keras, hands, tmp_path):
    one = tiny.run(tiny.settings(hands, tmp_path / "1", **PLAIN), keras=keras)
    config = tiny.settings(hands, tmp_path / "2", **PLAIN, strategy="mirrored")
    two = tiny.run(config, keras=keras, devices=2)
    assert losses(two) == pytest.approx(losses(one), rel=1e-4)
    assert losses(one)[-1] < losses(one)[0]
    last = [found["history"][-1]["val_loss"] for found in (one, two)]
    assert last[1] == pytest.approx(last[0], rel=1e-4)


@pytest.mark.parametrize(
    ("num_validation", "batch_size", "devices"),
    [(3, 4, 2), (5, 4, 2), (1, 2, 2), (5, 8, 4), (3, 4, 4)],
)
def test_validation_of_any_size_is_evaluated_whole(
    hands, some_hands, tmp_path, num_validation, batch_size, devices
):
    data = {
        "train": [{"source": hands}],
        "validation": [{"source": some_hands(num_validation)}],
        "num_threads": 2,
        "samples_per_epoch": 8,
    }
    changes = {**PLAIN, "data": data, "batch_size": batch_size, "epochs": 1}
    one = tiny.run(tiny.settings(hands, tmp_path / "1", **changes))
    config = tiny.settings(hands, tmp_path / "2", **changes, strategy="mirrored")
    two = tiny.run(config, devices=devices)
    last = [found["history"][-1]["val_loss"] for found in (one, two)]
    assert last[1] == pytest.approx(last[0], rel=1e-4)


def test_a_batch_that_cannot_be_shared_is_refused_at_once(hands, tmp_path):
    config = tiny.settings(hands, tmp_path, strategy="mirrored", batch_size=7)
    errors = tiny.run(config, code=1, devices=2)
    assert (
        "batch_size of 7 cannot be shared equally by 2 devices; take 6 or 8" in errors
    )
    assert not (tmp_path / "state.npz").exists()


def test_data_that_fill_no_batch_for_all_devices_are_refused(
    hands, some_hands, tmp_path
):
    data = {"train": [{"source": some_hands(3)}], "num_threads": 2}
    changes = {"strategy": "mirrored", "batch_size": 8, "data": data}
    errors = tiny.run(
        tiny.settings(hands, tmp_path / "run", **changes), code=1, devices=4
    )
    assert "fill batches of 2, which cannot be shared equally by 4 devices" in errors
    assert not (tmp_path / "run" / "state.npz").exists()


def free_addresses(count):
    sockets = [socket.socket() for _ in range(count)]
    for made in sockets:
        made.bind(("localhost", 0))
    addresses = [f"localhost:{made.getsockname()[1]}" for made in sockets]
    for made in sockets:
        made.close()
    return addresses


def start_workers(config, **options):
    workers = free_addresses(2)
    started = []
    for index in range(2):
        cluster = {
            "cluster": {"worker": workers},
            "task": {"type": "worker", "index": index},
        }
        environment = {"TF_CONFIG": json.dumps(cluster)}
        extra = options if index == 1 else {"resume": options.get("resume", False)}
        started.append(tiny.start(config, keras=2, environment=environment, **extra))
    return started


def finish(process):
    output, errors = process.communicate(timeout=400)
    assert process.returncode == 0, errors[-3000:]
    return json.loads(output.splitlines()[-1])


def test_two_workers_train_as_one(hands, tmp_path):
    one = tiny.run(tiny.settings(hands, tmp_path / "1", **PLAIN), keras=2)
    config = tiny.settings(hands, tmp_path / "2", **PLAIN, strategy="multi_worker")
    found = [finish(worker) for worker in start_workers(config)]
    assert losses(found[0]) == losses(found[1])
    assert losses(found[0]) == pytest.approx(losses(one), rel=1e-4)


def test_a_dead_worker_is_reported_and_the_job_resumes(hands, tmp_path):
    config = tiny.settings(hands, tmp_path, **PLAIN, strategy="multi_worker")
    survivor, killed = start_workers(config, kill=[1, 5])
    killed.communicate(timeout=300)
    _, errors = survivor.communicate(timeout=300)
    assert survivor.returncode != 0
    assert "another worker is lost" in errors
    found = [finish(worker) for worker in start_workers(config, resume=True)]
    assert len(losses(found[0])) == 3
