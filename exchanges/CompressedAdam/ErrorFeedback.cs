using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;

namespace Compression.Exchanges.CompressedAdam;

/// <summary>δ of a worker: x + δ is compressed, and δ ← x + δ − C(x + δ), one float a parameter.</summary>
/// <param name="context">Parameters and threads.</param>
internal sealed class ErrorFeedback(ComponentContext context) : IGradientMemory
{
    private readonly float[] _error = new float[context.Layout.Length];

    public ReadOnlySpan<float> Compensate(GradientBucket bucket, StepContext step)
    {
        AddScaled.Invoke(context.Team, _error, 1, bucket.All, 1);
        return _error;
    }

    public void Update(ParameterSlot slot, in SentGradient sent) => sent.AddTo(ErrorOf(slot), scale: -1);

    public IEnumerable<ReadOnlyMemory<float>> Residuals => [_error];

    public void Save(IStateWriter writer)
    {
        foreach (var slot in context.Layout.Slots)
        {
            writer.Write(StateName(slot), ErrorOf(slot));
        }
    }

    public void Load(IStateReader reader)
    {
        foreach (var slot in context.Layout.Slots)
        {
            reader.Read(StateName(slot), ErrorOf(slot));
        }
    }

    private Span<float> ErrorOf(ParameterSlot slot) => _error.AsSpan(slot.Offset, slot.Length);

    private static string StateName(ParameterSlot slot) => $"residual/{slot.Name}";
}
