using Compression.Core.Catalog;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Pipeline;

namespace Compression.Memory;

/// <summary>
/// Error feedback: p = βe + γg is compressed, and e ← p − decoded(p) is held back
/// (Seide et al. 2014; Stich et al. 2018, "Sparsified SGD with memory"; Karimireddy et al. 2019). p is built in the residual's own
/// buffer, so that the memory costs one float a parameter and one pass a step.
/// </summary>
[Algorithm("residual", AlgorithmRole.Memory, "Seide et al. 2014; Stich et al. 2018; Karimireddy et al. 2019")]
public sealed class ResidualMemory : IGradientMemory
{
    private readonly ResidualOptions _options;
    private readonly ComponentContext _context;
    private readonly float[] _residual;

    /// <param name="options">β and γ.</param>
    /// <param name="context">Parameters and threads.</param>
    public ResidualMemory(ResidualOptions options, ComponentContext context)
    {
        _options = options;
        _context = context;
        _residual = new float[context.Layout.Length];
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Compensate(GradientBucket bucket, StepContext step) => Defer(bucket, step).Complete(_context.Team);

    /// <inheritdoc/>
    public DeferredGradient Defer(GradientBucket bucket, StepContext step) =>
        new(_residual, (float)_options.Beta, bucket.All, (float)_options.Gamma);

    /// <inheritdoc/>
    public void Update(ParameterSlot slot, in SentGradient sent) => sent.AddTo(ResidualOf(slot), scale: -1);

    /// <inheritdoc/>
    public double ResidualSumOfSquares() => SumOfSquares.Invoke(_context.Team, _residual);

    /// <inheritdoc/>
    public void Save(IStateWriter writer)
    {
        foreach (var slot in _context.Layout.Slots)
        {
            writer.Write(StateName(slot), ResidualOf(slot));
        }
    }

    /// <inheritdoc/>
    public void Load(IStateReader reader)
    {
        foreach (var slot in _context.Layout.Slots)
        {
            reader.Read(StateName(slot), ResidualOf(slot));
        }
    }

    private Span<float> ResidualOf(ParameterSlot slot) => _residual.AsSpan(slot.Offset, slot.Length);

    private static string StateName(ParameterSlot slot) => $"residual/{slot.Name}";
}
