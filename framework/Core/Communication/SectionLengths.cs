namespace Compression.Core.Communication;

/// <summary>What an all-to-all demands of its sections.</summary>
internal static class SectionLengths
{
    /// <summary>One length a member, none negative, and together no more than the bytes at hand.</summary>
    /// <exception cref="ArgumentException">They are not.</exception>
    public static void Check(ReadOnlySpan<byte> outgoing, ReadOnlySpan<int> lengths, int worldSize)
    {
        long sum = 0;
        foreach (int length in lengths)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length, nameof(lengths));
            sum += length;
        }

        if (lengths.Length != worldSize || sum > outgoing.Length)
        {
            throw new ArgumentException(
                $"{lengths.Length} sections of {sum} bytes together do not fit {worldSize} members and {outgoing.Length} bytes.", nameof(lengths));
        }
    }
}
