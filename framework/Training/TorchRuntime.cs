using Compression.Torch;

namespace Compression.Training;

/// <summary>What libtorch is on this machine, for those who may not know libtorch itself.</summary>
/// <param name="Version">Such as "1.13.1".</param>
/// <param name="CudaDevices">CUDA devices that can be computed on; 0: none.</param>
/// <param name="Threads">Threads of one operation where nobody sets them.</param>
/// <param name="Build">Libtorch's own words on its compilers, BLAS and instruction sets.</param>
public sealed record TorchRuntime(string Version, int CudaDevices, int Threads, string Build)
{
    /// <summary>Asks libtorch.</summary>
    /// <exception cref="DllNotFoundException">It cannot be loaded; <see cref="LoadError"/> says why.</exception>
    public static TorchRuntime Read()
    {
        var found = TorchEnvironment.Read();
        return new TorchRuntime(found.LibTorchVersion, found.CudaDevices, found.Threads, found.BuildConfiguration + "\n" + found.Parallelism);
    }

    /// <summary>One line on why libtorch cannot be loaded; null where it can.</summary>
    public static string? LoadError() => TorchEnvironment.LoadError();
}
