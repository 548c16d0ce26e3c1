using Compression.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    public unsafe partial class Tensor
    {
        // Tensors of more dimensions than this take a second call for their shape.
        private const int UsualDimensions = 8;

        public ScalarType dtype => (ScalarType)LibTorch.Value(LibTorch.ct_scalar_type(this, out int type), type);

        public Device device
        {
            get
            {
                LibTorch.Check(LibTorch.ct_device(this, out int type, out int index));
                return type == 0 && index < 0 ? CPU : new Device((DeviceType)type, index);
            }
        }

        public DeviceType device_type => device.type;

        public long ndim => dim();

        public long NumberOfElements => numel();

        /// <summary>The sizes of the dimensions.</summary>
        public long[] shape
        {
            get
            {
                long* sizes = stackalloc long[UsualDimensions];
                LibTorch.Check(LibTorch.ct_sizes(this, sizes, UsualDimensions, out long count));
                if (count <= UsualDimensions)
                {
                    return new ReadOnlySpan<long>(sizes, (int)count).ToArray();
                }

                var all = new long[count];
                fixed (long* place = all)
                {
                    LibTorch.Check(LibTorch.ct_sizes(this, place, count, out _));
                }

                return all;
            }
        }

        /// <summary>
        /// The memory of a contiguous tensor on the host, as bytes. Valid as long as the tensor, which the caller keeps alive.
        /// Setting it copies in exactly as many bytes.
        /// </summary>
        /// <exception cref="System.Runtime.InteropServices.ExternalException">Not contiguous, or not on the host.</exception>
        public Span<byte> bytes
        {
            get
            {
                LibTorch.Check(LibTorch.ct_data(this, out nint data, out long size));
                return new Span<byte>((void*)data, checked((int)size));
            }

            set
            {
                Span<byte> memory = bytes;
                if (value.Length != memory.Length)
                {
                    throw new ArgumentException($"The tensor holds {memory.Length} bytes, not {value.Length}.", nameof(value));
                }

                value.CopyTo(memory);
            }
        }

        public long dim()
        {
            LibTorch.Check(LibTorch.ct_sizes(this, null, 0, out long count));
            return count;
        }

        public long numel() => LibTorch.Value(LibTorch.ct_numel(this, out long count), count);

        /// <summary>Bytes an element.</summary>
        public long element_size() => LibTorch.Value(LibTorch.ct_element_size(this, out long size), size);

        public long storage_offset() => LibTorch.Value(LibTorch.ct_storage_offset(this, out long offset), offset);

        public bool is_contiguous() => LibTorch.Ask(LibTorch.ct_is_contiguous(this, out int answer), answer);

        /// <summary>The distances, in elements, between neighbours along each dimension.</summary>
        public long[] stride()
        {
            var strides = new long[dim()];
            fixed (long* place = strides)
            {
                LibTorch.Check(LibTorch.ct_strides(this, place, strides.Length, out _));
            }

            return strides;
        }

        public long stride(int dim)
        {
            long[] strides = stride();
            return strides[dim < 0 ? dim + strides.Length : dim];
        }

        /// <summary>The only element, converted to a number of type T.</summary>
        /// <exception cref="System.Runtime.InteropServices.ExternalException">There is not exactly one element.</exception>
        public T item<T>()
            where T : unmanaged
        {
            if (typeof(T) == typeof(float) || typeof(T) == typeof(double))
            {
                double number = LibTorch.Value(LibTorch.ct_item_double(this, out double real), real);
                return typeof(T) == typeof(double) ? (T)(object)number : (T)(object)(float)number;
            }

            long whole = LibTorch.Value(LibTorch.ct_item_long(this, out long integer), integer);
            return typeof(T) == typeof(long) ? (T)(object)whole
                : typeof(T) == typeof(int) ? (T)(object)(int)whole
                : typeof(T) == typeof(byte) ? (T)(object)(byte)whole
                : typeof(T) == typeof(bool) ? (T)(object)(whole != 0)
                : throw new ArgumentException($"{typeof(T).Name} is no type of an element that can be read.");
        }
    }
}
