using Compression.Torch.Kernels;

using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Compression.Torch.Autograd;

/// <summary>Where a gradient is computed: into a new tensor, handed to autograd, or added to a parameter's <c>.grad</c>.</summary>
/// <param name="tensor">The memory.</param>
/// <param name="isTarget">Whether it is a <c>.grad</c> already.</param>
internal readonly unsafe struct GradientOutput(Tensor tensor, bool isTarget)
{
    internal float* Data { get; } = TensorPointer.Floats(tensor);

    /// <summary>Whether there is something to add to.</summary>
    internal bool Accumulates => isTarget;

    /// <summary>Adds a gradient to the elements from the given one on.</summary>
    internal void Add(Tensor gradient, int first = 0)
    {
        int count = (int)gradient.numel();
        var to = new Span<float>(Data + first, count);
        TensorPrimitives.Add(to, new ReadOnlySpan<float>(TensorPointer.Floats(gradient), count), to);
    }

    /// <summary>What autograd gets: nothing where the gradient has arrived already.</summary>
    internal Tensor? ForAutograd
    {
        get
        {
            if (isTarget)
            {
                tensor.Dispose();
                return null;
            }

            return tensor;
        }
    }
}
