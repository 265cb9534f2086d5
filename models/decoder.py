"""The decoder: ids and a cache in, logits and the next cache out.

One `forward` serves training (a whole sequence, no cache), exact evaluation (a text in pieces) and the exported
step (a prompt, then one id at a time), so what is trained is what ships. This module knows nothing of text,
tokenizers, optimizers or files.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.config import ROTARY_BASE, DecoderConfig

NORM_EPSILON = 1e-6
"""Keeps a vector of zeros from being divided by zero."""


class Cache(NamedTuple):
    """The keys and values of the ids that the decoder has read."""

    position: Tensor
    """int64 []: how many ids came before."""
    keys: tuple[Tensor, ...]
    """One tensor a layer, [batch, heads, past, head_dim], already rotated; past is at most window - 1."""
    values: tuple[Tensor, ...]
    """One tensor a layer, [batch, heads, past, head_dim]."""


def empty_cache(config: DecoderConfig, batch: int, device: torch.device | str = "cpu") -> Cache:
    """The cache before the first id."""
    empty = torch.zeros(batch, config.heads, 0, config.head_dim, device=device)
    position = torch.zeros((), dtype=torch.int64, device=device)
    return Cache(position, (empty,) * config.layers, (empty,) * config.layers)


def rms_norm(x: Tensor) -> Tensor:
    """Scales vectors to a root mean square of one, without a learned gain (Zhang & Sennrich 2019, arXiv:1910.07467)."""
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + NORM_EPSILON)


def rotary_angles(positions: Tensor, head_dim: int) -> tuple[Tensor, Tensor]:
    """Cosine and sine, [time, head_dim / 2] each, to turn queries and keys by (Su et al. 2021, arXiv:2104.09864).

    The angle grows with the position for as long as a stream runs. It is taken in double precision, in which its
    error stays below 1e-7 past a hundred million characters; single precision would drift within thousands.
    """
    exponents = torch.arange(0, head_dim, 2, dtype=torch.float64, device=positions.device) / head_dim
    angles = positions.double()[:, None] * ROTARY_BASE**-exponents
    return angles.cos().float(), angles.sin().float()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turns the pairs (i, i + head_dim / 2) of x [batch, heads, time, head_dim] by the angles of their positions."""
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cos - second * sin, first * sin + second * cos), dim=-1)


