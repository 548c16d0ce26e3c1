using Compression.Core.Catalog;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Pipeline;

namespace Compression.Compressors.Sparsifiers;

/// <summary>
/// Sends the k = max(1, ⌊ρd⌋) entries of largest magnitude: exactly k, among equal magnitudes the lower index
/// (Aji &amp; Heafield 2017, "Sparse communication for distributed gradient descent"; Lin et al. 2018).
/// </summary>
[Algorithm("topk", AlgorithmRole.Sparsifier, "Aji & Heafield 2017; Lin et al. 2018")]
public sealed class TopKSparsifier : ISparsifier
{
    private readonly TopKOptions _options;
    private readonly KernelTeam _team;
    private readonly TopKSelect _select = new();
    private readonly Scratch<float> _values = new();

    /// <param name="options">The ratio.</param>
    /// <param name="context">Threads.</param>
    public TopKSparsifier(TopKOptions options, ComponentContext context)
    {
        _options = options;
        _team = context.Team;
    }

    /// <inheritdoc/>
    public bool IsUnbiased => false;

    /// <inheritdoc/>
    public Selection Select(in GradientView gradient)
    {
        if (gradient.Compensated.IsEmpty)
        {
            return default;
        }

        int k = Math.Max(1, (int)(_options.Ratio * gradient.Compensated.Length));
        var indices = _select.Invoke(_team, gradient.Compensated, k);
        var values = _values.Take(k);
        Gather.Invoke(gradient.Compensated, indices, values);
        return new Selection(indices, values);
    }
}
