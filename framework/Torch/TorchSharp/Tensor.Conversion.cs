using Compression.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor cpu() => To(-1, (int)DeviceType.CPU, -1, copy: false, non_blocking: false);

        public Tensor cuda(Device? device = null, bool non_blocking = false) =>
            To(-1, (int)DeviceType.CUDA, device?.index ?? -1, copy: false, non_blocking);

        public Tensor to(DeviceType deviceType, int deviceIndex = -1, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            After(To(-1, (int)deviceType, deviceIndex, copy, non_blocking), disposeAfter);

        public Tensor to(ScalarType type, Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            After(To((int)type, (int)device.type, device.index, copy, non_blocking), disposeAfter);

        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            After(To((int)type, -1, -1, copy, non_blocking), disposeAfter);

        public Tensor to(string device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(new Device(device), copy, disposeAfter, non_blocking);

        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            After(To(-1, (int)device.type, device.index, copy, non_blocking), disposeAfter);

        /// <summary>To the type and the device of another tensor.</summary>
        public Tensor to(Tensor other, bool non_blocking = false) => to(other.dtype, other.device, non_blocking: non_blocking);

        public Tensor type(ScalarType dtype) => to(dtype);

        public Tensor type_as(Tensor tensor) => to(tensor.dtype);

        public Tensor clone() => LibTorch.New(LibTorch.ct_clone(this, out nint result), result);

        public Tensor contiguous() => LibTorch.New(LibTorch.ct_contiguous(this, out nint result), result);

        /// <summary>A second tensor over the same memory and history.</summary>
        public Tensor alias() => LibTorch.New(LibTorch.ct_alias(this, out nint result), result);

        public Tensor copy_(Tensor source, bool nonBlocking = false) => InPlace(LibTorch.ct_copy_(this, source, nonBlocking));

        /// <summary>Takes over the memory, sizes and strides of another tensor.</summary>
        public Tensor set_(Tensor source) => InPlace(LibTorch.ct_set_(this, source));

        public Tensor fill_(Scalar value) => InPlace(LibTorch.ct_fill_(this, value.Value));

        public Tensor zero_() => InPlace(LibTorch.ct_zero_(this));

        private Tensor To(int type, int deviceType, int deviceIndex, bool copy, bool non_blocking) =>
            LibTorch.New(LibTorch.ct_to(this, type, deviceType, deviceIndex, copy, non_blocking, out nint result), result);

        private Tensor After(Tensor result, bool disposeAfter)
        {
            if (disposeAfter)
            {
                Dispose();
            }

            return result;
        }
    }
}