def drop_out(x: Tensor, share: float) -> Tensor:
    """Sets that share of the values to zero at random and raises the others, so that their mean stays.

    (Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from overfitting".) One random byte
    decides for each value, so the share is rounded to 256ths. A CPU draws eight bytes in the time in which
    `F.dropout` decides for one value, and that was a tenth of the time of a step; a GPU draws enough by itself.
    """
    threshold = min(255, round(256 * share))
    if not threshold:
        return x
    if x.is_cuda:
        return F.dropout(x, share)
    words = torch.empty(-(-x.numel() // 8), dtype=torch.int64, device=x.device)
    words.random_(torch.iinfo(torch.int64).min, None)
    survives = words.view(torch.uint8)[: x.numel()].view(x.shape) >= threshold
    return x * (survives * (256 / (256 - threshold)))


def attend(queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None) -> Tensor:
    """For each query the mean of the values, by how well their keys match it: all [batch, heads, time, head_dim].

    `mask` as in `Attention`. On a CPU that trains with products of bfloat16 this is written out: with PyTorch's fused
    attention the whole step takes 1.2 times as long there (`benchmarks/training_step.py`).
    """
    if mask is None and queries.device.type == "cpu" and torch.is_autocast_enabled("cpu"):
        time, head_dim = queries.shape[-2:]
        future = torch.full((time, time), -torch.inf, dtype=torch.bfloat16).triu(1)
        scores: Tensor = (queries * head_dim**-0.5).bfloat16() @ keys.bfloat16().transpose(-2, -1) + future
        return scores.softmax(-1, dtype=torch.bfloat16) @ values.bfloat16()
    return F.scaled_dot_product_attention(queries, keys, values, attn_mask=mask, is_causal=mask is None)


class Attention(nn.Module):
    """Multi-head attention over the last `window` positions.

    Queries and keys are normalised before they are compared, then scaled by one learned number a head (QK-norm,
    Henry et al. 2020, arXiv:2010.04245): scores cannot grow without bound, so a higher learning rate stays stable.
    """

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.heads, self.window = config.heads, config.window
        self.qkv = nn.Linear(config.width, 3 * config.width, bias=False)
        self.out = nn.Linear(config.width, config.width, bias=False)
        self.query_scale = nn.Parameter(torch.ones(config.heads, 1, 1))

    def forward(
        self,
        x: Tensor,
        past_keys: Tensor,
        past_values: Tensor,
        mask: Tensor | None,
        rotary: tuple[Tensor, Tensor] | None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Returns what attention adds, [batch, time, width] as `x`, and the keys and values to cache.

        `mask` is bool [time, past + time]: True where a query may attend; None means to all positions before it.
        """
        batch, time, width = x.shape
        queries, keys, values = (
            part.view(batch, time, self.heads, width // self.heads).transpose(1, 2) for part in self.qkv(x).chunk(3, -1)
        )
        queries, keys = rms_norm(queries) * self.query_scale, rms_norm(keys)
        if rotary is not None:
            queries, keys = rotate(queries, *rotary), rotate(keys, *rotary)
        keys = torch.cat((past_keys, keys), dim=2)
        values = torch.cat((past_values, values), dim=2)
        attended = attend(queries, keys, values, mask)
        mixed = self.out(attended.transpose(1, 2).reshape(batch, time, width))
        return mixed, keys[:, :, 1 - self.window :], values[:, :, 1 - self.window :]


class Block(nn.Module):
    """Attention, then a feed-forward of four times the width with squared ReLU (So et al. 2021, arXiv:2109.08668).

    Each half reads a normalised copy of the stream and adds to the stream itself (pre-norm), which trains without
    warm-up troubles at any depth used here.
    """

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.dropout = config.dropout
        self.attention = Attention(config)
        self.up = nn.Linear(config.width, 4 * config.width, bias=False)
        self.down = nn.Linear(4 * config.width, config.width, bias=False)

    def forward(
        self,
        x: Tensor,
        past_keys: Tensor,
        past_values: Tensor,
        mask: Tensor | None,
        rotary: tuple[Tensor, Tensor] | None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Returns `x` transformed, in the same shape [batch, time, width], and the keys and values to cache."""
        mixed, keys, values = self.attention(rms_norm(x), past_keys, past_values, mask, rotary)
        dropout = self.dropout if self.training else 0.0
        x = x + drop_out(mixed, dropout)
        mlp_out = self.down(F.relu(self.up(rms_norm(x))).square())
        return x + drop_out(mlp_out, dropout), keys, values


class Decoder(nn.Module):
    """Embeddings, blocks, a head that is not tied to the embeddings.

    Initialisation: what writes into the stream (`out`, `down`) and the head start at zero, so every block is
    the identity, the first loss is exactly ln(vocab_size) and no depth needs a scale of its own; the other matrices
    are normal with a variance of one over their inputs, so the normalised stream keeps its size through them.
    """

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocab_size, config.width)
        self.position_embedding = nn.Embedding(config.window, config.width) if not config.is_rotary else None
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.head = nn.Linear(config.width, config.vocab_size, bias=False)
        for name, matrix in self.named_parameters():
            if name.endswith(("out.weight", "down.weight", "head.weight")):
                nn.init.zeros_(matrix)
            elif name.endswith(("qkv.weight", "up.weight")):
                nn.init.normal_(matrix, std=config.width**-0.5)

    def forward(self, ids: Tensor, cache: Cache | None = None) -> tuple[Tensor, Cache]:
        """Logits float32 [batch, time, vocab_size] that predict what follows each of ids int64 [batch, time].

        Every position attends to the last `window` ones, itself included, whether they are in `ids` or in the
        cache. Learned positions end at `window`: there, position + time must not pass it.
        """
        config = self.config
        batch, time = ids.shape
        past = cache.keys[0].shape[2] if cache else 0
        mask = None
        if cache is not None or time > config.window:
            query_positions = past + torch.arange(time, device=ids.device)[:, None]
            key_positions = torch.arange(past + time, device=ids.device)
            mask = (key_positions <= query_positions) & (key_positions > query_positions - config.window)
        cache = cache or empty_cache(config, batch, ids.device)
        positions = cache.position + torch.arange(time, device=ids.device)

        x = self.embedding(ids)
        rotary = None
        if self.position_embedding is not None:
            x = x + self.position_embedding(positions)
        else:
            rotary = rotary_angles(positions, config.head_dim)
        x = drop_out(x, config.dropout if self.training else 0.0)
        keys, values = [], []
        for block, past_keys, past_values in zip(self.blocks, cache.keys, cache.values, strict=True):
            x, block_keys, block_values = block(x, past_keys, past_values, mask, rotary)
            keys.append(block_keys)
            values.append(block_values)
        logits = self.head(rms_norm(x)).float()
        return logits, Cache(cache.position + time, tuple(keys), tuple(values))

    def parameter_count(self) -> int:
        """Number of learned values."""
        return sum(parameter.numel() for parameter in self.parameters())
