using System.Runtime.InteropServices;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Torch.Storage;

/// <summary>
/// One Float32 vector for the values of all parameters: each parameter becomes a view of it, so that one pass over one span
/// updates a whole model. The order and the offsets are those of <see cref="FlatStorage"/> over the same parameters.
/// </summary>
public sealed class FlatParameters : IDisposable
{
    private readonly FlatLayout layout;

    /// <summary>Copies the values in and moves the parameters over, which stay the same objects.</summary>
    /// <exception cref="ArgumentException">No parameters, or not all Float32 on one device.</exception>
    public FlatParameters(IReadOnlyList<Parameter> parameters)
    {
        layout = new FlatLayout(parameters);
        Flat = empty(layout.Length, ScalarType.Float32, layout.Device).DetachFromDisposeScope();
        using IDisposable unrecorded = no_grad();
        for (int i = 0; i < parameters.Count; i++)
        {
            using Tensor view = layout.ViewOf(Flat, i);
            view.copy_(parameters[i]);
            parameters[i].set_(view);
        }
    }

    /// <summary>The vector [<see cref="Length"/>].</summary>
    public Tensor Flat { get; }

    /// <summary>Elements of all parameters together.</summary>
    public long Length => layout.Length;

    /// <summary>Where each parameter begins.</summary>
    public IReadOnlyList<long> Offsets => layout.Offsets;

    /// <summary>
    /// The vector's memory, on the host; valid until this is disposed. At most 2 GB. Write between a backward and the next forward
    /// only: libtorch does not see it.
    /// </summary>
    /// <exception cref="ExternalException">The parameters are not on the host.</exception>
    public Span<float> Values => MemoryMarshal.Cast<byte, float>(Flat.bytes);

    /// <summary>Lets the vector go; the parameters, which share its memory, keep it alive.</summary>
    public void Dispose() => Flat.Dispose();
}
