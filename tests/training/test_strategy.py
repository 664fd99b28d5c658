from __future__ import annotations

from types import SimpleNamespace

import pytest

from handypose_tf.errors import ModelError
from handypose_tf.training.strategy import check_shared

pytestmark = pytest.mark.any_keras


@pytest.mark.parametrize(
    ("batch_size", "count", "sizes"),
    [(7, 2, "6 or 8"), (1, 2, "2"), (10, 4, "8 or 12")],
)
def test_a_batch_that_devices_cannot_share_is_refused(batch_size, count, sizes):
    with pytest.raises(ModelError, match=f"{count} devices; take {sizes}$"):
        check_shared(batch_size, SimpleNamespace(num_replicas_in_sync=count))


def test_a_batch_that_devices_share_is_taken():
    for batch_size, count in ((8, 2), (7, 1), (12, 4)):
        check_shared(batch_size, SimpleNamespace(num_replicas_in_sync=count))
