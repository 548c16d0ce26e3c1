"""The PTB LSTM's training step written in PyTorch, timed: embedding, dropout, LSTM, dropout, linear, cross entropy, backward,
clip_grad_norm_, SGD. Prints one JSON line: milliseconds of each step.

usage: train_step.py THREADS STEPS HIDDEN LAYERS BATCH BPTT VOCABULARY DROPOUT
"""
import json
import sys
import time

import torch
from torch import nn

threads, steps, hidden, layers, batch, bptt, vocabulary = (int(text) for text in sys.argv[1:8])
dropout = float(sys.argv[8])
torch.set_num_threads(threads)
torch.manual_seed(1)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.drop = nn.Dropout(dropout)
        self.encoder = nn.Embedding(vocabulary, hidden)
        self.rnn = nn.LSTM(hidden, hidden, layers, dropout=dropout)
        self.decoder = nn.Linear(hidden, vocabulary)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -0.1, 0.1)

    def forward(self, tokens, state):
        output, state = self.rnn(self.drop(self.encoder(tokens)), state)
        return self.decoder(self.drop(output)).view(-1, vocabulary), state


model = Model()
criterion = nn.CrossEntropyLoss()
tokens = torch.randint(vocabulary, (steps + 3, bptt + 1, batch))
state = (torch.zeros(layers, batch, hidden), torch.zeros(layers, batch, hidden))
milliseconds = []
for step in range(steps + 3):
    start = time.perf_counter()
    state = tuple(part.detach() for part in state)
    model.zero_grad()
    output, state = model(tokens[step, :-1], state)
    loss = criterion(output, tokens[step, 1:].reshape(-1))
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 0.25)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(parameter.grad, alpha=-1.0)
    loss.item()
    if step >= 3:
        milliseconds.append(1000 * (time.perf_counter() - start))

print(json.dumps({"milliseconds": milliseconds, "version": torch.__version__}))
