using Compression.Torch.Interop;

namespace TorchSharp;

/// <summary>A number whose type the operation decides: integral, floating or Boolean.</summary>
public sealed class Scalar
{
    private Scalar(NativeScalar value) => Value = value;

    /// <summary>Int64, Float64 or Bool.</summary>
    public torch.ScalarType Type => Value.IsIntegral ? torch.ScalarType.Int64
        : Value.IsBoolean ? torch.ScalarType.Bool
        : torch.ScalarType.Float64;

    internal NativeScalar Value { get; }

    public static implicit operator Scalar(byte value) => new((long)value);

    public static implicit operator Scalar(int value) => new((long)value);

    public static implicit operator Scalar(long value) => new(value);

    public static implicit operator Scalar(float value) => new((double)value);

    public static implicit operator Scalar(double value) => new(value);

    public static implicit operator Scalar(bool value) => new(value);

    internal static NativeScalar OrNone(Scalar? scalar) => scalar?.Value ?? NativeScalar.None;
}
