using System.Runtime.InteropServices;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Torch.Storage;

/// <summary>
/// One Float32 vector for the gradients of all parameters: every <c>.grad</c> is a view into it. Backward adds to a gradient
/// that is there in place, so the views survive it. Whoever sets gradients to null (zero_grad does) must call
/// <see cref="Attach"/> again; <see cref="Zero"/> takes its place.
/// </summary>
public sealed class FlatStorage : IDisposable
{
    private readonly IReadOnlyList<Parameter> parameters;
    private readonly FlatLayout layout;

    /// <summary>Allocates the vector on the parameters' device, filled with 0, and attaches the gradients.</summary>
    /// <exception cref="ArgumentException">No parameters, or not all Float32 on one device.</exception>
    public FlatStorage(IReadOnlyList<Parameter> parameters)
    {
        this.parameters = parameters;
        layout = new FlatLayout(parameters);
        Flat = zeros(layout.Length, ScalarType.Float32, layout.Device).DetachFromDisposeScope();
        Attach();
    }

    /// <summary>The vector [<see cref="Length"/>].</summary>
    public Tensor Flat { get; }

    /// <summary>Elements of all parameters together.</summary>
    public long Length => layout.Length;

    /// <summary>Where each parameter's gradient begins.</summary>
    public IReadOnlyList<long> Offsets => layout.Offsets;

    /// <summary>The vector's memory, on the host; valid until this is disposed. At most 2 GB.</summary>
    /// <exception cref="ExternalException">The parameters are not on the host.</exception>
    public Span<float> Gradients => MemoryMarshal.Cast<byte, float>(Flat.bytes);

    /// <summary>Sets all gradients to 0, in place.</summary>
    public void Zero()
    {
        using IDisposable unrecorded = no_grad();

        // TorchSharp's zero_ returns another object of the same tensor.
        using Tensor same = Flat.zero_();
    }

    /// <summary>Makes every gradient a view of the vector again. What the gradients held otherwise is lost.</summary>
    public void Attach()
    {
        for (int i = 0; i < parameters.Count; i++)
        {
            using Tensor view = layout.ViewOf(Flat, i);
            parameters[i].grad = view;
        }
    }

    /// <summary>Takes the gradients away from the parameters and frees the vector.</summary>
    public void Dispose()
    {
        foreach (Parameter parameter in parameters)
        {
            parameter.grad = null;
        }

        Flat.Dispose();
    }
}
