using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Torch.Tests;

/// <summary>Each rule over several steps against its formula on plain numbers.</summary>
public sealed class OptimizerTests : IDisposable
{
    private static readonly double[] Start = [0.5, -1.5, 2];
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Theory]
    [InlineData(0, 0, 0, false)]
    [InlineData(0.9, 0, 0, false)]
    [InlineData(0.9, 0.1, 0.01, false)]
    [InlineData(0.9, 0, 0.01, true)]
    public void Sgd(double momentum, double dampening, double decay, bool nesterov)
    {
        double[] buffer = new double[3];
        Follows(
            parameters => optim.SGD(parameters, 0.1, momentum, dampening, decay, nesterov),
            (p, g, i, t) =>
            {
                g += decay * p;
                buffer[i] = t == 1 ? g : (momentum * buffer[i]) + ((1 - dampening) * g);
                return p - (0.1 * (momentum == 0 ? g : nesterov ? g + (momentum * buffer[i]) : buffer[i]));
            });
    }

    [Fact]
    public void Adagrad()
    {
        double[] sum = [0.1, 0.1, 0.1];
        Follows(
            parameters => optim.Adagrad(parameters, 0.1, lr_decay: 0.05, weight_decay: 0.01, initial_accumulator_value: 0.1),
            (p, g, i, t) =>
            {
                g += 0.01 * p;
                sum[i] += g * g;
                return p - (0.1 / (1 + ((t - 1) * 0.05)) * g / (Math.Sqrt(sum[i]) + 1e-10));
            });
    }

    [Fact]
    public void Adam() => FollowsAdam(parameters => optim.Adam(parameters, 0.1, weight_decay: 0.01), coupled: 0.01, decoupled: 0);

    [Fact]
    public void AdamW() => FollowsAdam(parameters => optim.AdamW(parameters, 0.1, weight_decay: 0.01), coupled: 0, decoupled: 0.01);

    [Fact]
    public void Adam_with_the_largest_squares_meets_PyTorch()
    {
        // import torch; p = torch.nn.Parameter(torch.tensor([0.5, -1.5, 2.], dtype=torch.float64))
        // o = torch.optim.Adam([p], lr=0.1, amsgrad=True)
        // for t in range(1, 6): p.grad = p.detach() ** 2 / t + 1; o.step()
        Parameter p = nn.Parameter(Values.Of(Start, 3));
        using Adam rule = optim.Adam([p], 0.1, amsgrad: true);
        for (int t = 1; t <= 5; t++)
        {
            p.grad = (p.detach().pow(2) / t) + 1;
            rule.step();
        }

        Values.Near([0.004349609510388874, -1.9820218039346413, 1.5423514520811046], p, 1e-12);
    }

    [Fact]
    public void A_rate_that_is_changed_holds_from_the_next_step()
    {
        Parameter p = nn.Parameter(Values.Of(Start, 3));
        using SGD rule = optim.SGD([p], 0.1);
        rule.ParamGroups.Single().LearningRate = 0.5;
        p.grad = ones(3, ScalarType.Float64);
        rule.step();
        Values.Near([0, -2, 1.5], p, 1e-15);
    }

    [Fact]
    public void Parameters_without_a_gradient_stay_and_zero_grad_keeps_the_tensor()
    {
        Parameter moved = nn.Parameter(Values.Of(Start, 3));
        Parameter stays = nn.Parameter(Values.Of(Start, 3));
        Tensor gradient = ones(3, ScalarType.Float64);
        moved.grad = gradient;
        using SGD rule = optim.SGD([moved, stays], 0.1);
        rule.step();
        Values.Near(Start, stays, 0);
        rule.zero_grad();
        Values.Near([0, 0, 0], gradient, 0);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(100.0)]
    public void Clipping_scales_all_gradients_by_their_common_norm(double limit)
    {
        Parameter a = nn.Parameter(zeros(2, ScalarType.Float64));
        Parameter b = nn.Parameter(zeros(1, ScalarType.Float64));
        a.grad = Values.Of([3, 4], 2);
        b.grad = Values.Of([12], 1);
        Assert.Equal(13, nn.utils.clip_grad_norm_([a, b], limit), 1e-12);
        double factor = Math.Min(1, limit / (13 + 1e-6));
        Values.Near([3 * factor, 4 * factor], a.grad!, 1e-12);
        Values.Near([12 * factor], b.grad!, 1e-12);
    }

    private static void FollowsAdam(Func<IEnumerable<Parameter>, optim.Optimizer> make, double coupled, double decoupled)
    {
        double[] m = new double[3];
        double[] v = new double[3];
        Follows(make, (p, g, i, t) =>
        {
            g += coupled * p;
            p -= 0.1 * decoupled * p;
            m[i] = (0.9 * m[i]) + (0.1 * g);
            v[i] = (0.999 * v[i]) + (0.001 * g * g);
            return p - (0.1 * (m[i] / (1 - Math.Pow(0.9, t))) / (Math.Sqrt(v[i] / (1 - Math.Pow(0.999, t))) + 1e-8));
        });
    }

    // The gradient at step t is p² / t + 1.
    private static void Follows(
        Func<IEnumerable<Parameter>, optim.Optimizer> make, Func<double, double, int, int, double> update)
    {
        Parameter p = nn.Parameter(Values.Of(Start, 3));
        double[] expected = [.. Start];
        using optim.Optimizer rule = make([p]);
        for (int t = 1; t <= 5; t++)
        {
            p.grad = (p.detach().pow(2) / t) + 1;
            rule.step();
            expected = [.. expected.Select((value, i) => update(value, (value * value / t) + 1, i, t))];
            Values.Near(expected, p, 1e-12);
        }
    }
}
