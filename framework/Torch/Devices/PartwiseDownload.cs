using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Torch.Devices;

/// <summary>
/// A vector of a device that comes to the host in parts, each as soon as it is complete. On CUDA a copy runs beside what the host does, into pinned
/// memory; between the device's own work it takes its turn.
/// </summary>
/// <param name="there">The vector, [length].</param>
/// <param name="here">Its place on the host, [length].</param>
public sealed class PartwiseDownload(Tensor there, Tensor here) : IDisposable
{
    private readonly Dictionary<int, nint> _events = [];

    /// <summary>Starts the copy of a part whose values are complete, or will be when the device has done what it was given.</summary>
    /// <param name="part">Its number.</param>
    /// <param name="offset">Its first element.</param>
    /// <param name="length">Its elements.</param>
    public void Begin(int part, long offset, long length)
    {
        using var noGradient = no_grad();
        using var from = there.narrow(0, offset, length);
        using var to = here.narrow(0, offset, length);
        if (there.device_type != DeviceType.CUDA)
        {
            DeviceTransfer.Copy(to, from);
            return;
        }

        to.copy_(from, nonBlocking: true);
        lock (_events)
        {
            if (!_events.TryGetValue(part, out nint arrived))
            {
                _events[part] = arrived = CudaEvents.Create(there.device.index);
            }

            CudaEvents.Record(arrived, there.device.index);
        }
    }

    /// <summary>Waits until a part is here; at once where its copy was not begun, or is complete.</summary>
    public void Wait(int part)
    {
        nint arrived;
        lock (_events)
        {
            if (!_events.TryGetValue(part, out arrived))
            {
                return;
            }
        }

        CudaEvents.Wait(arrived);
    }

    public void Dispose()
    {
        foreach (nint one in _events.Values)
        {
            CudaEvents.Destroy(one);
        }

        _events.Clear();
    }
}
