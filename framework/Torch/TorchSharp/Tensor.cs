using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices.Marshalling;
using Compression.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>
    /// A handle to one of libtorch's tensors. It belongs to the innermost <see cref="DisposeScope"/> of the thread that made it,
    /// if there is one; otherwise <see cref="Dispose"/>, or in the end the garbage collector, lets it go.
    /// An operation that fails throws <see cref="System.Runtime.InteropServices.ExternalException"/> with libtorch's message.
    /// </summary>
    [NativeMarshalling(typeof(TensorMarshaller))]
    public partial class Tensor : IDisposable
    {
        private static long liveCount;

        private nint handle;

        internal Tensor(nint handle)
        {
            this.handle = handle;
            Interlocked.Increment(ref liveCount);
            DisposeScope.AttachToInnermost(this);
        }

        ~Tensor() => Release();

        /// <summary>How many handles are open in the process.</summary>
        internal static long LiveCount => Interlocked.Read(ref liveCount);

        internal DisposeScope? OwningScope { get; set; }

        /// <exception cref="InvalidOperationException">The tensor was disposed.</exception>
        public IntPtr Handle => handle != 0 ? handle : throw new InvalidOperationException("The tensor was disposed.");

        public void Dispose()
        {
            OwningScope?.MarkAsDisposed(this);
            Release();
            GC.SuppressFinalize(this);
        }

        /// <summary>Lets the tensor outlive its scope; the caller disposes it.</summary>
        public Tensor DetachFromDisposeScope()
        {
            OwningScope?.Detach(this);
            return this;
        }

        public Tensor MoveToOuterDisposeScope()
        {
            OwningScope?.MoveToOuter(this);
            return this;
        }

        /// <summary>Moves to the scope of another tensor; where that has none, out of any.</summary>
        public Tensor MoveToOtherDisposeScope(Tensor other) =>
            other.OwningScope is { } scope ? MoveToOtherDisposeScope(scope) : DetachFromDisposeScope();

        public Tensor MoveToOtherDisposeScope(DisposeScope other)
        {
            other.Attach(this);
            return this;
        }

        /// <summary>The type, device and shape, such as "Float32 cpu [2, 3]".</summary>
        public override string ToString()
        {
            if (handle == 0)
            {
                return "disposed tensor";
            }

            string sizes = string.Join(", ", shape.Select(size => size.ToString(CultureInfo.InvariantCulture)));
            return $"{dtype} {device} [{sizes}]";
        }

        private void Release()
        {
            nint owned = Interlocked.Exchange(ref handle, 0);
            if (owned != 0)
            {
                Interlocked.Decrement(ref liveCount);
                LibTorch.Check(LibTorch.ct_dispose(owned));
            }
        }

        // An operation in place gives the tensor itself, so that calls can be chained.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Tensor InPlace(int status)
        {
            LibTorch.Check(status);
            return this;
        }
    }
}
