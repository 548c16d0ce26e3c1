using static TorchSharp.torch;

namespace Compression.Torch.Interop;

/// <summary>
/// The handles of a list of tensors. The caller holds the tensors until the call is over, by <see cref="GC.KeepAlive"/>.
/// </summary>
internal static class TensorList
{
    /// <summary>An absent tensor becomes 0.</summary>
    internal static nint[] Handles(ReadOnlySpan<Tensor?> tensors)
    {
        if (tensors.IsEmpty)
        {
            return [];
        }

        var handles = new nint[tensors.Length];
        for (int i = 0; i < handles.Length; i++)
        {
            handles[i] = tensors[i]?.Handle ?? 0;
        }

        return handles;
    }

    internal static Tensor[] Wrap(ReadOnlySpan<nint> handles)
    {
        var tensors = new Tensor[handles.Length];
        for (int i = 0; i < tensors.Length; i++)
        {
            tensors[i] = new Tensor(handles[i]);
        }

        return tensors;
    }
}
