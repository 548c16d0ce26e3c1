using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>The moments and the step that Adam and AdamW share. Owns the tensors that it is given, one a parameter.</summary>
internal sealed class AdamRule(Tensor[] means, Tensor[] squares, Tensor[]? largestSquares, double eps, bool maximize) : IDisposable
{
    private readonly long[] steps = new long[means.Length];

    internal (double First, double Second) Betas { get; set; }

    public void Dispose()
    {
        foreach (Tensor tensor in means.Concat(squares).Concat(largestSquares ?? []))
        {
            tensor.Dispose();
        }
    }

    /// <summary>One step of one parameter. The decay given is added to the gradient.</summary>
    internal void Update(int place, Parameter parameter, Tensor gradient, double learningRate, double decay)
    {
        (double first, double second) = Betas;
        long step = ++steps[place];
        Tensor direction = maximize ? -gradient : gradient;
        if (decay != 0)
        {
            direction = direction.add(parameter, decay);
        }

        means[place].mul_(first).add_(direction, 1 - first);
        Tensor square = squares[place].mul_(second).addcmul_(direction, direction, 1 - second);
        if (largestSquares is not null)
        {
            square = largestSquares[place].copy_(largestSquares[place].max(square));
        }

        Tensor deviation = square.sqrt().div_(Math.Sqrt(1 - Math.Pow(second, step))).add_(eps);
        parameter.addcdiv_(means[place], deviation, -learningRate / (1 - Math.Pow(first, step)));
    }
}
