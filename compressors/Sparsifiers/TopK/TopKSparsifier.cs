using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;

namespace Compression.Compressors.Sparsifiers.TopK;

/// <summary>
/// Sends the k = max(1, ⌊ρd⌋) entries of largest magnitude: exactly k, among equal magnitudes the lower index
/// (Aji &amp; Heafield 2017, "Sparse communication for distributed gradient descent"; Lin et al. 2018).
/// </summary>
/// <param name="options">The ratio, and where it counts.</param>
/// <param name="context">Parameters and threads.</param>
[Algorithm(
    "topk", AlgorithmRole.Sparsifier, "Aji & Heafield 2017; Lin et al. 2018",
    DiffersFromPaper = "exactly k are sent, of each parameter or of all, where Aji and Heafield take a threshold that is estimated from a sample")]
public sealed class TopKSparsifier(TopKOptions options, ComponentContext context) : ISparsifier
{
    private readonly ThreadTeam _team = context.Team;
    private readonly TopKSelect _select = new();
    private readonly TopKAcrossSlots? _global = options.Scope == TopKScope.Global ? new TopKAcrossSlots(context.Team) : null;

    public void BeginStep(ReadOnlySpan<ParameterSlot> slots, ReadOnlySpan<float> compensated, StepContext step) =>
        _global?.Choose(slots, compensated, options, step);

    public bool CompletesSum => _global is null;

    public Selection Select(in GradientView gradient)
    {
        if (_global is not null)
        {
            return _global.Of(gradient.Slot);
        }

        if (gradient.Slot.Length == 0)
        {
            return default;
        }

        var chosen = _select.Invoke(_team, gradient.Deferred, options.CountIn(gradient.Step, gradient.Slot.Length));
        return new Selection(chosen.Positions, chosen.Values);
    }
}
