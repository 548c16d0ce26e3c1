using System.Numerics;
using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Compressors.Sparsifiers;

/// <summary>Options of <see cref="RandomKSparsifier"/>.</summary>
public sealed record RandomKOptions : RatioOptions;

/// <summary>
/// Sends k = max(1, ⌊ρd⌋ ) entries drawn without replacement, the same on all workers, from the counter-based generator: no index is
/// sent (Stich et al. 2018, "Sparsified SGD with memory"). Without a memory the values are scaled by d/k, which makes their expectation
/// the gradient; with one they are sent as they are.
/// </summary>
/// <param name="options">The ratio.</param>
/// <param name="context">Parameters, and whether a memory keeps what is not sent.</param>
[Algorithm(
    "randomk", AlgorithmRole.Sparsifier, "Stich et al. 2018", Traits = AlgorithmTraits.UnbiasedWithoutMemory,
    DiffersFromPaper = "all workers draw the same positions, so that none travels; without a memory values are scaled by d/k")]
public sealed class RandomKSparsifier(RandomKOptions options, ComponentContext context) : ISparsifier
{
    private readonly bool _scales = !context.HasMemory;
    private readonly (long Step, int[] Indices)[] _drawn = [.. context.Layout.Slots.Select(_ => (-1L, Array.Empty<int>()))];
    private readonly Scratch<ulong> _bitmap = new();
    private readonly Scratch<float> _values = new();

    public Selection Select(in GradientView gradient)
    {
        var source = gradient.Compensated;
        var indices = Draw(gradient.Slot, gradient.Step);
        var values = _values.Take(indices.Length);
        Gather.Invoke(source, indices, values);
        if (_scales && !indices.IsEmpty)
        {
            Scale.Invoke(ThreadTeam.Single, values, (float)source.Length / indices.Length);
        }

        return new Selection(indices, values);
    }

    public void WriteIndices(ReadOnlySpan<int> indices, ParameterSlot slot, PayloadWriter writer, ThreadTeam team)
    {
    }

    public ReadOnlySpan<int> ReadIndices(
        ref PayloadReader reader, ParameterSlot slot, StepContext step, Scratch<int> scratch, ThreadTeam team) => Draw(slot, step);

    private ReadOnlySpan<int> Draw(ParameterSlot slot, StepContext step)
    {
        ref var drawn = ref _drawn[slot.Index];
        int k = slot.Length == 0 ? 0 : options.CountIn(step, slot.Length);
        if (drawn.Indices.Length != k)
        {
            drawn = (-1, new int[k]);
        }

        if (drawn.Step != step.Step)
        {
            ulong key = RandomKey.Mix(step.Seed, 0, step.Step, slot.Key, RandomPurpose.Selection);
            DrawSubset(new Threefry(key), slot.Length, drawn.Indices);
            drawn.Step = step.Step;
        }

        return drawn.Indices;
    }

    // Marks random entries in a bitmap until enough are marked, or, where most are wanted, unmarks as many as are not.
    private void DrawSubset(Threefry random, int dimension, Span<int> indices)
    {
        bool inverted = indices.Length > dimension / 2;
        int wanted = inverted ? dimension - indices.Length : indices.Length;
        var bitmap = _bitmap.Take((dimension + 63) / 64);
        bitmap.Clear();
        for (int block = 0; wanted > 0; block++)
        {
            random.Block(block, out var high, out var low);
            for (int lane = 0; lane < 16 && wanted > 0; lane++)
            {
                int index = (int)Math.BigMul(((ulong)high[lane] << 32) | low[lane], (ulong)dimension, out _);
                ref ulong word = ref bitmap[index >> 6];
                ulong bit = 1UL << (index & 63);
                wanted -= (word & bit) == 0 ? 1 : 0;
                word |= bit;
            }
        }

        int found = 0;
        for (int i = 0; i < bitmap.Length; i++)
        {
            ulong word = inverted ? ~bitmap[i] : bitmap[i];
            for (; word != 0 && found < indices.Length; word &= word - 1)
            {
                indices[found++] = (64 * i) + BitOperations.TrailingZeroCount(word);
            }
        }
    }
}
