"""Transformer-XL's training step written in PyTorch, timed: adaptive embedding and softmax, relative attention over a memory, Adam,
clip_grad_norm_. Words are log-uniform, as those of a text nearly are. Prints one JSON line: milliseconds of each step.

usage: transformer_xl_step.py THREADS STEPS VOCABULARY CUTOFFS LAYERS MODEL HEADS HEAD INNER BATCH LENGTH MEMORY DROPOUT
"""
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

threads, steps, vocabulary = (int(text) for text in sys.argv[1:4])
ends = [int(text) for text in sys.argv[4].split(",")] + [vocabulary]
layers, model_width, heads, head_width, inner, batch, length, memory_length = (int(text) for text in sys.argv[5:13])
dropout = float(sys.argv[13])
torch.set_num_threads(threads)
torch.manual_seed(1)


def shift(scores):
    """Scores by distance [Q, K, B, H] to scores by key."""
    queries, keys = scores.shape[:2]
    padded = torch.cat([scores.new_zeros(queries, 1, *scores.shape[2:]), scores], dim=1)
    return padded.view(keys + 1, queries, *scores.shape[2:])[1:].view_as(scores)


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        all_heads = heads * head_width
        self.qkv = nn.Linear(model_width, 3 * all_heads, bias=False)
        self.r = nn.Linear(model_width, all_heads, bias=False)
        self.o = nn.Linear(all_heads, model_width, bias=False)
        self.norm = nn.LayerNorm(model_width)
        self.expand = nn.Linear(model_width, inner)
        self.contract = nn.Linear(inner, model_width)
        self.last_norm = nn.LayerNorm(model_width)
        self.drop = nn.Dropout(dropout)

    def forward(self, x, memory, positions, u, v, mask):
        queries = x.shape[0]
        q, k, value = self.qkv(torch.cat([memory, x])).chunk(3, dim=-1)
        q = q[-queries:]
        keys = k.shape[0]
        q, k, value = (part.view(part.shape[0], -1, heads, head_width) for part in (q, k, value))
        r = self.r(positions).view(keys, heads, head_width)
        content = torch.einsum("ibnd,jbnd->ijbn", q + u, k)
        position = shift(torch.einsum("ibnd,jnd->ijbn", q + v, r))
        scores = ((content + position) / head_width**0.5).masked_fill(mask, float("-inf"))
        attended = torch.einsum("ijbn,jbnd->ibnd", scores.softmax(1), value).reshape(queries, -1, heads * head_width)
        x = self.norm(x + self.drop(self.o(attended)))
        return self.last_norm(x + self.drop(self.contract(self.drop(F.relu(self.expand(x))))))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(vocabulary, model_width)
        self.bias = nn.Parameter(torch.zeros(vocabulary))
        self.clusters = nn.Parameter(torch.zeros(len(ends) - 1, model_width))
        self.cluster_bias = nn.Parameter(torch.zeros(len(ends) - 1))
        self.u = nn.Parameter(torch.zeros(heads, head_width))
        self.v = nn.Parameter(torch.zeros(heads, head_width))
        self.layers = nn.ModuleList(Layer() for _ in range(layers))
        self.drop = nn.Dropout(dropout)
        nn.init.normal_(self.words.weight, 0, 0.02)

    def forward(self, tokens, targets, memory):
        x = self.drop(self.words(tokens) * model_width**0.5)
        queries, keys = x.shape[0], x.shape[0] + memory[0].shape[0]
        frequencies = 1 / 10000 ** (torch.arange(0.0, model_width, 2.0) / model_width)
        angles = torch.outer(torch.arange(keys - 1, -1, -1.0), frequencies)
        positions = self.drop(torch.cat([angles.sin(), angles.cos()], dim=1))
        mask = torch.ones(queries, keys).triu(1 + keys - queries).bool()[:, :, None, None]
        states = [x]
        for layer, before in zip(self.layers, memory):
            x = layer(x, before, positions, self.u, self.v, mask)
            states.append(x)
        with torch.no_grad():
            after = [torch.cat([old, new])[-memory_length:].detach() for old, new in zip(memory, states)]
        return self.loss(self.drop(x).view(-1, model_width), targets.view(-1)), after

    def loss(self, hidden, targets):
        weight, bias = self.words.weight, self.bias
        head = F.linear(hidden, torch.cat([weight[: ends[0]], self.clusters]), torch.cat([bias[: ends[0]], self.cluster_bias]))
        head = head.log_softmax(dim=1)
        total = 0
        for cluster, (start, end) in enumerate(zip([0] + ends, ends)):
            rows = ((targets >= start) & (targets < end)).nonzero().squeeze(1)
            if rows.numel() == 0:
                continue
            own, chosen = targets[rows] - start, head[rows]
            if cluster == 0:
                total = total - chosen.gather(1, own[:, None]).sum()
            else:
                tail = F.linear(hidden[rows], weight[start:end], bias[start:end]).log_softmax(dim=1)
                total = total - chosen[:, -cluster].sum() - tail.gather(1, own[:, None]).sum()
        return total / targets.numel()


model = Model()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
tokens = (torch.exp(torch.rand(steps + 3, length + 1, batch) * torch.log(torch.tensor(vocabulary + 1.0))) - 1).long().clamp_(0, vocabulary - 1)
memory = [torch.zeros(memory_length, batch, model_width) for _ in range(layers + 1)]
milliseconds = []
for step in range(steps + 3):
    start = time.perf_counter()
    model.zero_grad()
    loss, memory = model(tokens[step, :-1], tokens[step, 1:], memory)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 0.25)
    optimizer.step()
    loss.item()
    if step >= 3:
        milliseconds.append(1000 * (time.perf_counter() - start))

print(json.dumps({"milliseconds": milliseconds, "version": torch.__version__, "parameters": sum(p.numel() for p in model.parameters())}))
