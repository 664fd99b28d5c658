#!/usr/bin/env bash
# handypose_lite1 at 256 px, grown out of the shipped handypose_lite0.
#
# `make train-lite1 DATA=FOLDER` runs it in a folder with `hands/` (prepare_data.py) and
# `backgrounds/` (cut_backgrounds.py), for EPOCHS (3) of 6,400 samples, seven minutes each on
# two cores; a run that was killed
# goes on where it was.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
start=${START:-$here/../../savedmodels/handypose_lite0_224.keras}

mkdir -p runs
[ -f runs/lite1.keras ] || python "$here/grow.py" "$start" \
    --preset handypose_lite1 --size 256 --out runs/lite1.keras
handypose train "$here/recipe.yaml" --resume --set out=runs/lite1_256 \
    --set model.preset=handypose_lite1 --set model.weights=runs/lite1.keras \
    --set model.image_size=256 --set model.handedness=true \
    --set loss.handedness_weight=0.005 --set epochs="${EPOCHS:-3}" \
    --set optimizer.learning_rate=1.0e-3 --set seed=24
