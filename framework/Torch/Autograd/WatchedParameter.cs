using static TorchSharp.torch;

namespace Compression.Torch.Autograd;

/// <summary>
/// A parameter as libtorch's own operators are given it, who do not say when its gradient is complete: itself in the forward pass; in backward the gradient
/// goes into <c>.grad</c>, and <see cref="GradientReady"/> learns of it.
/// </summary>
internal sealed class WatchedParameter : FusedCall
{
    private readonly Tensor _parameter;
    private readonly GradientInput _input;

    private WatchedParameter(Tensor parameter, GradientPath path)
    {
        _parameter = parameter;
        _input = new GradientInput(parameter, path);
    }

    internal override string Name => nameof(WatchedParameter);

    internal override IReadOnlyList<GradientInput> Inputs => [_input];

    /// <summary>The parameter, watched where somebody waits for its gradient.</summary>
    /// <param name="parameter">Of an operator.</param>
    /// <param name="path">How its gradient is to be handed over.</param>
    internal static Tensor Of(Tensor parameter, GradientPath path) =>
        path == GradientPath.IntoGrad && is_grad_enabled() && GradientReady.Awaits(parameter) ? new WatchedParameter(parameter, path).Run() : parameter;

    protected override Tensor Forward() => _parameter.alias();

    protected override void Backward(List<Tensor> saved, Tensor outputGrad, Tensor?[] results)
    {
        if (_parameter.grad is { } target)
        {
            target.add_(outputGrad);
            _input.Delivered();
        }
        else
        {
            results[0] = outputGrad.alias();
        }
    }
}
