using System.Runtime.InteropServices.Marshalling;
using static TorchSharp.torch;

namespace Compression.Torch.Interop;

/// <summary>Passes a tensor as its handle (null as 0), and keeps it from being finalized until the call is over.</summary>
[CustomMarshaller(typeof(Tensor), MarshalMode.ManagedToUnmanagedIn, typeof(ManagedToUnmanagedIn))]
internal static class TensorMarshaller
{
    internal ref struct ManagedToUnmanagedIn
    {
        private Tensor? tensor;

        public void FromManaged(Tensor? managed) => tensor = managed;

        public readonly nint ToUnmanaged() => tensor is null ? 0 : tensor.Handle;

        public readonly void Free() => GC.KeepAlive(tensor);
    }
}
