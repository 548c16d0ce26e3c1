using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;

namespace Compression.Memory;

/// <summary>
/// EF21 (Richtárik, Sokolov and Fatkhullin 2021, Algorithm 2): every worker and its peers keep the same estimate h of its gradient. It
/// sends C(g − h), all do h ← h + C(g − h), and the optimizer sees the mean of all h. The peers need only the mean: they keep
/// H ← H + mean of what was decoded, which is the mean of all h.
/// </summary>
/// <param name="context">Parameters and threads.</param>
/// <remarks>
/// Three floats a parameter: h, g − h, and, where results are written, H. Of virtual workers one writes them, so H is there once.
/// </remarks>
[Algorithm(
    "ef21", AlgorithmRole.Memory, "EF21, Richtárik et al. 2021",
    DiffersFromPaper = "peers keep the mean of all estimates and not each of them")]
public sealed class Ef21Memory(ComponentContext context) : IGradientMemory
{
    private readonly float[] _estimate = new float[context.Layout.Length];
    private readonly float[] _difference = new float[context.Layout.Length];
    private float[] _mean = [];

    public ReadOnlySpan<float> Compensate(GradientBucket bucket, StepContext step)
    {
        Subtract.Invoke(context.Team, bucket.All, _estimate, _difference);
        return _difference;
    }

    public void Update(ParameterSlot slot, in SentGradient sent)
    {
        sent.AddTo(Part(_estimate, slot), scale: 1);
        sent.AddTo(Part(_difference, slot), scale: -1);
    }

    public void Finish(GradientBucket bucket, StepContext step)
    {
        MakeRoomForMean();
        AddScaled.Invoke(context.Team, _mean, 1, bucket.All, 1);
        _mean.CopyTo(bucket.All);
    }

    /// <summary>g − h after the step: how far the estimate is from the gradient.</summary>
    public IEnumerable<ReadOnlyMemory<float>> Residuals => [_difference];

    public void Save(IStateWriter writer)
    {
        foreach (var slot in context.Layout.Slots)
        {
            writer.Write($"ef21-own/{slot.Name}", Part(_estimate, slot));
            if (_mean.Length > 0)
            {
                writer.Write($"ef21-mean/{slot.Name}", Part(_mean, slot));
            }
        }
    }

    public void Load(IStateReader reader)
    {
        foreach (var slot in context.Layout.Slots)
        {
            reader.Read($"ef21-own/{slot.Name}", Part(_estimate, slot));
            if (reader.Contains($"ef21-mean/{slot.Name}"))
            {
                MakeRoomForMean();
                reader.Read($"ef21-mean/{slot.Name}", Part(_mean, slot));
            }
        }
    }

    private void MakeRoomForMean()
    {
        if (_mean.Length == 0)
        {
            _mean = new float[context.Layout.Length];
        }
    }

    private static Span<float> Part(float[] all, ParameterSlot slot) => all.AsSpan(slot.Offset, slot.Length);
}
