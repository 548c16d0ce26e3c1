using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Compression.Core.Kernels;

/// <summary>
/// Random numbers by counter: Threefry-2x32 with 13 rounds (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"; 13 rounds
/// pass BigCrush). Word i of a key is a pure function of key and i, at every vector width and on any number of threads.
/// </summary>
/// <remarks>Block b holds words 32b to 32b+31: the first outputs of counters 16b to 16b+15, then their second outputs.</remarks>
public readonly unsafe struct Threefry
{
    /// <summary>Words of a block.</summary>
    public const int BlockLength = 32;

    private const uint Parity = 0x1BD11BDA;

    private readonly uint _key0;
    private readonly uint _key1;
    private readonly uint _key2;

    /// <param name="key">From <c>RandomKey</c>.</param>
    public Threefry(ulong key)
    {
        _key0 = (uint)key;
        _key1 = (uint)(key >> 32);
        _key2 = Parity ^ _key0 ^ _key1;
    }

    /// <summary>Words 32·<paramref name="block"/> to 32·<paramref name="block"/>+31.</summary>
    /// <param name="block">At least 0, below 2²⁸.</param>
    /// <param name="first">The first 16.</param>
    /// <param name="second">The next 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Block(int block, out Vector512<uint> first, out Vector512<uint> second)
    {
        var counters = Vector512.Create((uint)block * 16) + Vector512<uint>.Indices;
        var x = counters + Vector512.Create(_key0);
        var y = Vector512.Create(_key1);
        Four(ref x, ref y, 13, 15, 26, 6);
        x += Vector512.Create(_key1);
        y += Vector512.Create(_key2 + 1);
        Four(ref x, ref y, 17, 29, 16, 24);
        x += Vector512.Create(_key2);
        y += Vector512.Create(_key0 + 2);
        Four(ref x, ref y, 13, 15, 26, 6);
        x += Vector512.Create(_key0);
        y += Vector512.Create(_key1 + 3);
        Round(ref x, ref y, 17);
        first = x;
        second = y;
    }

    /// <summary>
    /// Writes the words of blocks one after another. Four blocks are made at once where registers allow it, two where they are half as
    /// wide: a block is a chain of 50 operations, each of which waits for the last.
    /// </summary>
    /// <param name="block">The first.</param>
    /// <param name="count">How many; a multiple of 2.</param>
    /// <param name="words">Room for them.</param>
    public void Fill(int block, int count, uint* words)
    {
        int i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i <= count - 4; i += 4)
            {
                FillFour(block + i, words + (i * BlockLength));
            }

            for (; i < count; i++)
            {
                Block(block + i, out var first, out var second);
                first.Store(words + (i * BlockLength));
                second.Store(words + (i * BlockLength) + 16);
            }
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            for (; i < count; i++)
            {
                FillNarrow(block + i, words + (i * BlockLength));
            }
        }
        else
        {
            for (; i < count; i++)
            {
                Block(block + i, out var first, out var second);
                first.Store(words + (i * BlockLength));
                second.Store(words + (i * BlockLength) + 16);
            }
        }
    }

    private void FillFour(int block, uint* words)
    {
        Vector512<uint> key0 = Vector512.Create(_key0), key1 = Vector512.Create(_key1), key2 = Vector512.Create(_key2);
        var x0 = Vector512.Create((uint)block * 16) + Vector512<uint>.Indices + key0;
        Vector512<uint> x1 = x0 + Vector512.Create(16u), x2 = x0 + Vector512.Create(32u), x3 = x0 + Vector512.Create(48u);
        Vector512<uint> y0 = key1, y1 = key1, y2 = key1, y3 = key1;
        Four(ref x0, ref y0, 13, 15, 26, 6);
        Four(ref x1, ref y1, 13, 15, 26, 6);
        Four(ref x2, ref y2, 13, 15, 26, 6);
        Four(ref x3, ref y3, 13, 15, 26, 6);
        var next = key2 + Vector512.Create(1u);
        (x0, x1, x2, x3) = (x0 + key1, x1 + key1, x2 + key1, x3 + key1);
        (y0, y1, y2, y3) = (y0 + next, y1 + next, y2 + next, y3 + next);
        Four(ref x0, ref y0, 17, 29, 16, 24);
        Four(ref x1, ref y1, 17, 29, 16, 24);
        Four(ref x2, ref y2, 17, 29, 16, 24);
        Four(ref x3, ref y3, 17, 29, 16, 24);
        next = key0 + Vector512.Create(2u);
        (x0, x1, x2, x3) = (x0 + key2, x1 + key2, x2 + key2, x3 + key2);
        (y0, y1, y2, y3) = (y0 + next, y1 + next, y2 + next, y3 + next);
        Four(ref x0, ref y0, 13, 15, 26, 6);
        Four(ref x1, ref y1, 13, 15, 26, 6);
        Four(ref x2, ref y2, 13, 15, 26, 6);
        Four(ref x3, ref y3, 13, 15, 26, 6);
        next = key1 + Vector512.Create(3u);
        (x0, x1, x2, x3) = (x0 + key0, x1 + key0, x2 + key0, x3 + key0);
        (y0, y1, y2, y3) = (y0 + next, y1 + next, y2 + next, y3 + next);
        Round(ref x0, ref y0, 17);
        Round(ref x1, ref y1, 17);
        Round(ref x2, ref y2, 17);
        Round(ref x3, ref y3, 17);
        x0.Store(words);
        y0.Store(words + 16);
        x1.Store(words + 32);
        y1.Store(words + 48);
        x2.Store(words + 64);
        y2.Store(words + 80);
        x3.Store(words + 96);
        y3.Store(words + 112);
    }

    // One block in halves.
    private void FillNarrow(int block, uint* words)
    {
        Vector256<uint> key0 = Vector256.Create(_key0), key1 = Vector256.Create(_key1), key2 = Vector256.Create(_key2);
        var x0 = Vector256.Create((uint)block * 16) + Vector256<uint>.Indices + key0;
        var x1 = x0 + Vector256.Create(8u);
        var (y0, y1) = (key1, key1);
        Four(ref x0, ref y0, 13, 15, 26, 6);
        Four(ref x1, ref y1, 13, 15, 26, 6);
        var next = key2 + Vector256.Create(1u);
        (x0, x1, y0, y1) = (x0 + key1, x1 + key1, y0 + next, y1 + next);
        Four(ref x0, ref y0, 17, 29, 16, 24);
        Four(ref x1, ref y1, 17, 29, 16, 24);
        next = key0 + Vector256.Create(2u);
        (x0, x1, y0, y1) = (x0 + key2, x1 + key2, y0 + next, y1 + next);
        Four(ref x0, ref y0, 13, 15, 26, 6);
        Four(ref x1, ref y1, 13, 15, 26, 6);
        next = key1 + Vector256.Create(3u);
        (x0, x1, y0, y1) = (x0 + key0, x1 + key0, y0 + next, y1 + next);
        Round(ref x0, ref y0, 17);
        Round(ref x1, ref y1, 17);
        x0.Store(words);
        x1.Store(words + 8);
        y0.Store(words + 16);
        y1.Store(words + 24);
    }

    /// <summary>Word <paramref name="index"/> of the stream.</summary>
    public uint Word(long index)
    {
        Block((int)(index / BlockLength), out var first, out var second);
        int lane = (int)(index % BlockLength);
        return lane < 16 ? first[lane] : second[lane - 16];
    }

    /// <summary>The words as floats in [0, 1), multiples of 2⁻²⁴.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ToUnit(Vector512<uint> words) =>
        Vector512.ConvertToSingle((words >> 8).AsInt32()) * Vector512.Create(1f / (1 << 24));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(ref Vector512<uint> x, ref Vector512<uint> y, int a, int b, int c, int d)
    {
        Round(ref x, ref y, a);
        Round(ref x, ref y, b);
        Round(ref x, ref y, c);
        Round(ref x, ref y, d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref Vector512<uint> x, ref Vector512<uint> y, int rotation)
    {
        x += y;
        y = RotateLeft(y, rotation) ^ x;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> RotateLeft(Vector512<uint> vector, int rotation) => Avx512F.IsSupported
#pragma warning disable CA1857 // The rotation is a constant once the rounds are inlined.
        ? Avx512F.RotateLeft(vector, (byte)rotation)
#pragma warning restore CA1857
        : (vector << rotation) | (vector >> (32 - rotation));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(ref Vector256<uint> x, ref Vector256<uint> y, int a, int b, int c, int d)
    {
        Round(ref x, ref y, a);
        Round(ref x, ref y, b);
        Round(ref x, ref y, c);
        Round(ref x, ref y, d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref Vector256<uint> x, ref Vector256<uint> y, int rotation)
    {
        x += y;
        y = ((y << rotation) | (y >> (32 - rotation))) ^ x;
    }
}
