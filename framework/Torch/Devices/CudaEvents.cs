using System.Runtime.InteropServices;

namespace Compression.Torch.Devices;

/// <summary>
/// Events of the CUDA runtime that libtorch has loaded, which TorchSharp does not show: a place in the stream of work that the host can wait
/// for. On the default stream, which is libtorch's.
/// </summary>
internal static unsafe class CudaEvents
{
    private const uint WithoutTiming = 2;

    private static readonly Lazy<nint> s_runtime = new(Load);

    /// <summary>Makes an event of a device.</summary>
    internal static nint Create(int device)
    {
        nint created;
        Choose(device);
        Check(((delegate* unmanaged<nint*, uint, int>)Function("cudaEventCreateWithFlags"))(&created, WithoutTiming), "cudaEventCreateWithFlags");
        return created;
    }

    /// <summary>Places it behind all work that was given to its device so far.</summary>
    internal static void Record(nint ofEvent, int device)
    {
        Choose(device);
        Check(((delegate* unmanaged<nint, nint, int>)Function("cudaEventRecord"))(ofEvent, 0), "cudaEventRecord");
    }

    /// <summary>Waits until the device has come to it.</summary>
    internal static void Wait(nint ofEvent) => Check(((delegate* unmanaged<nint, int>)Function("cudaEventSynchronize"))(ofEvent), "cudaEventSynchronize");

    /// <summary>Lets it go.</summary>
    internal static void Destroy(nint ofEvent) => Check(((delegate* unmanaged<nint, int>)Function("cudaEventDestroy"))(ofEvent), "cudaEventDestroy");

    // A thread begins on device 0, whichever its tensors are on, and the default stream is the thread's device's.
    private static void Choose(int device) => Check(((delegate* unmanaged<int, int>)Function("cudaSetDevice"))(device), "cudaSetDevice");

    private static nint Function(string name) => NativeLibrary.GetExport(s_runtime.Value, name);

    private static void Check(int code, string call)
    {
        if (code != 0)
        {
            throw new InvalidOperationException($"{call} failed with CUDA's error {code}.");
        }
    }

    // The one that is in this process already: names and places differ from package to package.
    private static nint Load()
    {
        string path = File.ReadLines("/proc/self/maps").Select(line => line[(line.LastIndexOf(' ') + 1)..])
            .FirstOrDefault(file => Path.GetFileName(file).StartsWith("libcudart", StringComparison.Ordinal))
            ?? throw new InvalidOperationException("libtorch has loaded no libcudart, whose events are needed.");
        return NativeLibrary.Load(path);
    }
}
