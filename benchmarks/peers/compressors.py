"""Compressors as straightforward PyTorch operators, in the form that widely used frameworks give them, timed on one tensor.
Prints one JSON line: for each method the median milliseconds of compress and of decompress.

usage: compressors.py THREADS ELEMENTS REPEATS METHOD...     METHOD: topk=RATIO, sign, topk=RATIO+sign
"""
import json
import statistics
import sys
import time

import torch

threads, elements, repeats = (int(text) for text in sys.argv[1:4])
torch.set_num_threads(threads)
torch.manual_seed(1)
gradient = torch.randn(elements)


def topk(ratio):
    k = max(1, int(ratio * elements))

    def compress():
        _, indices = torch.topk(gradient.abs(), k, sorted=False)
        return gradient[indices], indices

    def decompress(payload):
        values, indices = payload
        return torch.zeros(elements).scatter_(0, indices, values)

    return compress, decompress


def sign():
    def compress():
        return (gradient >= 0).to(torch.uint8), gradient.abs().mean()

    def decompress(payload):
        signs, scale = payload
        return scale * (signs.to(torch.float32) * 2 - 1)

    return compress, decompress


def topk_sign(ratio):
    choose, _ = topk(ratio)

    def compress():
        values, indices = choose()
        return (values >= 0).to(torch.uint8), values.abs().mean(), indices

    def decompress(payload):
        signs, scale, indices = payload
        return torch.zeros(elements).scatter_(0, indices, scale * (signs.to(torch.float32) * 2 - 1))

    return compress, decompress


def make(method):
    if method == "sign":
        return sign()
    ratio = float(method.split("+")[0].split("=")[1])
    return topk_sign(ratio) if method.endswith("+sign") else topk(ratio)


def median_ms(action):
    action()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


results = {}
for method in sys.argv[4:]:
    compress, decompress = make(method)
    payload = compress()
    results[method] = [median_ms(compress), median_ms(lambda: decompress(payload))]

print(json.dumps({"methods": results, "version": torch.__version__}))
