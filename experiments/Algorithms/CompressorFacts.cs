using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Reporting;

namespace Compression.Experiments.Algorithms;

/// <summary>What a sparsifier or quantizer promises, and the floor of its code on normal values with default options.</summary>
/// <param name="Unbiased">The expectation of what arrives is what was sent.</param>
/// <param name="WantsMemory">What it does not send is lost without one.</param>
/// <param name="KeepsResidual">It keeps what it does not send by itself.</param>
/// <param name="FloorBits">Of a quantizer: bits a value. Of a sparsifier: bits an index.</param>
/// <param name="Sent">Of a sparsifier: share of the entries that it sends.</param>
internal sealed record CompressorFacts(bool Unbiased, bool WantsMemory, bool KeepsResidual, double FloorBits, double? Sent)
{
    private const int Length = 1 << 18;

    private static readonly Lazy<float[]> s_values = new(NormalValues);

    /// <summary>Finds the facts by asking the class, and by a step on normal values; null for memories and exchanges.</summary>
    public static CompressorFacts? Of(AlgorithmEntry entry)
    {
        var layout = BucketLayout.Create([("gradient", [Length])]);
        var context = new ComponentContext(layout, ThreadTeam.Single, 0);
        var step = new StepContext(0, 1, 0, 1, 0, new StepMeter());
        float[] values = s_values.Value;
        var bound = entry.WithDefaults();
        bool unbiased = (bound.Traits & (AlgorithmTraits.Unbiased | AlgorithmTraits.UnbiasedWithoutMemory)) != 0;
        var writer = new PayloadWriter();
        if (entry.Role == AlgorithmRole.Quantizer)
        {
            var quantizer = (IQuantizer)bound.Create(context);
            quantizer.Encode(new Selection([], values), layout.Slots[0], step, writer);
            bool wantsMemory = !unbiased && !bound.Has(AlgorithmTraits.GoesWithoutMemory);
            return new CompressorFacts(unbiased, wantsMemory, false, writer.FloorBits / Length, null);
        }

        if (entry.Role == AlgorithmRole.Sparsifier)
        {
            var sparsifier = (ISparsifier)bound.Create(context);
            float[] squares = [.. values.Select((value, i) => value * value * (i % 10 == 0 ? 0.5f : 2))];
            sparsifier.BeginStep(layout.Slots.AsSpan(), values, step);
            var selection = sparsifier.Select(new GradientView(layout.Slots[0], values, values, step, squares));
            bool keepsAll = bound.Has(AlgorithmTraits.KeepsAll), keepsResidual = bound.Has(AlgorithmTraits.KeepsResidual);
            int count = keepsAll ? Length : selection.Indices.Length;
            if (!keepsAll)
            {
                sparsifier.WriteIndices(selection.Indices, layout.Slots[0], writer, ThreadTeam.Single);
            }

            return new CompressorFacts(
                unbiased, !unbiased && !keepsResidual, keepsResidual, writer.FloorBits / Math.Max(1, count), (double)count / Length);
        }

        return null;
    }

    /// <summary>One line for people.</summary>
    public string Describe()
    {
        string bias = Unbiased ? "unbiased, needs no memory" : KeepsResidual ? "keeps by itself what it does not send"
            : WantsMemory ? "biased, wants a memory" : "biased, goes without a memory";
        string floor = Sent is not null && FloorBits == 0 ? "no index is sent" : Sent is { } share
            ? FormattableString.Invariant($"floor {FloorBits:F2} bits an index where it sends {share:P1} of normal values")
            : FormattableString.Invariant($"floor {FloorBits:F2} bits a value");
        return $"{bias}; {floor}";
    }

    // Box and Muller's pairs.
    private static float[] NormalValues()
    {
        var random = new Threefry(1);
        float[] values = new float[Length];
        for (int i = 0; i < Length; i += 2)
        {
            double radius = Math.Sqrt(-2 * Math.Log((random.Word(i) + 1.0) / 4294967297.0)), angle = 2 * Math.PI * random.Word(i + 1) / 4294967296.0;
            (values[i], values[i + 1]) = ((float)(radius * Math.Cos(angle)), (float)(radius * Math.Sin(angle)));
        }

        return values;
    }
}
