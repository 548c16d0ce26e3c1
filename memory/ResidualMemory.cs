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
    private readonly float[][] _residuals;

    /// <param name="options">β and γ.</param>
    /// <param name="context">Parameters and threads.</param>
    public ResidualMemory(ResidualOptions options, ComponentContext context)
    {
        _options = options;
        _context = context;
        _residuals = [.. context.Layout.Slots.Select(slot => new float[slot.Length])];
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Compensate(ParameterSlot slot, ReadOnlySpan<float> gradient, StepContext step)
    {
        float[] residual = _residuals[slot.Index];
        AddScaled.Invoke(_context.Team, residual, (float)_options.Beta, gradient, (float)_options.Gamma);
        return residual;
    }

    /// <inheritdoc/>
    public void Update(ParameterSlot slot, in SentGradient sent) => sent.AddTo(_residuals[slot.Index], scale: -1);

    /// <inheritdoc/>
    public double ResidualSumOfSquares() => _residuals.Sum(residual => SumOfSquares.Invoke(_context.Team, residual));

    /// <inheritdoc/>
    public void Save(IStateWriter writer)
    {
        foreach (var slot in _context.Layout.Slots)
        {
            writer.Write(StateName(slot), _residuals[slot.Index]);
        }
    }

    /// <inheritdoc/>
    public void Load(IStateReader reader)
    {
        foreach (var slot in _context.Layout.Slots)
        {
            reader.Read(StateName(slot), _residuals[slot.Index]);
        }
    }

    private static string StateName(ParameterSlot slot) => $"residual/{slot.Name}";
}
