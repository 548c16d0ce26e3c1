using Compression.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor uniform_(double from, double to, Generator? generator = null) =>
            InPlace(LibTorch.ct_uniform_(this, from, to, Generator.HandleOf(generator)));

        public Tensor normal_(double mean = 0, double std = 1, Generator? generator = null) =>
            InPlace(LibTorch.ct_normal_(this, mean, std, Generator.HandleOf(generator)));

        public Tensor bernoulli_(double p = 0.5, Generator? generator = null) =>
            InPlace(LibTorch.ct_bernoulli_(this, p, Generator.HandleOf(generator)));

        public Tensor bernoulli_(Tensor p, Generator? generator = null) =>
            InPlace(LibTorch.ct_bernoulli_tensor_(this, p, Generator.HandleOf(generator)));
    }
}
