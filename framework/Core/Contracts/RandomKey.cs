namespace Compression.Core.Contracts;

/// <summary>
/// Keys of random numbers. A key depends on seed, rank, step, slot and purpose alone, never on what was drawn before: no method
/// consumes another's stream, virtual workers draw what real ones draw, and a resumed run draws what it would have drawn.
/// </summary>
public static class RandomKey
{
    /// <summary>Mixes the parts into 64 bits by rounds of SplitMix64's finalizer (Steele, Lea and Flood 2014).</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="rank">The worker.</param>
    /// <param name="step">The step.</param>
    /// <param name="slot">The parameter, or −1.</param>
    /// <param name="purpose">What the numbers are for.</param>
    public static ulong Mix(ulong seed, int rank, long step, int slot, RandomPurpose purpose)
    {
        ulong key = Round(seed);
        key = Round(key ^ (ulong)rank);
        key = Round(key ^ (ulong)step);
        key = Round(key ^ (uint)slot);
        return Round(key ^ (ulong)purpose);
    }

    private static ulong Round(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
