namespace Compression.Training.Data;

/// <summary>SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): fixed for good, as the text of the sample corpus depends on it.</summary>
internal struct SampleRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Uniform on [0, 1), 53 bits.</summary>
    public double NextUnit()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>Uniform on 0 to <paramref name="count"/>−1.</summary>
    public int Below(int count) => (int)(NextUnit() * count);

    /// <summary>An index with the given probabilities, which sum to 1 up to rounding.</summary>
    public int Draw(ReadOnlySpan<double> probabilities)
    {
        double left = NextUnit();
        int last = 0;
        for (int i = 0; i < probabilities.Length; i++)
        {
            if (probabilities[i] > 0)
            {
                last = i;
                left -= probabilities[i];
                if (left < 0)
                {
                    break;
                }
            }
        }

        return last;
    }

    /// <summary>A random order of 0 to <paramref name="count"/>−1 (Fisher and Yates).</summary>
    public int[] Permutation(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        for (int i = count - 1; i > 0; i--)
        {
            int j = Below(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }
}
