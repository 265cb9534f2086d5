#!/usr/bin/env bash
# How rumi-en is made: one run from scratch on the English texts. Made on a GPU; 4,500 steps take a day of two cores.
#
#   bash training/recipes/rumi-en.sh [FOLDER]
#
# The texts are those of RUMI_CORPUS_DIR, or else they are fetched. What was typed for the file that ships, its card says.
# A smaller size is for a trial: STEPS=20 PRESET=small bash training/recipes/rumi-en.sh
set -euo pipefail
preset=${PRESET:-base}
steps=${STEPS:-4500}
batch=${BATCH:-32}

runs=${1:-runs/models}
export RUMI_CORPUS_DIR=${RUMI_CORPUS_DIR:-$(rumi-corpus fetch)}

rumi-train --language en --preset "$preset" --steps "$steps" --batch "$batch" --dropout 0.4 --out "$runs/en"
rumi-export "$runs/en" --out "$runs/rumi-en.onnx" --quantize int8
