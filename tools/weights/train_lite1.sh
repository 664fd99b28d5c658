#!/usr/bin/env bash
# handypose_lite1 at 256 px, grown out of the shipped handypose_lite0, in two runs.
#
# `make train-lite1 DATA=FOLDER` runs it in a folder with `hands/` (prepare_data.py,
# mine_negatives.py) and `backgrounds/` (cut_backgrounds.py). Eleven epochs of 6,400
# samples, eight minutes each on two cores; a run that was killed goes on where it was.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
start=${START:-$here/../../savedmodels/handypose_lite0_224.keras}

train() {
    handypose train "$here/recipe.yaml" --resume --set model.preset=handypose_lite1 \
        --set model.image_size=256 --set model.handedness=true \
        --set loss.handedness_weight=0.005 "$@"
}

mkdir -p runs
[ -f runs/lite1.keras ] || python "$here/grow.py" "$start" \
    --preset handypose_lite1 --size 256 --out runs/lite1.keras
train --set out=runs/lite1_256 --set model.weights=runs/lite1.keras --set epochs=8 \
    --set optimizer.learning_rate=6.0e-4 --set schedule.warmup_steps=200 --set seed=27
train --set out=runs/lite1_256_last --set model.weights=runs/lite1_256/last.keras \
    --set epochs=3 --set optimizer.learning_rate=3.5e-4 --set schedule.warmup_steps=50 \
    --set seed=28
