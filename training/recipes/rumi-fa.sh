#!/usr/bin/env bash
# How rumi-fa is made: two runs on the Persian texts, the second from where the first ended, in both of which words that
# rhyme weigh more.
#
#   bash training/recipes/rumi-fa.sh [FOLDER]
#
# The first run is meant for a GPU, where it takes minutes. The second takes 75 minutes on a core that multiplies 16-bit floats;
# by its steps, the first would take such a core nine hours. The file that ships began as an older
# rumi-fa, which had also learned from verse of its own: its card says what was typed. The texts are those of
# RUMI_CORPUS_DIR, or else they are fetched.
# A smaller size is for a trial: STEPS=20 MINUTES=1 PRESET=small bash training/recipes/rumi-fa.sh
set -euo pipefail
preset=${PRESET:-large}
steps=${STEPS:-6000}
minutes=${MINUTES:-75}
batch=${BATCH:-64}

runs=${1:-runs/models}
RUMI_CORPUS_DIR=${RUMI_CORPUS_DIR:-$(rumi-corpus fetch)}
export RUMI_CORPUS_DIR

rumi-train --language fa --licence MIT --preset "$preset" --steps "$steps" --batch "$batch" --dropout 0.3 \
  --rhyme --out "$runs/fa-1"
rumi-train --language fa --init "$runs/fa-1/model.safetensors" --rhyme --minutes "$minutes" --batch 16 --dropout 0.15 \
    --out "$runs/fa"
rumi-export "$runs/fa" --out "$runs/rumi-fa.onnx" --quantize int8
