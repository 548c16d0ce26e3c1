using System.Diagnostics;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Torch.Devices;

/// <summary>
/// The one way by which values pass between the host and the device of a model. It counts them, by thread, and how long the thread
/// stood still for them. On a device without data (<see cref="DeviceType.META"/>) it counts, and what comes to the host is 0.
/// </summary>
public static class DeviceTransfer
{
    [ThreadStatic]
    private static TransferCounts s_counts;

    /// <summary>What the calling thread has moved so far.</summary>
    public static TransferCounts Counts => s_counts;

    /// <summary>The tensor where it is wanted.</summary>
    /// <param name="tensor">On the host or a device.</param>
    /// <param name="device">Where it is wanted.</param>
    /// <returns>A copy; where it is there already, another handle on the same tensor. The caller's to dispose of.</returns>
    public static Tensor To(Tensor tensor, Device device)
    {
        if (IsOn(tensor, device))
        {
            return tensor.alias();
        }

        using var counted = Count(tensor, device.type);
        return tensor.device_type == DeviceType.META ? zeros(tensor.shape, tensor.dtype, device) : tensor.to(device);
    }

    /// <summary>The tensor on the host; see <see cref="To"/>.</summary>
    public static Tensor ToHost(Tensor tensor) => To(tensor, CPU);

    /// <summary>Writes a tensor's values into one of the same shape and type, wherever the two are.</summary>
    public static void Copy(Tensor destination, Tensor source)
    {
        using var noGradient = no_grad();
        using var counted = IsOn(source, destination.device) ? default : Count(source, destination.device_type);
        if (source.device_type != DeviceType.META)
        {
            destination.copy_(source);
        }
    }

    /// <summary>The value of a tensor with one element, Float32 or Float64. On a GPU it waits for what computes it.</summary>
    public static double Read(Tensor scalar)
    {
        if (scalar.device_type != DeviceType.CPU)
        {
            s_counts = s_counts with { Reads = s_counts.Reads + 1 };
        }

        return scalar.device_type == DeviceType.META ? 0
            : scalar.dtype == ScalarType.Float64 ? scalar.item<double>() : scalar.item<float>();
    }

    /// <summary>Shows the values of a Float32 tensor, in its order, wherever it is.</summary>
    public static void Show(Tensor tensor, Action<ReadOnlySpan<float>> show)
    {
        using var onHost = ToHost(tensor);
        using var whole = onHost.contiguous();
        show(MemoryMarshal.Cast<byte, float>(whole.bytes));
    }

    /// <summary>Fills a Float32 tensor, wherever it is, with values in its order.</summary>
    public static void Fill(Tensor tensor, Action<Span<float>> fill)
    {
        using var onHost = zeros(tensor.shape, ScalarType.Float32);
        fill(MemoryMarshal.Cast<byte, float>(onHost.bytes));
        Copy(tensor, onHost);
    }

    /// <summary>Room on the host for the values of a tensor elsewhere, filled with 0: pinned for a GPU, so that copies need no other buffer.</summary>
    /// <returns>A tensor of its shape and type that lives until it is disposed of; null where the tensor is on the host itself.</returns>
    public static Tensor? HostRoomFor(Tensor tensor)
    {
        if (tensor.device_type == DeviceType.CPU)
        {
            return null;
        }

        var room = zeros(tensor.shape, tensor.dtype);
        if (tensor.device_type != DeviceType.CUDA)
        {
            return room.DetachFromDisposeScope();
        }

        using (room)
        {
            return room.pin_memory().DetachFromDisposeScope();
        }
    }

    /// <summary>Waits until a GPU has done what it was given, so that time can be measured; nothing elsewhere.</summary>
    public static void Finish(Device device)
    {
        if (device.type == DeviceType.CUDA)
        {
            cuda.synchronize(device);
        }
    }

    /// <summary>Whether a tensor lies on a device.</summary>
    public static bool IsOn(Tensor tensor, Device device) =>
        tensor.device_type == device.type && (device.type != DeviceType.CUDA || tensor.device.index == device.index);

    // What a GPU is still computing is not the copy's time.
    private static Transfer Count(Tensor tensor, DeviceType destination)
    {
        bool toHost = destination == DeviceType.CPU;
        s_counts = s_counts with
        {
            ToDevice = s_counts.ToDevice + (toHost ? 0 : 1),
            ToHost = s_counts.ToHost + (toHost ? 1 : 0),
            Bytes = s_counts.Bytes + (tensor.numel() * tensor.element_size()),
        };
        Finish(tensor.device);
        return new Transfer(Stopwatch.GetTimestamp());
    }

    private readonly struct Transfer(long start) : IDisposable
    {
        public void Dispose()
        {
            if (start != 0)
            {
                s_counts = s_counts with { Ticks = s_counts.Ticks + Stopwatch.GetTimestamp() - start };
            }
        }
    }
}
