using System.Runtime.InteropServices;

namespace Compression.Torch.Interop;

/// <summary>Versions and configuration. The functions of <c>native/errors.cpp</c>.</summary>
internal static unsafe partial class LibTorch
{
    [LibraryImport(Library)]
    internal static partial int ct_build_configuration(out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_parallel_configuration(out nint result);
}
