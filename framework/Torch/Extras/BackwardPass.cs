using static TorchSharp.torch;
#if !TORCHSHARP_PACKAGE
using Compression.Torch.Interop;
#endif

namespace Compression.Torch;

/// <summary>A backward pass from several results of one graph at once, as where a sequence is cut and its parts hand on their state.</summary>
public static class BackwardPass
{
    /// <summary>Adds the gradient of Σ ⟨root, gradient⟩ to every leaf, and frees the graph.</summary>
    /// <param name="roots">At least one.</param>
    /// <param name="gradients">Of each root's shape.</param>
    public static void Run(IReadOnlyList<Tensor> roots, IReadOnlyList<Tensor> gradients)
    {
        ArgumentNullException.ThrowIfNull(roots);
        ArgumentNullException.ThrowIfNull(gradients);
        ArgumentOutOfRangeException.ThrowIfNotEqual(gradients.Count, roots.Count);
#if TORCHSHARP_PACKAGE
        autograd.backward([.. roots], [.. gradients]);
#else
        LibTorch.Check(LibTorch.ct_backward_from(TensorList.Handles([.. roots]), TensorList.Handles([.. gradients]), roots.Count));
        GC.KeepAlive(roots);
        GC.KeepAlive(gradients);
#endif
    }
}
