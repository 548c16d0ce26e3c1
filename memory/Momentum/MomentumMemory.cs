using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;

namespace Compression.Memory.Momentum;

/// <summary>
/// Momentum correction of Deep Gradient Compression (Lin et al. 2018, section 3.2): u ← m·u + g and v ← v + u; v is compressed, and what
/// was decoded leaves it. With factor masking u is forgotten where an entry was sent, so that no stale direction goes on.
/// With Nesterov's momentum v ← v + m·u + g (the authors' code, dgc/memory.py, holds m·u for u).
/// A worker's gradient is first clipped at threshold·n^(−1/2) by its 2-norm over the whole bucket. Two floats a parameter.
/// </summary>
/// <param name="options">Momentum, its kind, clipping and masking.</param>
/// <param name="context">Parameters, threads and number of workers.</param>
/// <remarks>
/// A slot that is sent whole keeps its velocity: nothing there is stale, and its momentum is the ordinary one.
/// The paper sets v = 0 at sent entries. Where values travel as they are, v − decoded is that zero; where a quantizer rounds them, its
/// error is kept.
/// </remarks>
[Algorithm(
    "momentum", AlgorithmRole.Memory, "DGC, Lin et al. 2018",
    DiffersFromPaper = "where a quantizer rounds what is sent, its error stays; a parameter that is sent whole keeps its velocity; the clip goes by the gradients that are exchanged together")]
public sealed class MomentumMemory(MomentumOptions options, ComponentContext context) : IGradientMemory
{
    private readonly float[] _velocity = new float[context.Layout.Length];
    private readonly float[] _residual = new float[context.Layout.Length];

    public ReadOnlySpan<float> Compensate(GradientBucket bucket, StepContext step)
    {
        CorrectMomentum.Invoke(context.Team, _velocity, (float)options.Momentum, bucket.All, ClippingFactor(bucket.All), _residual, options.Nesterov);
        return _residual;
    }

    public void Update(ParameterSlot slot, in SentGradient sent) =>
        sent.AddTo(Part(_residual, slot), scale: -1, cleared: options.Masking ? Part(_velocity, slot) : default);

    public IEnumerable<ReadOnlyMemory<float>> Residuals => [_residual];

    public void Save(IStateWriter writer)
    {
        foreach (var slot in context.Layout.Slots)
        {
            writer.Write($"velocity/{slot.Name}", Part(_velocity, slot));
            writer.Write($"residual/{slot.Name}", Part(_residual, slot));
        }
    }

    public void Load(IStateReader reader)
    {
        foreach (var slot in context.Layout.Slots)
        {
            reader.Read($"velocity/{slot.Name}", Part(_velocity, slot));
            reader.Read($"residual/{slot.Name}", Part(_residual, slot));
        }
    }

    // The sum of n independent gradients has √n times the norm of one: the paper's threshold for each worker (section 3.2).
    private float ClippingFactor(ReadOnlySpan<float> gradient)
    {
        if (options.Clipping == 0)
        {
            return 1;
        }

        double limit = options.Clipping / Math.Sqrt(context.Workers);
        double norm = Math.Sqrt(SumOfSquares.Invoke(context.Team, gradient));
        return norm > limit ? (float)(limit / norm) : 1;
    }

    private static Span<float> Part(float[] all, ParameterSlot slot) => all.AsSpan(slot.Offset, slot.Length);
}
