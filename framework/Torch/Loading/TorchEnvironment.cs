using TorchSharp;

namespace Compression.Torch;

/// <summary>What libtorch is here, for reports on a run and for diagnosis.</summary>
/// <param name="Binding">"Compression.Torch", or "TorchSharp" and its version.</param>
/// <param name="LibTorchVersion">Such as "1.13.1"; with the TorchSharp package, "bundled".</param>
/// <param name="BuildConfiguration">Libtorch's own lines on its compilers, BLAS and instruction sets.</param>
/// <param name="Parallelism">Libtorch's own lines on its threads and their libraries.</param>
/// <param name="CudaAvailable">Whether tensors can be put on CUDA devices.</param>
/// <param name="CudaDevices">How many there are.</param>
/// <param name="Threads">Threads of one operation.</param>
public sealed record TorchEnvironment(
    string Binding,
    string LibTorchVersion,
    string BuildConfiguration,
    string Parallelism,
    bool CudaAvailable,
    int CudaDevices,
    int Threads)
{
    /// <summary>Asks libtorch.</summary>
    /// <exception cref="DllNotFoundException">It cannot be loaded; <see cref="LoadError"/> says why.</exception>
    public static TorchEnvironment Read()
    {
        string binding = $"TorchSharp {typeof(torch).Assembly.GetName().Version}";
        string version = "bundled";
        string build = string.Empty;
        string parallelism = string.Empty;
        bool cuda = torch.cuda.is_available();
        return new TorchEnvironment(
            binding, version, build, parallelism, cuda, cuda ? torch.cuda.device_count() : 0, torch.get_num_threads());
    }

    /// <summary>One line on why libtorch cannot be loaded; null when it can.</summary>
    public static string? LoadError()
    {
        try
        {
            _ = torch.get_num_threads();
            return null;
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException
            or BadImageFormatException or TypeInitializationException)
        {
            return Cause((error.InnerException ?? error).Message);
        }
    }

    /// <summary>The line of a loader's message that names what is missing; its last resort is the first line.</summary>
    internal static string Cause(string message)
    {
        string[] lines = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string? missing = Array.Find(lines, line => line.Contains(": cannot open shared object file", StringComparison.Ordinal)
            && !line.Contains("compression_torch", StringComparison.Ordinal));
        return $"libtorch cannot be loaded: {missing ?? lines.FirstOrDefault() ?? "unknown cause"}";
    }
}
