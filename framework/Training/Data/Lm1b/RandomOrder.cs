using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Training.Data.Lm1b;

/// <summary>Puts items into a random order that a key alone decides (Fisher and Yates).</summary>
internal static class RandomOrder
{
    /// <summary>Shuffles in place; allocates nothing.</summary>
    /// <param name="items">Any number.</param>
    /// <param name="key">From <see cref="Core.Pipeline.RandomKey"/>.</param>
    public static void Shuffle(Span<int> items, ulong key)
    {
        var random = new Threefry(key);
        Span<uint> words = stackalloc uint[Threefry.BlockLength];
        int used = words.Length, block = 0;
        for (int last = items.Length - 1; last > 0; last--, used++)
        {
            if (used == words.Length)
            {
                random.Block(block++, out var first, out var second);
                first.CopyTo(words);
                second.CopyTo(words[(words.Length / 2)..]);
                used = 0;
            }

            // The multiplication favours no place by more than 2⁻³² times their number.
            int other = (int)(((ulong)words[used] * (ulong)(last + 1)) >> 32);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }
}
