"""A plain decoder in the manner of GPT-2 (Radford et al. 2019), to stand beside ours.

Learned positions, LayerNorm, GELU, biases in none, embeddings tied to the head, every matrix normal(0, 0.02) and
those that write into the stream smaller by the square root of their number.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.config import DecoderConfig


class Block(nn.Module):
    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.heads, self.dropout = config.heads, config.dropout
        self.norm, self.second_norm = (nn.LayerNorm(config.width, bias=False) for _ in range(2))
        self.qkv = nn.Linear(config.width, 3 * config.width, bias=False)
        self.out = nn.Linear(config.width, config.width, bias=False)
        self.up = nn.Linear(config.width, 4 * config.width, bias=False)
        self.down = nn.Linear(4 * config.width, config.width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        shape = (*x.shape[:2], self.heads, -1)
        queries, keys, values = (part.view(shape).transpose(1, 2) for part in self.qkv(self.norm(x)).chunk(3, -1))
        dropped = self.dropout if self.training else 0.0
        attended = F.scaled_dot_product_attention(queries, keys, values, dropout_p=dropped, is_causal=True)
        x = x + F.dropout(self.out(attended.transpose(1, 2).flatten(2)), dropped)
        return x + F.dropout(self.down(F.gelu(self.up(self.second_norm(x)))), dropped)


class GPT2(nn.Module):
    """Called as `models.decoder.Decoder` is, without a cache."""

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocab_size, config.width)
        self.places = nn.Embedding(config.window, config.width)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width, bias=False)
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2:
                writes = name.endswith(("out.weight", "down.weight"))
                nn.init.normal_(parameter, std=0.02 / (2 * config.layers) ** 0.5 if writes else 0.02)

    def forward(self, ids: Tensor) -> tuple[Tensor, None]:
        """Logits [batch, time, vocab_size] for ids [batch, time], and no cache."""
        x = self.embedding(ids) + self.places(torch.arange(ids.shape[1]))
        x = F.dropout(x, self.config.dropout, self.training)
        for block in self.blocks:
            x = block(x)
        return F.linear(self.norm(x), self.embedding.weight), None
