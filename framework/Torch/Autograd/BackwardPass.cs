using static TorchSharp.torch;

namespace Compression.Torch.Autograd;

/// <summary>Backward passes through graphs that hold fused functions: what one of those throws comes out here.</summary>
public static class BackwardPass
{
    /// <summary>Adds the gradient of a scalar to every leaf, and frees the graph.</summary>
    /// <exception cref="InvalidOperationException">A fused function could not compute its gradient.</exception>
    public static void Run(Tensor loss)
    {
        loss.backward();
        FusedFailure.Rethrow();
    }

    /// <summary>
    /// Adds the gradient of Σ ⟨root, gradient⟩ to every leaf, and frees the graph: from several results of one graph at once, as where a
    /// sequence is cut and its parts hand on their state.
    /// </summary>
    /// <param name="roots">At least one.</param>
    /// <param name="gradients">Of each root's shape.</param>
    /// <exception cref="InvalidOperationException">A fused function could not compute its gradient.</exception>
    public static void Run(IReadOnlyList<Tensor> roots, IReadOnlyList<Tensor> gradients)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(gradients.Count, roots.Count);
        autograd.backward([.. roots], [.. gradients]);
        FusedFailure.Rethrow();
    }
}
