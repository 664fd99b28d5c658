"""CMU hand_labels_synth: rendered hands, labelled by construction.

Layout: `synth1/` .. `synth4/` with pairs of a `.jpg` or `.png` and a `.json` of the
same name, as in hand_labels but without head fields.
"""

from __future__ import annotations

from typing import ClassVar

from handypose_tf.data.readers.cmu_manual import CmuManualReader


class CmuSynthReader(CmuManualReader):
    """Reads CMU hand_labels_synth; its four folders are its splits.

    Some of the published files lack points: they are named as `wrong_joint_count`.
    """

    format = "cmu_synth"
    splits: ClassVar = {f"synth{i}": f"synth{i}" for i in range(1, 5)}
    suffixes: ClassVar = (".jpg", ".png")
