namespace Compression.Torch.Interop;

/// <summary>A number as the shim takes it: by value, without a trip to the heap.</summary>
#pragma warning disable IDE0052 // The bits are read on the other side.
internal readonly struct NativeScalar
{
    private readonly long bits;
    private readonly int kind;

    private NativeScalar(long bits, int kind)
    {
        this.bits = bits;
        this.kind = kind;
    }

    /// <summary>The number 1, libtorch's usual factor.</summary>
    internal static NativeScalar One => new(1, 0);

    /// <summary>No number.</summary>
    internal static NativeScalar None => new(0, -1);

    internal bool IsIntegral => kind == 0;

    internal bool IsBoolean => kind == 2;

    public static implicit operator NativeScalar(long value) => new(value, 0);

    public static implicit operator NativeScalar(double value) => new(BitConverter.DoubleToInt64Bits(value), 1);

    public static implicit operator NativeScalar(bool value) => new(value ? 1 : 0, 2);
}
