using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Torch.Tests;

/// <summary>Losses and softmax against their formulas.</summary>
public sealed class LossTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly double[] logits = Values.Spread(12, 9);

    public void Dispose() => scope.Dispose();

    [Theory]
    [InlineData(nn.Reduction.Mean)]
    [InlineData(nn.Reduction.Sum)]
    [InlineData(nn.Reduction.None)]
    public void Cross_entropy_is_the_negative_logarithm_of_the_probability(nn.Reduction reduction)
    {
        long[] targets = [1, 3, 0];
        double[] losses = [.. targets.Select((target, row) => RowLoss(row, target))];
        double[] expected = reduction switch
        {
            nn.Reduction.Mean => [losses.Average()],
            nn.Reduction.Sum => [losses.Sum()],
            _ => losses,
        };
        Tensor x = Values.Of(logits, 3, 4);
        Values.Near(expected, nn.functional.cross_entropy(x, tensor(targets), reduction: reduction), 1e-12);
        Values.Near(expected, nn.functional.nll_loss(nn.functional.log_softmax(x, 1), tensor(targets), reduction: reduction), 1e-12);
    }

    [Fact]
    public void Ignored_rows_count_for_nothing()
    {
        Tensor loss = nn.functional.cross_entropy(Values.Of(logits, 3, 4), tensor(new long[] { 1, -100, 0 }));
        Values.Near([(RowLoss(0, 1) + RowLoss(2, 0)) / 2], loss, 1e-12);
    }

    [Fact]
    public void The_gradient_is_the_derivative()
    {
        Tensor x = Values.Of(logits, 3, 4).requires_grad_();
        Values.GradientIsTheDerivative(x, () => nn.functional.cross_entropy(x, tensor(new long[] { 1, 3, 0 }), label_smoothing: 0.1));
    }

    [Fact]
    public void Constants_of_PyTorch_are_met()
    {
        // import torch; x = torch.arange(6, dtype=torch.float64).view(2, 3) / 7
        // torch.nn.functional.cross_entropy(x, torch.tensor([2, 0]), label_smoothing=0.2).item()
        // torch.logsumexp(x, 1).tolist(); torch.softmax(x, 1)[0].tolist()
        Tensor x = arange(6, dtype: ScalarType.Float64).view(2, 3) / 7;
        Values.Near([1.1054034744902088], nn.functional.cross_entropy(x, tensor(new long[] { 2, 0 }), label_smoothing: 0.2), 1e-12);
        Values.Near([1.2482606173473518, 1.6768320459187802], logsumexp(x, 1), 1e-12);
        Values.Near([0.2870035719884004, 0.3310772740556767, 0.3819191539559229], x.softmax(1).select(0, 0), 1e-12);
    }

    private double RowLoss(int row, long target)
    {
        double[] values = logits[(row * 4)..((row * 4) + 4)];
        return Math.Log(values.Sum(Math.Exp)) - values[target];
    }
}
