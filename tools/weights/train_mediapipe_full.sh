#!/usr/bin/env bash
# handypose_mediapipe_full in four runs: photos of hands alone at 160 px; with graded photos
# of people, presence and sides at 192 px; with grips rendered by `handypose synth --hard
# 0.75 --count 1600 --seed 51` and 4,740 places without a hand at 160 px; and once more at 192 px.
#
# `make train-mediapipe-full DATA=FOLDER` runs it in a folder with `hands/` (prepare_data.py
# and prepare_people.py), `people_places/` (mine_negatives.py on photos of people) and
# `backgrounds/` (cut_backgrounds.py). The first run was without outlines of hands, the
# second without rendered ones. 96,960 samples, 80 minutes on two busy cores; a run that
# was killed goes on where it was. The head for sides did not learn and does not ship:
# `ship.py --without handedness`.
set -euo pipefail
recipes=$(dirname "$(realpath "$0")")/mediapipe_full

for run in 1 2 3 4; do
    handypose train "$recipes/$run.yaml" --resume
done
