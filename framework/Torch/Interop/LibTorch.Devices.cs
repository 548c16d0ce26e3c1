using System.Runtime.InteropServices;

namespace Compression.Torch.Interop;

/// <summary>Threads and CUDA devices. The functions of <c>native/devices.cpp</c>.</summary>
internal static unsafe partial class LibTorch
{
    [LibraryImport(Library)]
    internal static partial int ct_get_num_threads(out int result);

    [LibraryImport(Library)]
    internal static partial int ct_set_num_threads(int threads);

    [LibraryImport(Library)]
    internal static partial int ct_cuda_is_available(out int result);

    [LibraryImport(Library)]
    internal static partial int ct_cuda_cudnn_is_available(out int result);

    [LibraryImport(Library)]
    internal static partial int ct_cuda_device_count(out int result);

    [LibraryImport(Library)]
    internal static partial int ct_cuda_manual_seed(ulong seed);

    [LibraryImport(Library)]
    internal static partial int ct_cuda_manual_seed_all(ulong seed);

    [LibraryImport(Library)]
    internal static partial int ct_cuda_synchronize(long index);
}
