#!/usr/bin/env bash
# How rumi-en is made: a run from scratch on the English texts, a shorter one from there in which words that rhyme weigh
# more, and the mean of the two.
#
#   bash training/recipes/rumi-en.sh [FOLDER]
#
# The first run is meant for a GPU, where it takes minutes. The second takes 40 minutes on a core that multiplies 16-bit floats;
# by its steps, the first would take such a core six hours. The file that ships began as an older
# rumi-en, which had learned from a part of these texts: its card says what was typed. The texts are those of
# RUMI_CORPUS_DIR, or else they are fetched.
# A smaller size is for a trial: STEPS=20 MINUTES=1 PRESET=small bash training/recipes/rumi-en.sh
set -euo pipefail
preset=${PRESET:-base}
steps=${STEPS:-7000}
minutes=${MINUTES:-40}
batch=${BATCH:-64}

runs=${1:-runs/models}
RUMI_CORPUS_DIR=${RUMI_CORPUS_DIR:-$(rumi-corpus fetch)}
export RUMI_CORPUS_DIR

rumi-train --language en --licence MIT --preset "$preset" --steps "$steps" --batch "$batch" --dropout 0.25 \
  --out "$runs/en-1"
rumi-train --language en --init "$runs/en-1/model.safetensors" --rhyme --minutes "$minutes" --batch 16 --dropout 0.3 \
    --learning-rate 0.004 --out "$runs/en-2"
python -m training.rhyme.average "$runs/en" "$runs/en-1" "$runs/en-2"
rumi-export "$runs/en" --out "$runs/rumi-en.onnx" --quantize int8
