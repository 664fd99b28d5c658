#!/usr/bin/env bash
# handypose_mediapipe_full in six runs. Four without MediaPipe's own head: photos of hands
# alone at 160 px; with graded photos of people and presence at 192 px; with grips rendered
# by `handypose synth --hard 0.75 --count 1600 --seed 51` and places without a hand at
# 160 px; and once more at 192 px. Then their waterfall and decoder on MediaPipe's network
# as published (graft.py), at 160 and 192 px.
#
# `make train-mediapipe-full DATA=FOLDER` runs it in a folder with `hands/` (prepare_data.py
# and prepare_people.py), `people_places/` (mine_negatives.py on photos of people) and
# `backgrounds/` (cut_backgrounds.py). The weights that ship: run 1 was without outlines of
# hands, run 2 without rendered ones; run 5 had the points' maps in the decoder too, whose
# weights for them were cut away before run 6; runs 1 to 4 were made before the preset had
# MediaPipe's head. 154,560 samples.
set -euo pipefail
tools=$(dirname "$(realpath "$0")")

for run in 1 2 3 4; do
    handypose train "$tools/mediapipe_full/$run.yaml" --resume
done
[ -e start.keras ] || python "$tools/graft.py" runs/full_192_c/last.keras --out start.keras
for run in 5 6; do
    handypose train "$tools/mediapipe_full/$run.yaml" --resume
done
