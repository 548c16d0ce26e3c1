"""The LM-1B model's training step written in PyTorch, timed: rows of two large tables, an LSTM with projection, a softmax over sampled
words, Adagrad on the dense weights and on the rows that took part. Words are log-uniform, as those of a text nearly are. Prints one JSON
line: milliseconds of each step.

usage: lm1b_step.py THREADS STEPS VOCABULARY BATCH LENGTH EMBEDDING STATE PROJECTION SAMPLED KEEP
"""
import json
import math
import sys
import time

import torch
from torch import nn

threads, steps, vocabulary, batch, length, embedding, state, projection, sampled = (int(text) for text in sys.argv[1:10])
dropout = 1 - float(sys.argv[10])
warm_up, rate, largest_norm = 2, 0.2, 10.0
torch.set_num_threads(threads)
torch.manual_seed(1)
log_range = math.log(vocabulary + 1)


def log_uniform(*shape):
    """Words k with P(k) = log((k + 2) / (k + 1)) / log(V + 1)."""
    return (torch.rand(*shape, dtype=torch.float64).mul_(log_range).exp_() - 1).long().clamp_(0, vocabulary - 1)


def candidates():
    """Words drawn until so many different ones are there, ascending, and how many were drawn."""
    drawn = log_uniform(4 * sampled)
    while True:
        words, inverse = drawn.unique(return_inverse=True)
        if len(words) >= sampled:
            break
        drawn = torch.cat([drawn, log_uniform(4 * sampled)])
    # Of each word the place where it was drawn first: later ones are written before earlier ones.
    first = torch.empty_like(words)
    first.index_copy_(0, inverse.flip(0), torch.arange(len(drawn)).flip(0))
    last = first.kthvalue(sampled).values
    return words[first <= last], int(last) + 1


def log_expected(words, tries):
    """The log of the expected count of words among the candidates."""
    probability = torch.log((words + 2.0) / (words + 1.0)) / log_range
    return torch.log(-torch.expm1(tries * torch.log1p(-probability)))


words_in = nn.Embedding(vocabulary, embedding, sparse=True)
words_out = nn.Embedding(vocabulary, projection, sparse=True)
biases_out = nn.Embedding(vocabulary, 1, sparse=True)
for table in (words_in, words_out):
    nn.init.uniform_(table.weight, -math.sqrt(24 / vocabulary), math.sqrt(24 / vocabulary))
nn.init.zeros_(biases_out.weight)
lstm = nn.LSTM(embedding, state, proj_size=projection)
drop = nn.Dropout(dropout)
dense = torch.optim.Adagrad(lstm.parameters(), lr=rate, initial_accumulator_value=1)
sparse = torch.optim.Adagrad([words_in.weight, words_out.weight, biases_out.weight], lr=rate, initial_accumulator_value=1)


def sampled_loss(hidden, target):
    drawn, tries = candidates()
    both = torch.cat([drawn, target])
    rows, offsets = words_out(both), biases_out(both).squeeze(1) - log_expected(both, tries)
    logits = torch.addmm(offsets[:sampled], hidden, rows[:sampled].t())
    place = torch.searchsorted(drawn, target).clamp_(max=sampled - 1)
    hit = (drawn[place] == target).nonzero().squeeze(1)
    logits[hit, place[hit]] = -1e30
    right = (hidden * rows[sampled:]).sum(1) + offsets[sampled:]
    return (torch.logaddexp(logits.logsumexp(1), right) - right).mean()


tokens = log_uniform(steps + warm_up, length + 1, batch)
hidden_state = torch.zeros(1, batch, projection), torch.zeros(1, batch, state)
milliseconds = []
for step in range(steps + warm_up):
    start = time.perf_counter()
    dense.zero_grad(set_to_none=True)
    sparse.zero_grad(set_to_none=True)
    y, last = lstm(drop(words_in(tokens[step, :-1])), hidden_state)
    hidden_state = tuple(part.detach() for part in last)
    loss = sampled_loss(drop(y).view(-1, projection), tokens[step, 1:].reshape(-1))
    (loss * length).backward()
    words_in.weight.grad.mul_(batch)
    nn.utils.clip_grad_norm_(lstm.parameters(), largest_norm)
    dense.step()
    sparse.step()
    loss.item()
    if step >= warm_up:
        milliseconds.append(1000 * (time.perf_counter() - start))

print(json.dumps({"milliseconds": milliseconds, "version": torch.__version__}))
