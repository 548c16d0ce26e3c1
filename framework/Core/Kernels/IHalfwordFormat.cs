using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>A floating-point format of 16 bits, sixteen values at a time.</summary>
public interface IHalfwordFormat
{
    /// <summary>The nearest values of the format, ties to even; their codes stand in the lower halves of the lanes.</summary>
    static abstract Vector512<uint> Encode(Vector512<float> values);

    /// <summary>The values of codes, exact.</summary>
    static abstract Vector512<float> Decode(Vector512<uint> codes);
}
