#!/usr/bin/env bash
# handypose_detector in three runs: most of the learning at 192 px, then at its own 256,
# then with photos of people (prepare_people.py) there.
#
# `make train-detector DATA=FOLDER` runs it in a folder with `hands/` (prepare_data.py, then
# prepare_scenes.py). Begun on a detector that is there already (START=FILE.keras), all is
# at 256 px. A run that was killed goes on where it was.
set -euo pipefail
recipe=$(dirname "$(realpath "$0")")/detector.yaml
start=${START:-}

if [ -z "$start" ]; then
    handypose train "$recipe" --resume
    start=runs/detector_192/last.keras
fi
handypose train "$recipe" --resume --set out=runs/detector_256 \
    --set model.weights="$start" --set model.image_size=256 \
    --set epochs=5 --set optimizer.learning_rate=1.0e-3 --set seed=2
handypose train "$(dirname "$recipe")/detector_people.yaml" --resume
