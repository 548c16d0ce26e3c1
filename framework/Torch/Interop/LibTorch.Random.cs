using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Compression.Torch.Interop;

/// <summary>Generators and random fills. The functions of <c>native/random.cpp</c>.</summary>
internal static unsafe partial class LibTorch
{
    [LibraryImport(Library)]
    internal static partial int ct_manual_seed(ulong seed);

    [LibraryImport(Library)]
    internal static partial int ct_generator_default(int deviceType, int deviceIndex, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_generator_new(ulong seed, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_generator_dispose(nint self);

    [LibraryImport(Library)]
    internal static partial int ct_generator_set_seed(nint self, ulong seed);

    [LibraryImport(Library)]
    internal static partial int ct_generator_current_seed(nint self, out ulong result);

    [LibraryImport(Library)]
    internal static partial int ct_generator_seed(nint self, out ulong result);

    [LibraryImport(Library)]
    internal static partial int ct_generator_get_state(nint self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_generator_set_state(nint self, Tensor state);

    [LibraryImport(Library)]
    internal static partial int ct_rand(ReadOnlySpan<long> sizes, long ndim, nint generator, int type, int deviceType,
        int deviceIndex, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_randn(ReadOnlySpan<long> sizes, long ndim, nint generator, int type, int deviceType,
        int deviceIndex, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_randint(long low, long high, ReadOnlySpan<long> sizes, long ndim, nint generator,
        int type, int deviceType, int deviceIndex, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_multinomial(Tensor self, long samples,
        [MarshalAs(UnmanagedType.U1)] bool replacement, nint generator, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_uniform_(Tensor self, double low, double high, nint generator);

    [LibraryImport(Library)]
    internal static partial int ct_normal_(Tensor self, double mean, double deviation, nint generator);

    [LibraryImport(Library)]
    internal static partial int ct_bernoulli_(Tensor self, double p, nint generator);

    [LibraryImport(Library)]
    internal static partial int ct_bernoulli_tensor_(Tensor self, Tensor p, nint generator);
}
