using System.Collections.Immutable;
using System.Numerics;

namespace Compression.Core.Gradients;

/// <summary>The order, names and shapes of the parameters in a flat gradient buffer: contiguous, without gaps.</summary>
public sealed class BucketLayout
{
    private ShardedLayout? _lastCut;

    private BucketLayout(ImmutableArray<ParameterSlot> slots)
    {
        Slots = slots;
        Length = slots.IsEmpty ? 0 : checked(slots[^1].Offset + slots[^1].Length);
        Fingerprint = ComputeFingerprint(slots);
    }

    /// <summary>The slots in buffer order.</summary>
    public ImmutableArray<ParameterSlot> Slots { get; }

    /// <summary>It holds some of a model's parameters only.</summary>
    public bool IsPart { get; private init; }

    /// <summary>Number of elements of the whole buffer.</summary>
    public int Length { get; }

    /// <summary>A checksum of names and shapes; peers whose fingerprints differ do not train the same model.</summary>
    public uint Fingerprint { get; }

    /// <summary>The layout cut into one shard a worker. The last cut is kept, so that virtual workers share it.</summary>
    /// <param name="workers">n.</param>
    public ShardedLayout Cut(int workers)
    {
        var cut = _lastCut;
        return cut?.Cut.Count == workers ? cut : _lastCut = new ShardedLayout(this, workers);
    }

    /// <summary>Lays parameters out one after another.</summary>
    /// <param name="parameters">Name and shape of each parameter, in order.</param>
    /// <exception cref="OverflowException">The buffer would hold more than 2³¹−1 elements.</exception>
    public static BucketLayout Create(IEnumerable<(string Name, IReadOnlyList<long> Shape)> parameters) =>
        CreateMixed(parameters.Select(parameter => (parameter.Name, parameter.Shape, ParameterKind.Dense)));

    /// <summary>Lays parameters of either kind out one after another.</summary>
    /// <param name="parameters">Name, shape and kind of each parameter, in order.</param>
    /// <exception cref="OverflowException">The buffer would hold more than 2³¹−1 elements.</exception>
    public static BucketLayout CreateMixed(IEnumerable<(string Name, IReadOnlyList<long> Shape, ParameterKind Kind)> parameters)
    {
        var slots = ImmutableArray.CreateBuilder<ParameterSlot>();
        int offset = 0;
        foreach (var (name, shape, kind) in parameters)
        {
            var slot = new ParameterSlot(slots.Count, name, [.. shape], offset, kind);
            slots.Add(slot);
            offset = checked(offset + slot.Length);
        }

        return new BucketLayout(slots.ToImmutable());
    }

    /// <summary>A layout of slots that follow each other without gaps.</summary>
    internal static BucketLayout Of(ImmutableArray<ParameterSlot> slots, bool isPart = false) => new(slots) { IsPart = isPart };

    /// <summary>Cuts the layout into groups of neighbouring slots, from the last to the first: the order in which backward finishes them.</summary>
    /// <param name="leastBytes">A group ends with the slot that fills it to so many bytes, at least 1.</param>
    /// <returns>Layouts of their own, whose slots keep names and shapes, with the place where each begins.</returns>
    public IReadOnlyList<(BucketLayout Layout, ParameterSlot First)> CutFromTheEnd(long leastBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(leastBytes, 1);
        var groups = new List<(BucketLayout, ParameterSlot)>();
        for (int end = Slots.Length, first = end - 1; first >= 0; first--)
        {
            long bytes = sizeof(float) * (long)(Slots[end - 1].Offset + Slots[end - 1].Length - Slots[first].Offset);
            if (bytes >= leastBytes || first == 0)
            {
                int start = first;
                ImmutableArray<ParameterSlot> own = [.. Slots[first..end].Select(slot => slot with
                {
                    Index = slot.Index - start, Offset = slot.Offset - Slots[start].Offset,
                })];
                groups.Add((new BucketLayout(own), Slots[first]));
                end = first;
            }
        }

        return groups;
    }

    private static uint ComputeFingerprint(ImmutableArray<ParameterSlot> slots)
    {
        uint checksum = 0;
        foreach (var slot in slots)
        {
            foreach (char letter in slot.Name)
            {
                checksum = BitOperations.Crc32C(checksum, letter);
            }

            foreach (long size in slot.Shape)
            {
                checksum = BitOperations.Crc32C(checksum, (ulong)size);
            }
        }

        return checksum;
    }
}
