using System.Buffers.Binary;
using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Compressors.Quantizers.Levels2;

/// <summary>Options of <see cref="Levels2Quantizer"/>.</summary>
public sealed record Levels2Options
{
    /// <summary>r.</summary>
    [Option("range", "standard deviations that the four bins span, about the mean; 6 in the authors' code, of which values behind a sparsifier often fill two", Flag = "levels_range", Min = 0, MinExclusive = true, Max = 1e38)]
    public double Range { get; init; } = 6;
}

/// <summary>
/// Sends values as one of four levels, 2 bits each (SparseLoCo; Sarfi et al. 2025, "Communication efficient LLM pre-training with SparseLoCo", by the
/// formula of the authors' code). With mean μ and standard deviation σ (over n − 1) of the n values that are sent of a parameter, and bins of width
/// s = rσ/4, a value v is in bin min(3, max(0, ⌊(v − μ)/s + 2.5⌋)), whose bounds are μ − 3s/2, μ − s/2 and μ + s/2, and is decoded as the mean of all
/// values of its bin. The four means are sent as float32.
/// </summary>
/// <param name="options">r.</param>
/// <param name="context">Threads.</param>
[Algorithm(
    "levels2", AlgorithmRole.Quantizer, "SparseLoCo, Sarfi et al. 2025",
    DiffersFromPaper = "as in the authors' code but for ties: a value on the bound of two bins falls into the upper one, where the code rounds to even; the four means are sent, where the code sends them less the mean of all, and this mean")]
public sealed class Levels2Quantizer(Levels2Options options, ComponentContext context) : IQuantizer
{
    private const int Levels = 4, HeaderBytes = Levels * sizeof(float);

    private readonly ThreadTeam _team = context.Team;

    public void Encode(in Selection selection, ParameterSlot slot, StepContext step, PayloadWriter writer)
    {
        var values = selection.Values;
        if (values.IsEmpty)
        {
            return;
        }

        var (sum, squares, largest) = Moments.Invoke(_team, values);
        NonFiniteGradientException.ThrowIfNotFinite(largest, slot);
        double mean = sum / values.Length;
        double deviation = Math.Sqrt(Math.Max(0, squares - (sum * mean)) / Math.Max(1, values.Length - 1)), width = options.Range * deviation / Levels;
        Span<float> bounds = [(float)(mean - (1.5 * width)), (float)(mean - (0.5 * width)), (float)(mean + (0.5 * width))];
        Span<(long Count, double Sum)> reaching = stackalloc (long, double)[Levels - 1];
        var room = writer.Append(HeaderBytes + BitPlanes.ByteCount(values.Length, 2));
        FourLevelPack.Invoke(_team, values, bounds, room[HeaderBytes..], reaching);
        var above = (Count: 0L, Sum: 0.0);
        for (int level = Levels - 1; level >= 0; level--)
        {
            // What reaches a bound, but not the next.
            var from = level > 0 ? reaching[level - 1] : (values.Length, sum);
            double levelMean = from.Count == above.Count ? 0 : (from.Sum - above.Sum) / (from.Count - above.Count);
            BinaryPrimitives.WriteSingleLittleEndian(room[(level * sizeof(float))..], (float)levelMean);
            above = from;
        }

        double bits = (8.0 * HeaderBytes) + (2.0 * values.Length);
        writer.CountBits(nominalBits: bits, floorBits: bits);
    }

    public void DecodeAdd(ref PayloadReader reader, ParameterSlot slot, Span<float> destination, float scale)
    {
        if (destination.IsEmpty)
        {
            return;
        }

        Span<float> levels = stackalloc float[Levels];
        foreach (ref float level in levels)
        {
            float mean = reader.ReadSingle();
            level = float.IsFinite(mean) ? scale * mean : throw new PayloadException("A level of 2-bit values is not finite.");
        }

        FourLevelUnpackAdd.Invoke(_team, reader.ReadBytes(BitPlanes.ByteCount(destination.Length, 2)), levels, destination);
    }
}
