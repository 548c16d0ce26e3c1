"""Compressors as straightforward PyTorch operators, in the form that widely used frameworks give them, timed on one tensor.
Prints one JSON line: for each method the median milliseconds of compress and of decompress.

usage: compressors.py THREADS ELEMENTS REPEATS METHOD...
METHOD: topk=RATIO, topk=RATIO+sign, randomk=RATIO, threshold=TAU, dgc=RATIO, gaussiank=RATIO, sidco=RATIO, adacomp=BIN, variance=ALPHA,
        sign, onebit, terngrad=CLIP, qsgd=LEVELS, uniform=BITS, natural, float16, bfloat16
"""
import json
import math
import statistics
import sys
import time

import torch

threads, elements, repeats = (int(text) for text in sys.argv[1:4])
torch.set_num_threads(threads)
torch.manual_seed(1)
gradient = torch.randn(elements)
BUCKET = 512


def scatter(values, indices):
    return torch.zeros(elements).scatter_(0, indices, values)


def sparse(choose):
    """A method that sends float32 values and 64-bit indices."""

    def compress():
        indices = choose()
        return gradient[indices], indices

    return compress, lambda payload: scatter(*payload)


def topk(ratio):
    k = max(1, int(ratio * elements))
    return sparse(lambda: torch.topk(gradient.abs(), k, sorted=False)[1])


def topk_sign(ratio):
    choose, _ = topk(ratio)

    def compress():
        values, indices = choose()
        return (values >= 0).to(torch.uint8), values.abs().mean(), indices

    def decompress(payload):
        signs, scale, indices = payload
        return scatter(scale * (signs.to(torch.float32) * 2 - 1), indices)

    return compress, decompress


def randomk(ratio):
    k = max(1, int(ratio * elements))
    return sparse(lambda: torch.randperm(elements)[:k])


def threshold(tau):
    return sparse(lambda: (gradient.abs() > tau).nonzero().view(-1))


