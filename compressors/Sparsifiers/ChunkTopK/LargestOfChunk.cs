using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Compressors.Sparsifiers.ChunkTopK;

/// <summary>
/// Exactly the k largest magnitudes of a chunk, ascending by position; among equal ones the lower position wins. What reaches a threshold is collected in
/// one pass, and cut to k. The threshold lies a little below that of the chunk before; where it is reached by too few or by far too many, it is the k-th
/// largest of the maxima of many small groups, which k entries reach at least, and few more.
/// </summary>
internal static unsafe class LargestOfChunk
{
    // An eighth of an octave, in magnitude bits.
    private const uint Margin = 1 << 20;

    // Times k: as many as are cut in less time than the maxima take.
    private const int TooMany = 4;

    // Groups for each entry that is chosen: of those beyond k that reach the threshold there are some k/8.
    private const int GroupsOfChosen = 4;

    // Vectors of maxima that are made together, in registers.
    private const int Block = 8;

    // 8 KiB of maxima.
    private const int MostVectors = 128;

    /// <summary>Takes them.</summary>
    /// <param name="values">All entries of the parameter.</param>
    /// <param name="start">The chunk's first.</param>
    /// <param name="length">Entries of the chunk.</param>
    /// <param name="k">1 to <paramref name="length"/>.</param>
    /// <param name="room">Of the part.</param>
    /// <param name="taken">What the part has taken so far; k more afterwards.</param>
    /// <param name="threshold">Of the chunk before, 0 if there is none; this one's afterwards.</param>
    public static void Take(float* values, int start, int length, int k, CandidateRoom room, int taken, ref uint threshold)
    {
        int end = threshold <= Margin || k == length ? taken : CollectAbove.Take(values, start, start + length, threshold - Margin, room, taken);
        if (end - taken < k || (long)end - taken > (long)TooMany * k)
        {
            threshold = k == length ? 0 : ReachedByEnough(values + start, length, k);
            end = CollectAbove.Take(values, start, start + length, threshold, room, taken);
        }

        if (end - taken > k)
        {
            threshold = KeepLargest.Invoke(room.Positions + taken, room.Values + taken, end - taken, k);
        }
    }

    [SkipLocalsInit]
    private static uint ReachedByEnough(float* values, int length, int k)
    {
        int enough = k + (k / 8), vectors = length / Vector512<float>.Count;
        int groups = ((((GroupsOfChosen * k) - 1) / (Block * Vector512<float>.Count)) + 1) * Block;
        if (groups > Math.Min(MostVectors, vectors / 2))
        {
            return KthLargest.AtMost(new ReadOnlySpan<float>(values, length), k, enough, out _, out _);
        }

        float* maxima = stackalloc float[MostVectors * Vector512<float>.Count];
        for (int i = 0; i < groups; i += Block)
        {
            Maxima(values, i, vectors, groups, maxima);
        }

        return KthLargest.AtMost(new ReadOnlySpan<float>(maxima, groups * Vector512<float>.Count), k, enough, out _, out _);
    }

    // The largest magnitudes of vectors i to i + 7 and of every so many after them: members of a group lie apart. The last vectors may be left out,
    // by which the threshold is lower than it need be.
    private static void Maxima(float* values, int i, int vectors, int step, float* maxima)
    {
        const int lanes = 16;
        var (a, b, c, d) = (Vector512<uint>.Zero, Vector512<uint>.Zero, Vector512<uint>.Zero, Vector512<uint>.Zero);
        var (e, f, g, h) = (a, b, c, d);
        maxima += i * lanes;
        for (; i <= vectors - Block; i += step)
        {
            float* from = values + (i * lanes);
            a = Vector512.Max(a, Magnitudes(from));
            b = Vector512.Max(b, Magnitudes(from + lanes));
            c = Vector512.Max(c, Magnitudes(from + (2 * lanes)));
            d = Vector512.Max(d, Magnitudes(from + (3 * lanes)));
            e = Vector512.Max(e, Magnitudes(from + (4 * lanes)));
            f = Vector512.Max(f, Magnitudes(from + (5 * lanes)));
            g = Vector512.Max(g, Magnitudes(from + (6 * lanes)));
            h = Vector512.Max(h, Magnitudes(from + (7 * lanes)));
        }

        a.AsSingle().Store(maxima);
        b.AsSingle().Store(maxima + lanes);
        c.AsSingle().Store(maxima + (2 * lanes));
        d.AsSingle().Store(maxima + (3 * lanes));
        e.AsSingle().Store(maxima + (4 * lanes));
        f.AsSingle().Store(maxima + (5 * lanes));
        g.AsSingle().Store(maxima + (6 * lanes));
        h.AsSingle().Store(maxima + (7 * lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Magnitudes(float* from) => Vector512.Load(from).AsUInt32() & Vector512.Create(MagnitudeBits.Mask);
}
