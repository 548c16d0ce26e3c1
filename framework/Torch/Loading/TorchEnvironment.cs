using Compression.Core.Reporting;
using TorchSharp;

namespace Compression.Torch.Loading;

/// <summary>What libtorch is here, for reports on a run and for diagnosis.</summary>
/// <param name="Binding">"TorchSharp" and its version.</param>
/// <param name="LibTorchVersion">Of the libtorch that TorchSharp was built for, such as "2.10.0".</param>
/// <param name="Files">Where it was loaded from.</param>
/// <param name="CudaAvailable">Whether tensors can be put on CUDA devices.</param>
/// <param name="CudaDevices">How many there are.</param>
/// <param name="Threads">Threads of one operation.</param>
public sealed record TorchEnvironment(
    string Binding, string LibTorchVersion, LoadedTorch Files, bool CudaAvailable, int CudaDevices, int Threads)
{
    /// <summary>Asks libtorch.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: it cannot be loaded.</exception>
    public static TorchEnvironment Read()
    {
        var files = TorchLibrary.Load();
        bool cuda = torch.cuda.is_available();
        // The package's fourth number is its own.
        string version = string.Join('.', torch.__version__.Split('.').Take(3));
        return new TorchEnvironment(
            $"TorchSharp {typeof(torch).Assembly.GetName().Version}", version, files, cuda, cuda ? torch.cuda.device_count() : 0, torch.get_num_threads());
    }
}
