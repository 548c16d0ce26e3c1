using Compression.Torch.Kernels;

using static TorchSharp.torch;

namespace Compression.Torch.Autograd;

/// <summary>A differentiable input of a fused function: whether a gradient is asked for, and where it goes.</summary>
internal sealed class GradientInput
{
    private readonly GradientPath _path;
    private readonly GradientReady? _awaited;

    // Set while a share of it goes into .grad.
    private GradientReady? _ready;

    /// <param name="tensor">The input; null where there is none.</param>
    /// <param name="path">How its gradient is handed over.</param>
    internal GradientInput(Tensor? tensor, GradientPath path = GradientPath.Autograd)
    {
        Tensor = tensor;
        _path = path;
        IsNeeded = tensor is not null && tensor.requires_grad && is_grad_enabled();
        if (IsNeeded && path == GradientPath.IntoGrad)
        {
            _awaited = GradientReady.Begin(tensor!);
        }
    }

    internal Tensor? Tensor { get; }

    /// <summary>Whether backward computes the gradient.</summary>
    internal bool IsNeeded { get; }

    /// <summary>Memory for the gradient: the parameter's <c>.grad</c> where it goes there, else a new tensor.</summary>
    /// <param name="clear">Whether a new tensor begins with zeros, for who only adds.</param>
    internal GradientOutput Open(bool clear = false)
    {
        Tensor? target = _path == GradientPath.IntoGrad ? Tensor!.grad : null;
        if (target is not null && !target.is_contiguous())
        {
            throw new InvalidOperationException($"The .grad of a parameter [{string.Join(", ", target.shape)}] must be contiguous to be written into.");
        }

        // Otherwise autograd adds it after the function has returned: not complete before.
        _ready = target is null ? null : _awaited;
        return new GradientOutput(
            target ?? (clear ? zeros(Tensor!.shape, ScalarType.Float32) : empty(Tensor!.shape, ScalarType.Float32)), isTarget: target is not null);
    }

    /// <summary>
    /// Hands over a gradient that is computed already: a copy, or nothing where it was added to <c>.grad</c>, and where none is asked for.
    /// </summary>
    /// <param name="gradient">Of the elements from the first on; that of others is 0.</param>
    /// <param name="first">The first element.</param>
    internal Tensor? Deliver(Tensor gradient, int first = 0)
    {
        if (!IsNeeded)
        {
            return null;
        }

        GradientOutput output = Open(clear: true);
        output.Add(gradient, first);
        return output.ForAutograd;
    }

    /// <summary>Hands over the gradient of a weight, <c>scale · gradientᵀ · factor</c>, where one is asked for.</summary>
    /// <param name="gradient">Of the results that some rows of the weight made: a column each. That of other rows is 0.</param>
    /// <param name="factor">What the weight was multiplied with, a row for each of the gradient's; contiguous.</param>
    /// <param name="first">The first of those rows of the weight.</param>
    /// <param name="count">How many; null for all.</param>
    /// <param name="scale">Factor of the product.</param>
    internal unsafe Tensor? DeliverProduct(MatrixView gradient, Tensor factor, int first = 0, int? count = null, float scale = 1)
    {
        if (!IsNeeded)
        {
            return null;
        }

        int all = (int)Tensor!.shape[0], columns = (int)Tensor.shape[1], rows = count ?? all;
        GradientOutput output = Open(clear: rows < all);
        new MatrixProduct(
            gradient.Transposed, MatrixView.RowMajor(TensorPointer.Floats(factor), columns), rows, columns, (int)(factor.numel() / columns),
            output.Data + ((nint)first * columns), columns)
        {
            Alpha = scale,
            Accumulate = output.Accumulates || rows < all,
        }.Run(KernelThreads.Team);
        return output.ForAutograd;
    }

    /// <summary>The share was added to <c>.grad</c> by libtorch's operators.</summary>
    internal void Delivered() => _ready = _awaited;

    /// <summary>Says that this use has added its share to <c>.grad</c>, where it has.</summary>
    internal void Complete()
    {
        _ready?.End(Tensor!);
        _ready = null;
    }
}