def dgc(ratio):
    def choose():
        sample = gradient[torch.empty(max(1, elements // 100)).uniform_(0, elements).long().clamp_(max=elements - 1)]
        limit = torch.topk(sample.abs(), max(1, int(ratio * len(sample))))[0].min()
        mask = gradient.abs() >= limit
        for _ in range(10):
            selected = int(mask.sum())
            if selected > 1.3 * ratio * elements:
                limit = 1.3 * limit
            elif selected < 0.7 * ratio * elements:
                limit = 0.7 * limit
            else:
                break
            mask = gradient.abs() >= limit
        return mask.nonzero().view(-1)

    return sparse(choose)


def gaussiank(ratio):
    quantile = statistics.NormalDist().inv_cdf(1 - ratio / 2)

    def choose():
        limit = gradient.mean() + quantile * gradient.std()
        for _ in range(4):
            indices = (gradient.abs() > limit).nonzero().view(-1)
            if len(indices) < 2 * ratio * elements / 3:
                limit = limit * 0.5
            elif len(indices) > 4 * ratio * elements / 3:
                limit = limit * 1.5
            else:
                break
        return indices

    return sparse(choose)


def sidco(ratio):
    def choose():
        magnitude = gradient.abs()
        limit = -magnitude.mean() * math.log(0.25)
        exceeding = magnitude[magnitude > limit]
        limit = limit - (exceeding - limit).mean() * math.log(ratio / 0.25)
        return (magnitude > limit).nonzero().view(-1)

    return sparse(choose)


def adacomp(length):
    step = torch.randn(elements)
    bins = math.ceil(elements / length)

    def compress():
        g = torch.nn.functional.pad(gradient, (0, bins * length - elements)).view(bins, length)
        d = torch.nn.functional.pad(step, (0, bins * length - elements)).view(bins, length)
        largest = g.abs().max(dim=1, keepdim=True)[0]
        indices = ((g + d).abs() >= largest).view(-1).nonzero().view(-1)
        return g.view(-1)[indices].sign() * largest.mean(), indices

    return compress, lambda payload: scatter(*payload)


def variance(alpha):
    # Entries wait between 10 and 70 steps; the measurement begins anywhere in between.
    wait = 10 + 60 * torch.rand(elements)
    passed = torch.floor(wait * torch.rand(elements))
    squares = wait * gradient * gradient
    r, v = passed * gradient, passed * squares

    def compress():
        r.add_(gradient)
        v.add_(squares)
        mask = r * r > alpha * v
        indices = mask.nonzero().view(-1)
        values = r[indices]
        r[indices] = 0
        v.mul_(0.999)
        v[indices] = 0
        exponents = torch.floor(torch.log2(values.abs() / values.abs().max())).clamp_(min=-7).to(torch.int8)
        return exponents, values.sign().to(torch.int8), values.abs().max(), indices

    def decompress(payload):
        exponents, signs, largest, indices = payload
        return scatter(signs * largest * torch.pow(2.0, exponents.to(torch.float32)), indices)

    return compress, decompress


def sign():
    def compress():
        return (gradient >= 0).to(torch.uint8), gradient.abs().mean()

    def decompress(payload):
        signs, scale = payload
        return scale * (signs.to(torch.float32) * 2 - 1)

    return compress, decompress


def onebit():
    def compress():
        negative = gradient < 0
        return negative.to(torch.uint8), gradient[negative].mean(), gradient[~negative].mean()

    def decompress(payload):
        negative, low, high = payload
        mask = negative.bool()
        return mask * low + (~mask) * high

    return compress, decompress


def terngrad(clip):
    def compress():
        limit = clip * gradient.std()
        clipped = gradient.clamp(-limit, limit)
        magnitude = clipped.abs()
        scale = magnitude.max()
        keep = torch.rand(elements) * scale <= magnitude
        return (clipped.sign() * keep).to(torch.int8), scale

    def decompress(payload):
        trits, scale = payload
        return trits.to(torch.float32) * scale

    return compress, decompress


def in_buckets():
    return torch.nn.functional.pad(gradient, (0, -elements % BUCKET)).view(-1, BUCKET)


def qsgd(levels):
    def compress():
        buckets = in_buckets()
        norm = buckets.norm(dim=1, keepdim=True)
        exact = levels * buckets.abs() / norm
        lower = exact.floor()
        level = lower + (torch.rand_like(exact) < exact - lower)
        return (level * buckets.sign()).to(torch.int8), norm

    def decompress(payload):
        level, norm = payload
        return (norm / levels * level.to(torch.float32)).view(-1)[:elements]

    return compress, decompress


def uniform(bits):
    top = 2 ** bits - 1

    def compress():
        buckets = in_buckets()
        low, high = buckets.min(dim=1, keepdim=True)[0], buckets.max(dim=1, keepdim=True)[0]
        exact = (buckets - low) / (high - low) * top
        return torch.floor(exact + torch.rand_like(exact)).to(torch.uint8), low, high

    def decompress(payload):
        level, low, high = payload
        return (low + level.to(torch.float32) * ((high - low) / top)).view(-1)[:elements]

    return compress, decompress


def natural():
    def compress():
        exponent = torch.floor(torch.log2(gradient.abs()))
        lower = torch.pow(2.0, exponent)
        exponent = exponent + (torch.rand(elements) < gradient.abs() / lower - 1)
        return exponent.to(torch.int8), gradient.sign().to(torch.int8)

    def decompress(payload):
        exponent, signs = payload
        return signs * torch.pow(2.0, exponent.to(torch.float32))

    return compress, decompress


def narrow(kind):
    return lambda: gradient.to(kind), lambda payload: payload.to(torch.float32)


def make(method):
    name, _, argument = method.partition("=")
    if argument.endswith("+sign"):
        return topk_sign(float(argument[:-5]))
    plain = {"sign": sign, "onebit": onebit, "natural": natural}
    with_number = {"topk": topk, "randomk": randomk, "threshold": threshold, "dgc": dgc, "gaussiank": gaussiank, "sidco": sidco,
                   "variance": variance, "terngrad": terngrad}
    with_count = {"adacomp": adacomp, "qsgd": qsgd, "uniform": uniform}
    if name in ("float16", "bfloat16"):
        return narrow(getattr(torch, name))
    if name in plain:
        return plain[name]()
    return with_number[name](float(argument)) if name in with_number else with_count[name](int(argument))


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
