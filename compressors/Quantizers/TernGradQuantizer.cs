using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Compressors.Quantizers;

/// <summary>
/// Sends s·sign(v)·Bernoulli(|v|/s) for every value clipped at ±c·σ, s being the largest magnitude after the clip (Wen et al. 2017,
/// "TernGrad: ternary gradients to reduce communication in distributed deep learning", sections 3 and 4): one scale, then 5 trits a byte in <see cref="TritLayout"/>.
/// </summary>
/// <param name="options">The clip.</param>
/// <param name="context">Threads.</param>
[Algorithm(
    "terngrad", AlgorithmRole.Quantizer, "TernGrad, Wen et al. 2017", Traits = AlgorithmTraits.GoesWithoutMemory,
    DiffersFromPaper = "the scale is the largest magnitude after the clip (the authors' code takes the clip even where no value is that large); values that are all equal are not clipped; unbiased with clip_const 0 alone")]
public sealed class TernGradQuantizer(TernGradOptions options, ComponentContext context) : IQuantizer
{
    private static readonly double s_bitsOfTrit = Math.Log2(3);

    private readonly ThreadTeam _team = context.Team;

    public void Encode(in Selection selection, ParameterSlot slot, StepContext step, PayloadWriter writer)
    {
        var values = selection.Values;
        if (values.IsEmpty)
        {
            return;
        }

        float scale = ClippedMaximum.Invoke(_team, values, options.Clip);
        NonFiniteGradientException.ThrowIfNotFinite(scale, slot);
        var random = new Threefry(RandomKey.Mix(step.Seed, step.Rank, step.Step, slot.Key, RandomPurpose.Rounding));
        writer.WriteSingle(scale);
        TritPack.Invoke(_team, values, scale, random, writer.Append(TritLayout.ByteCount(values.Length)));
        writer.CountBits(nominalBits: 32 + (s_bitsOfTrit * values.Length), floorBits: 32 + (8.0 / TritLayout.Planes * values.Length));
    }

    public void DecodeAdd(ref PayloadReader reader, ParameterSlot slot, Span<float> destination, float scale)
    {
        if (destination.IsEmpty)
        {
            return;
        }

        float magnitude = reader.ReadSingle();
        if (!float.IsFinite(magnitude))
        {
            throw new PayloadException("The scale of ternary values is not finite.");
        }

        TritUnpackAdd.Invoke(_team, reader.ReadBytes(TritLayout.ByteCount(destination.Length)), destination, scale * magnitude);
    }
}
