"""What a data set of rendered hands is made from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Change whenever the same seed gives other pictures.
SCENE_VERSION = 1
PEOPLE_VERSION = 1
HARD_VERSION = 1


@dataclass(frozen=True)
class SynthConfig:
    """What a data set is made from; two equal ones give the same pictures.

    Attributes:
        wheel: The anatomy's wheel.
        seed: Of everything random.
        size: Side of the pictures, pixels.
        photos: Photos for backgrounds.
        people: Whole people in place of hands.
        hard: Share of the pictures of hands that show hard ones.
    """

    wheel: Path
    seed: int = 0
    size: int = 256
    photos: tuple[Path, ...] = ()
    people: bool = False
    hard: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return what decides about the pictures, as JSON."""
        listing = "\n".join(f"{p.name} {p.stat().st_size}" for p in self.photos)
        return {
            "seed": self.seed,
            "size": self.size,
            "anatomy": self.wheel.name,
            "num_background_photos": len(self.photos),
            "background_photos_sha256": hashlib.sha256(listing.encode()).hexdigest(),
            "scene_version": PEOPLE_VERSION if self.people else SCENE_VERSION,
            **({"people": True} if self.people else {}),
            **({"hard": self.hard, "hard_version": HARD_VERSION} if self.hard else {}),
        }
