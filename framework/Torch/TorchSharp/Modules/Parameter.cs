using Compression.Torch.Interop;

namespace TorchSharp.Modules;

/// <summary>A leaf that a module learns. It belongs to no dispose scope: its module disposes it.</summary>
public sealed class Parameter : torch.Tensor
{
    /// <summary>A parameter over the memory of <paramref name="data"/>, which stays the caller's own handle.</summary>
    public Parameter(torch.Tensor data, bool requires_grad = true)
        : base(Leaf(data))
    {
        DetachFromDisposeScope();
        this.requires_grad = requires_grad;
    }

    private static nint Leaf(torch.Tensor data) => LibTorch.Value(LibTorch.ct_detach(data, out nint leaf), leaf);
}
