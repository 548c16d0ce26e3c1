namespace Compression.Training.Data.Lm1b;

/// <summary>Puts items into a random order that a key alone decides (Fisher and Yates).</summary>
internal static class RandomOrder
{
    /// <summary>Shuffles in place.</summary>
    /// <param name="items">Any number.</param>
    /// <param name="key">From <see cref="Core.Contracts.RandomKey"/>.</param>
    public static void Shuffle(Span<int> items, ulong key)
    {
        var random = new RandomWords(key);
        for (int last = items.Length - 1; last > 0; last--)
        {
            int other = random.Below(last + 1);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }
}
