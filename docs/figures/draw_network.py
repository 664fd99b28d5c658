"""Draw `network.svg`: the multi-level waterfall and the MLF decoder.

python docs/figures/draw_network.py
"""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

BACKBONE, WATERFALL, DECODER, PLAIN = "#cfe3f5", "#fbe3c0", "#d6ecd2", "#eeeeee"

#: Key -> x, y, width, text, colour.
BOXES = {
    "image": (0, 3, 1.1, "photo\n0..255", PLAIN),
    "l1": (1.7, 3, 1.1, "level 1\nstride 4", BACKBONE),
    "l2": (3.3, 3, 1.1, "level 2\nstride 8", BACKBONE),
    "l3": (4.9, 3, 1.1, "level 3\nstride 16", BACKBONE),
    "l4": (6.5, 3, 1.1, "deepest\nstride 16", BACKBONE),
    "w1": (8.2, 4.1, 1.1, "1x1", WATERFALL),
    "w2": (9.8, 4.1, 1.1, "3x3\nrate 6", WATERFALL),
    "w3": (11.4, 4.1, 1.1, "3x3\nrate 12", WATERFALL),
    "w4": (13.0, 4.1, 1.1, "3x3\nrate 18", WATERFALL),
    "pool": (8.2, 2.0, 1.1, "global\naverage", WATERFALL),
    "merge": (14.8, 3, 1.3, "join all 5,\n1x1 to 256", WATERFALL),
    "join": (14.8, 0.5, 1.3, "join\n400 maps", DECODER),
    "convs": (12.4, 0.5, 1.6, "3x3, 3x3, 1x1", DECODER),
    "out": (10.0, 0.5, 1.6, "heatmaps\n1 a joint", DECODER),
    "decode": (7.4, 0.5, 1.8, "peaks: x, y,\nscore", PLAIN),
}

ARROWS = (
    ("image", "l1"), ("l1", "l2"), ("l2", "l3"), ("l3", "l4"), ("l4", "w1"),
    ("l4", "pool"), ("w1", "w2"), ("w2", "w3"), ("w3", "w4"), ("w4", "merge"),
    ("pool", "merge"), ("merge", "join"), ("join", "convs"), ("convs", "out"),
    ("out", "decode"),
)  # fmt: skip


def main() -> None:
    """Draw the boxes, the arrows and the levels' two rails."""
    figure, axes = plt.subplots(figsize=(13, 4.6))
    for x, y, width, text, color in BOXES.values():
        axes.add_patch(
            plt.Rectangle((x, y - 0.4), width, 0.8, facecolor=color, edgecolor="#444")
        )
        axes.text(x + width / 2, y, text, ha="center", va="center", fontsize=9)
    style = {"arrowstyle": "->", "color": "#444", "shrinkA": 0, "shrinkB": 0}
    for start, end in ARROWS:
        axes.annotate("", _edge(end, start), _edge(start, end), arrowprops=style)
    for level, step, height in (
        ("l1", "w2", 5.4),
        ("l2", "w3", 5.1),
        ("l3", "w4", 4.8),
    ):
        x, end = BOXES[level][0] + 0.55, BOXES[step][0] + 0.3
        axes.plot([x, x, end], [3.4, height, height], color="#3b78b0", lw=1.2)
        axes.annotate("", (end, 4.5), (end, height), arrowprops=style)
    for level, height in (("l1", -0.6), ("l2", -0.45), ("l3", -0.3)):
        x = BOXES[level][0] + 0.55
        axes.plot([x, x, 15.45], [2.6, height, height], color="#3c8a3c", lw=1.2)
    axes.annotate("", (15.45, 0.1), (15.45, -0.6), arrowprops=style)
    axes.text(5.4, 5.55, "1x1 to 48, resized: joined before each atrous step",
              fontsize=9, color="#3b78b0")  # fmt: skip
    axes.text(4.0, -0.95, "1x1 to 48, to level 1's (pooled) grid: joined once more",
              fontsize=9, color="#3c8a3c")  # fmt: skip
    axes.set(xlim=(-0.2, 16.4), ylim=(-1.2, 5.9))
    axes.axis("off")
    figure.tight_layout()
    folder = Path(__file__).parent
    figure.savefig(folder / "network.svg", metadata={"Date": None})


def _edge(key: str, other: str) -> tuple[float, float]:
    """Return the point of a box's border that faces another box."""
    x, y, width, *_ = BOXES[key]
    other_x, other_y, other_width, *_ = BOXES[other]
    if other_x >= x + width:
        return x + width, y
    if other_x + other_width <= x:
        return x, y
    return x + width / 2, y + (0.4 if other_y > y else -0.4)


if __name__ == "__main__":
    main()
