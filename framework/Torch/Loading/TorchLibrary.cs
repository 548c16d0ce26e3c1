using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Compression.Torch;

/// <summary>Stub: loads libtorch from the folder in COMPRESSION_TORCH_FOLDER.</summary>
public static class TorchLibrary
{
    private static readonly Lazy<nint> s_handle = new(() =>
        Environment.GetEnvironmentVariable("COMPRESSION_TORCH_FOLDER") is { } folder ? NativeLibrary.Load(Path.Combine(folder, "libLibTorchSharp.so")) : 0);

    /// <summary>Loads it once.</summary>
    public static void Load() => _ = s_handle.Value;

    [ModuleInitializer]
    internal static void Initialize() => Load();
}
