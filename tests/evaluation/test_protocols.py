"""The protocols as papers state them."""

from __future__ import annotations

import numpy as np
import pytest

from handypose_tf.evaluation import PROTOCOLS, CropRule, Protocol, get_protocol


def test_agmn_averages_its_six_thresholds_as_its_notebook_does() -> None:
    # CPM and AGMN on CMU Panoptic test, as AGMN's notebook prints them.
    agmn = get_protocol("agmn")
    assert agmn.thresholds == (0.01, 0.02, 0.03, 0.04, 0.05, 0.06)
    for figures, mean in (
        ((22.88, 58.10, 73.48, 80.45, 84.27, 86.88), 67.68),
        ((23.90, 60.26, 76.21, 83.70, 87.72, 90.27), 70.34),
    ):
        assert np.mean(figures) == pytest.approx(mean, abs=0.005)
    assert agmn.normalizer == "crop"
    assert agmn.crop == CropRule("annotation", 2.2)


def test_mmpose_stops_short_of_thirty_pixels() -> None:
    mmpose = get_protocol("mmpose")
    assert len(mmpose.auc_thresholds) == 20
    assert mmpose.auc_thresholds[:2] == (0.0, 1.5)
    assert mmpose.auc_thresholds[-1] == 28.5
    assert mmpose.average == "joints"
    assert mmpose.columns == (
        "pck_annotation_box@0.2",
        "pck_annotation_box@mean",
        "auc",
        "epe",
    )


def test_nsrm_reports_a_fifth_of_the_box_outside_its_mean() -> None:
    nsrm = get_protocol("nsrm")
    assert nsrm.thresholds == (0.04, 0.06, 0.08, 0.1, 0.12)
    assert nsrm.columns[:6] == (
        "pck_box@0.04",
        "pck_box@0.06",
        "pck_box@0.08",
        "pck_box@0.1",
        "pck_box@0.12",
        "pck_box@0.2",
    )


@pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=list(PROTOCOLS))
def test_every_name_of_a_figure_carries_its_normaliser(protocol: Protocol) -> None:
    marks = {"box": "_box", "crop": "_crop", "annotation": "_annotation_", "head": "h@"}
    for column in protocol.columns[:-2]:
        assert marks[protocol.normalizer] in column
    assert protocol.divisor in protocol.describe()


def test_bad_protocols_are_refused() -> None:
    with pytest.raises(ValueError, match=r"`name` must be one of .*'coco'"):
        get_protocol("coco")
    with pytest.raises(ValueError, match="normalizer"):
        Protocol(name="own", normalizer="palm", thresholds=(0.1,), source="")
    with pytest.raises(ValueError, match="scale"):
        CropRule("tight", 0.0)
