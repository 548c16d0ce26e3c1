using static TorchSharp.torch;

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
        autograd.backward([.. roots], [.. gradients]);
    }
}
