"""The plain way: gradients compressed by PyTorch's operators and exchanged by gloo, one process a host.

Measured as `bench exchanges` measures ours: from the gradient (a square matrix and a vector of normal values) to the average of all workers,
residual included, after three rounds that are not counted; the median of the repeats, averaged over the ranks. Needs PyTorch with
torch.distributed (Debian: python3-torch). Prints a line of JSON a method.
"""

import argparse
import json
import statistics
import time

import torch
import torch.distributed as dist

WARM_UP = 3


def gather(tensor):
    parts = [torch.empty_like(tensor) for _ in range(dist.get_world_size())]
    dist.all_gather(parts, tensor)
    return parts


class Dense:
    def average(self, gradient):
        dist.all_reduce(gradient)
        return gradient.div_(dist.get_world_size())


class TopK:
    def __init__(self, ratio, shape):
        self.count = max(1, int(ratio * shape.numel()))
        self.residual = torch.zeros(shape.numel())

    def average(self, gradient):
        self.residual.add_(gradient.flatten())
        chosen = torch.topk(self.residual.abs(), self.count, sorted=False).indices
        values = self.residual[chosen]
        self.residual[chosen] = 0
        mean = torch.zeros_like(self.residual)
        for worker_values, worker_chosen in zip(gather(values), gather(chosen.int())):
            mean.index_add_(0, worker_chosen, worker_values)
        return mean.div_(dist.get_world_size()).view_as(gradient)


class Sign:
    def __init__(self, shape):
        self.residual = torch.zeros(shape)

    def average(self, gradient):
        self.residual.add_(gradient)
        scale = self.residual.abs().mean().view(1)
        signs = self.residual.sign()
        self.residual.sub_(signs, alpha=scale.item())
        mean = torch.zeros_like(gradient)
        for worker_scale, worker_signs in zip(gather(scale), gather(signs.to(torch.int8))):
            mean.add_(worker_signs.to(torch.float32), alpha=worker_scale.item())
        return mean.div_(dist.get_world_size())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=2157, help="rows and columns of the matrix, and length of the vector")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()

    torch.set_num_threads(1)
    dist.init_process_group("gloo")
    torch.manual_seed(dist.get_rank())
    shapes = [torch.Size([options.side, options.side]), torch.Size([options.side])]
    methods = {
        "none": lambda shape: Dense(),
        "topk(ratio=0.01)": lambda shape: TopK(0.01, shape),
        "topk(ratio=0.001)": lambda shape: TopK(0.001, shape),
        "sign": Sign,
    }
    normal = [torch.randn(shape) for shape in shapes]
    for name, method in methods.items():
        compressors = [method(shape) for shape in shapes]
        seconds = []
        for _ in range(WARM_UP + options.repeats):
            gradients = [gradient.clone() for gradient in normal]
            dist.barrier()
            start = time.perf_counter()
            for compressor, gradient in zip(compressors, gradients):
                compressor.average(gradient)
            seconds.append(time.perf_counter() - start)
        figure = torch.tensor(1000 * statistics.median(seconds[WARM_UP:]))
        dist.all_reduce(figure)
        if dist.get_rank() == 0:
            print(json.dumps({"method": name, "step_ms": figure.item() / dist.get_world_size()}), flush=True)


if __name__ == "__main__":
    main()
