using System.Globalization;
using Compression.Torch.Interop;

namespace TorchSharp;

/// <summary>Kinds of devices, by libtorch's numbers.</summary>
public enum DeviceType
{
    CPU = 0,
    CUDA = 1,
}

public static partial class torch
{
    /// <summary>The host.</summary>
    public static readonly Device CPU = new(DeviceType.CPU);

    /// <summary>The current CUDA device.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static Device CUDA
    {
        get
        {
            InitializeDeviceType(DeviceType.CUDA);
            return new Device(DeviceType.CUDA);
        }
    }

    public static Device device(string description) => new(description);

    public static Device device(string deviceType, int index = -1) => new(deviceType, index);

    public static Device device(DeviceType deviceType, int index = -1) => new(deviceType, index);

    /// <summary>The CUDA device of an index.</summary>
    public static Device device(int index) => new(index);

    /// <summary>Makes sure that tensors can be put on a kind of device.</summary>
    /// <exception cref="InvalidOperationException">The kind is not available.</exception>
    public static void InitializeDeviceType(DeviceType deviceType)
    {
        if (deviceType == DeviceType.CUDA && !cuda.is_available())
        {
            throw new InvalidOperationException("CUDA is not available: this libtorch has no CUDA, or no device is visible.");
        }
    }

    public static int get_num_threads() => LibTorch.Value(LibTorch.ct_get_num_threads(out int threads), threads);

    public static void set_num_threads(int num) => LibTorch.Check(LibTorch.ct_set_num_threads(num));

    /// <summary>Where a tensor lives: "cpu", "cuda" (the current one) or "cuda:1".</summary>
    public class Device
    {
        public Device(string description)
        {
            ArgumentNullException.ThrowIfNull(description);
            int colon = description.IndexOf(':', StringComparison.Ordinal);
            type = TypeOf(colon < 0 ? description : description[..colon]);
            index = colon < 0 ? -1 : int.Parse(description.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture);
        }

        public Device(string deviceType, int index = -1)
        {
            ArgumentNullException.ThrowIfNull(deviceType);
            type = TypeOf(deviceType);
            this.index = index;
        }

        public Device(DeviceType deviceType, int index = -1)
        {
            type = deviceType;
            this.index = index;
        }

        public Device(int index)
            : this(DeviceType.CUDA, index)
        {
        }

        /// <summary>-1 is the current device of the kind.</summary>
        public int index { get; }

        public DeviceType type { get; }

        public static implicit operator Device(string description) => new(description);

        public override string ToString()
        {
            string name = type == DeviceType.CPU ? "cpu" : "cuda";
            return index < 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}:{index}");
        }

        private static DeviceType TypeOf(string name) => name switch
        {
            "cpu" or "CPU" => DeviceType.CPU,
            "cuda" or "CUDA" => DeviceType.CUDA,
            _ => throw new ArgumentException($"'{name}' is no device: use cpu, cuda or cuda:N.", nameof(name)),
        };
    }

    /// <summary>CUDA devices.</summary>
    public static partial class cuda
    {
        public static bool is_available() => LibTorch.Ask(LibTorch.ct_cuda_is_available(out int answer), answer);

        public static bool is_cudnn_available() => LibTorch.Ask(LibTorch.ct_cuda_cudnn_is_available(out int answer), answer);

        public static int device_count() => LibTorch.Value(LibTorch.ct_cuda_device_count(out int count), count);

        public static void manual_seed(long seed) => LibTorch.Check(LibTorch.ct_cuda_manual_seed(unchecked((ulong)seed)));

        public static void manual_seed_all(long seed) => LibTorch.Check(LibTorch.ct_cuda_manual_seed_all(unchecked((ulong)seed)));

        /// <summary>Waits for all work on a device; on the current one when none is given.</summary>
        public static void synchronize(Device? device = null) => LibTorch.Check(LibTorch.ct_cuda_synchronize(device?.index ?? -1));
    }
}
