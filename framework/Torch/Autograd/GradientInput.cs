using static TorchSharp.torch;

namespace Compression.Torch.Autograd;

/// <summary>A differentiable input of a fused function: whether a gradient is asked for, and where it goes.</summary>
internal sealed class GradientInput
{
    private readonly GradientPath _path;
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
            _ready = GradientReady.Begin(tensor!);
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

        if (target is null)
        {
            // Autograd adds it after the function has returned: not complete before.
            _ready = null;
        }

        return new GradientOutput(
            target ?? (clear ? zeros(Tensor!.shape, ScalarType.Float32) : empty(Tensor!.shape, ScalarType.Float32)), isTarget: target is not null);
    }

    /// <summary>Hands over a gradient that is computed already: a copy, or nothing where it was added to <c>.grad</c>.</summary>
    internal Tensor? Deliver(Tensor gradient)
    {
        GradientOutput output = Open(clear: true);
        output.Add(gradient);
        return output.ForAutograd;
    }

    /// <summary>Says that this use has added its share to <c>.grad</c>.</summary>
    internal void Complete() => _ready?.End(Tensor!);
}
