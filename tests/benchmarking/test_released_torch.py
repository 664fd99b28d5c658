from __future__ import annotations

import numpy as np
import pytest
from golden import golden_picture, golden_state

torch = pytest.importorskip("torch", reason="compares with PyTorch")

released_torch = pytest.importorskip("released_torch")

HEAD = "multi_level_waterfall"

#: Beginnings of the keys of what a checkpoint holds and the network does not use.
UNUSED = ("decoder.", "wasp.conv2.", "wasp.bn2.")


@pytest.mark.slow
@pytest.mark.shared
def test_it_is_the_released_network(shared_dir):
    """Its output for generated weights is the released code's own."""
    state = golden_state(shared_dir / "golden", HEAD)
    used = {k: torch.tensor(v) for k, v in state.items() if not k.startswith(UNUSED)}
    network = released_torch.ReleasedNetwork().eval()
    missing, unexpected = network.load_state_dict(used, strict=False)
    assert not unexpected
    assert all(key.endswith("num_batches_tracked") for key in missing)
    values = (golden_picture(128)[..., ::-1] - 128) / 256
    image = torch.tensor(values.transpose(0, 3, 1, 2).astype(np.float32))
    with torch.inference_mode():
        heatmaps = network(image).numpy()
    expected = np.load(shared_dir / "golden" / f"{HEAD}.npz")["heatmaps_128"]
    assert np.abs(heatmaps - expected).max() < 1e-4 * expected.std()


@pytest.mark.slow
def test_it_runs_at_the_size_asked_for():
    assert released_torch.open_released(64, 1)().shape == (1, 21, 8, 8)
