using System.Numerics;

namespace Compression.Compressors.Quantizers.Qsgd;

/// <summary>
/// Levels −127 to 127 in Elias' gamma code (Elias 1975) of |level| + 1, a sign bit after those that are not 0: with n = ⌊log₂(|level| + 1)⌋,
/// n zeros, a one, the n lower bits, and 1 for negative. Bits go from the lowest of a byte upwards. A zero takes 1 bit, ±1 and ±2 take 4.
/// </summary>
public static class SignedGamma
{
    /// <summary>The largest |level|.</summary>
    public const int Largest = 127;

    /// <summary>Bits of the longest code.</summary>
    public const int LongestCode = 16;

    /// <summary>Bits of the window that <see cref="Symbols"/> is asked for.</summary>
    internal const int WindowBits = 12;

    /// <summary>Most levels in one symbol.</summary>
    internal const int LevelsOfSymbol = 6;

    /// <summary>
    /// For each window of bits the whole codes at its front, 0 to 6: their length in the lowest byte, their number in the next, and the
    /// levels in the bytes above.
    /// </summary>
    internal static readonly ulong[] Symbols = [.. Enumerable.Range(0, 1 << WindowBits).Select(window => MakeSymbol((uint)window))];

    /// <summary>Bits of a level's code.</summary>
    /// <param name="level">−127 to 127.</param>
    public static int Length(int level) => (2 * BitOperations.Log2((uint)Math.Abs(level) + 1)) + (level == 0 ? 1 : 2);

    /// <summary>A level's code, from its lowest bit upwards, and its length.</summary>
    /// <param name="level">−127 to 127.</param>
    internal static (ulong Code, int Length) Code(int level)
    {
        uint number = (uint)Math.Abs(level) + 1;
        int log = BitOperations.Log2(number);
        return ((1u << log) | ((number ^ (1u << log)) << (log + 1)) | (level < 0 ? 2u << (2 * log) : 0), Length(level));
    }

    /// <summary>Reads the code at the front of a window.</summary>
    /// <param name="window">At least 16 bits.</param>
    /// <param name="level">The level.</param>
    /// <returns>Bits of the code; 0 if the window begins with none.</returns>
    internal static int Read(ulong window, out int level)
    {
        int zeros = BitOperations.TrailingZeroCount(window);
        level = 0;
        if (zeros > 7)
        {
            return 0;
        }

        uint lower = (uint)(window >> (zeros + 1)) & ((1u << zeros) - 1);
        int magnitude = (int)((1u << zeros) | lower) - 1;
        if (magnitude > Largest)
        {
            return 0;
        }

        bool isNegative = ((window >> ((2 * zeros) + 1)) & 1) != 0;
        level = magnitude != 0 && isNegative ? -magnitude : magnitude;
        return Length(level);
    }

    private static ulong MakeSymbol(uint window)
    {
        int length = 0, count = 0;
        ulong levels = 0;
        while (count < LevelsOfSymbol && length < WindowBits)
        {
            int next = Read(window >> length, out int level);
            if (next == 0 || length + next > WindowBits)
            {
                break;
            }

            levels |= (ulong)(byte)level << (8 * count++);
            length += next;
        }

        return (uint)length | ((uint)count << 8) | (levels << 16);
    }
}
