using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Compressors.Sparsifiers.ChunkTopK;

/// <summary>Up to 64 gaps of a chunk with what their codes depend on, and the codes of all at once: bit for bit those of <see cref="GapCode"/>.</summary>
internal unsafe struct GapBatch
{
    /// <summary>Gaps of a batch at most.</summary>
    public const int Length = 64;

    private const int Lanes = 16;

    private fixed int _gaps[Length];
    private fixed int _places[Length];
    private fixed int _chosen[Length];
    private fixed uint _codes[Length];
    private fixed uint _lengths[Length];
    private fixed ulong _scratch[Length / 2];

    /// <summary>Gaps that were added.</summary>
    public int Count { get; private set; }

    /// <summary>Begins anew.</summary>
    public void Clear() => Count = 0;

    /// <summary>Adds a gap.</summary>
    /// <param name="gap">Places passed over.</param>
    /// <param name="places">n of its code.</param>
    /// <param name="chosen">r of its code.</param>
    public void Add(int gap, int places, int chosen)
    {
        _gaps[Count] = gap;
        _places[Count] = places;
        _chosen[Count++] = chosen;
    }

    /// <summary>Bits of all codes.</summary>
    public long SumOfLengths()
    {
        fixed (int* gaps = _gaps, places = _places, chosen = _chosen)
        {
            var sum = Vector512<uint>.Zero;
            int end = FillUp(gaps, places, chosen);
            for (int i = 0; i < end; i += Lanes)
            {
                sum += LengthsOf(Split(gaps + i, places + i, chosen + i));
            }

            return Vector512.Sum(sum);
        }
    }

    /// <summary>Appends all codes.</summary>
    public void Write(ref BitAppender bits)
    {
        fixed (int* gaps = _gaps, places = _places, chosen = _chosen)
        fixed (uint* codes = _codes, lengths = _lengths)
        fixed (ulong* scratch = _scratch)
        {
            int count = Count, end = FillUp(gaps, places, chosen);
            var longest = Vector512<uint>.Zero;
            for (int i = 0; i < end; i += Lanes)
            {
                var split = Split(gaps + i, places + i, chosen + i);
                var ofLanes = LengthsOf(split);
                longest = Vector512.Max(longest, ofLanes);
                ofLanes.Store(lengths + i);
                CodesOf(split).Store(codes + i);
            }

            if (bits.HasRoomFor(end) && Vector512.LessThanOrEqualAll(longest, Vector512.Create(32u)))
            {
                bits.Append(codes, lengths, end, scratch);
                return;
            }

            for (int i = 0; i < count; i++)
            {
                new GapCode(places[i], chosen[i]).Write(gaps[i], ref bits);
            }
        }
    }

    // The gap of the only entry among one place has no bits: such fill up the last vector.
    private readonly int FillUp(int* gaps, int* places, int* chosen)
    {
        int end = (Count + Lanes - 1) / Lanes * Lanes;
        for (int i = Count; i < end; i++)
        {
            (gaps[i], places[i], chosen[i]) = (0, 1, 1);
        }

        return end;
    }

    // Whole intervals, whether their end is marked (0 or 1), the offset in the last one and how many offsets that has.
    private static (Vector512<uint> Intervals, Vector512<uint> Mark, Vector512<uint> Offset, Vector512<uint> Count) Split(int* gaps, int* places, int* chosen)
    {
        Vector512<int> gap = Vector512.Load(gaps), n = Vector512.Load(places), r = Vector512.Load(chosen);
        var interval = Vector512.ConditionalSelect(Vector512.Equals(r, Vector512<int>.One), n, Vector512.Max(Vector512<int>.One, GapCode.IntervalsOf(n, r)));

        // The quotient of whole numbers below 2¹⁷, a half added, is too far from a whole number for rounding to matter.
        var intervals = Vector512.ConvertToInt32(
            (Vector512.ConvertToSingle(gap) + Vector512.Create(0.5f)) / Vector512.ConvertToSingle(interval));
        Vector512<int> start = intervals * interval, left = n - r + Vector512<int>.One - start;
        return (
            intervals.AsUInt32(), (-Vector512.GreaterThan(left, interval)).AsUInt32(), (gap - start).AsUInt32(), Vector512.Min(left, interval).AsUInt32());
    }

    private static Vector512<uint> LengthsOf((Vector512<uint> Intervals, Vector512<uint> Mark, Vector512<uint> Offset, Vector512<uint> Count) split)
    {
        var width = Log2(split.Count);
        return split.Intervals + split.Mark + width - Vector512.GreaterThanOrEqual(split.Offset, Short(split.Count, width));
    }

    private static Vector512<uint> CodesOf((Vector512<uint> Intervals, Vector512<uint> Mark, Vector512<uint> Offset, Vector512<uint> Count) split)
    {
        Vector512<uint> width = Log2(split.Count), few = Short(split.Count, width), longer = split.Offset + few;
        var offset = Vector512.ConditionalSelect(
            Vector512.LessThan(split.Offset, few), split.Offset, (longer >> 1) | VectorShift.Left(longer & Vector512<uint>.One, width));
        return VectorShift.Left(split.Mark, split.Intervals) | VectorShift.Left(offset, split.Intervals + split.Mark);
    }

    // As GapCode's.
    private static Vector512<uint> Short(Vector512<uint> count, Vector512<uint> width) => VectorShift.Left(Vector512.Create(2u), width) - count;

    private static Vector512<uint> Log2(Vector512<uint> count) =>
        (Vector512.ConvertToSingle(count.AsInt32()).AsUInt32() >> 23) - Vector512.Create(127u);
}
