using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Compression.Core.Reporting;
using Compression.Torch.Loading;

namespace Compression.Training;

/// <summary>What libtorch is on this machine, for those who may not know libtorch itself.</summary>
/// <param name="Version">Such as "2.10.0".</param>
/// <param name="Files">Where it was loaded from, in words.</param>
/// <param name="CudaDevices">CUDA devices that can be computed on; 0: none.</param>
/// <param name="Threads">Threads of one operation where nobody sets them.</param>
public sealed record TorchRuntime(string Version, string Files, int CudaDevices, int Threads)
{
    /// <summary>Asks libtorch.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: it cannot be loaded.</exception>
    public static TorchRuntime Read()
    {
        var found = TorchEnvironment.Read();
        string copy = found.Files.IsCopy ? $", {Path.GetFileName(found.Files.Binding)} made for this system's older libstdc++" : "";
        return new TorchRuntime(found.LibTorchVersion, $"{found.Files.Folder} ({found.Files.Origin}{copy})", found.CudaDevices, found.Threads);
    }

    /// <summary>Loads libtorch, so that what comes next can use it.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: it cannot be loaded.</exception>
    public static void Require() => TorchLibrary.Load();

    // This assembly uses TorchSharp, also before anything that Compression.Torch adds to it.
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255:The 'ModuleInitializer' attribute should not be used in libraries", Justification = "There is no later moment that comes before every use.")]
    internal static void Watch() => RuntimeHelpers.RunModuleConstructor(typeof(TorchLibrary).Module.ModuleHandle);
}
