namespace Compression.Core.Kernels;

/// <summary>
/// Magnitudes as unsigned integers, sign bit cleared: they order as |x| does, with NaN above infinity, so that a comparison never
/// loses a NaN.
/// </summary>
public static class MagnitudeBits
{
    /// <summary>All bits but the sign.</summary>
    public const uint Mask = 0x7FFFFFFF;

    /// <summary>The bits of |<paramref name="value"/>|.</summary>
    public static uint Of(float value) => BitConverter.SingleToUInt32Bits(value) & Mask;
}
