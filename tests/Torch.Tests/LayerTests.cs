using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Torch.Tests;

/// <summary>Layers against their formulas, computed in double precision here.</summary>
public sealed class LayerTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Linear_multiplies_by_the_transposed_weight_and_adds_the_bias()
    {
        using Linear layer = nn.Linear(3, 2, dtype: ScalarType.Float64);
        Set(layer.weight, [1, 2, 3, 4, 5, 6]);
        Set(layer.bias!, [10, 20]);
        Values.Near([1 - 2 + 9 + 10, 4 - 5 + 18 + 20], layer.forward(Values.Of([1, -1, 3], 1, 3)), 1e-14);
        Assert.Equal([2, 3], layer.weight.shape);
        Assert.Equal((3, 2), (layer.in_features, layer.out_features));
    }

    [Fact]
    public void Linear_begins_within_its_bound_and_without_bias_has_one_parameter()
    {
        using Linear layer = nn.Linear(100, 50, hasBias: false);
        Assert.Null(layer.bias);
        Assert.Single(layer.parameters());
        double largest = layer.weight.abs().max().item<double>();
        Assert.InRange(largest, 0.09, 0.1);
    }

    [Fact]
    public void Embedding_takes_rows_and_its_gradient_counts_them()
    {
        using Embedding table = nn.Embedding(5, 2);
        Tensor rows = table.forward(tensor(new long[] { 3, 0, 3 }));
        float[] weight = Values.Floats(table.weight);
        Assert.Equal([weight[6], weight[7], weight[0], weight[1], weight[6], weight[7]], Values.Floats(rows));
        rows.sum().backward();
        Assert.Equal([1, 1, 0, 0, 0, 0, 2, 2, 0, 0], Values.Floats(table.weight.grad!));
    }

    [Fact]
    public void Padding_rows_are_zero_and_learn_nothing()
    {
        using Embedding table = nn.Embedding(4, 2, padding_idx: 1);
        Tensor rows = table.forward(tensor(new long[] { 1, 2 }));
        Assert.Equal([0, 0], Values.Floats(rows)[..2]);
        rows.sum().backward();
        Assert.Equal([0, 0, 0, 0, 1, 1, 0, 0], Values.Floats(table.weight.grad!));
    }

    [Fact]
    public void LayerNorm_gives_mean_0_and_variance_1_then_scales()
    {
        double[] x = Values.Spread(12, 3);
        double[] scale = [1, 2, -1, 0.5];
        double[] offset = [0.1, 0.2, 0.3, 0.4];
        using LayerNorm layer = nn.LayerNorm(4, dtype: ScalarType.Float64);
        Set(layer.weight!, scale);
        Set(layer.bias!, offset);
        var expected = new double[12];
        for (int row = 0; row < 3; row++)
        {
            double mean = x.Skip(row * 4).Take(4).Average();
            double variance = x.Skip(row * 4).Take(4).Average(value => (value - mean) * (value - mean));
            for (int i = 0; i < 4; i++)
            {
                expected[(row * 4) + i] = ((x[(row * 4) + i] - mean) / Math.Sqrt(variance + 1e-5) * scale[i]) + offset[i];
            }
        }

        Values.Near(expected, layer.forward(Values.Of(x, 3, 4)), 1e-12);
    }

    [Fact]
    public void Dropout_is_the_identity_in_evaluation_and_keeps_the_mean_in_training()
    {
        using Dropout layer = nn.Dropout(0.25);
        Tensor x = ones(100_000);
        torch.manual_seed(1);
        float[] dropped = Values.Floats(layer.forward(x));
        Assert.All(dropped, value => Assert.True(value == 0 || Math.Abs(value - (4.0 / 3)) < 1e-6));
        Assert.InRange(dropped.Average(), 0.98, 1.02);
        layer.eval();
        Assert.All(Values.Floats(layer.forward(x)), value => Assert.Equal(1, value));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public void Lstm_follows_its_equations(int layers, bool batchFirst)
    {
        const int Time = 4, Batch = 2, Input = 3, Hidden = 2;
        using LSTM lstm = nn.LSTM(Input, Hidden, layers, batchFirst: batchFirst, dtype: ScalarType.Float64);
        double[] x_TBI = Values.Spread(Time * Batch * Input, 1);
        double[] h0 = Values.Spread(layers * Batch * Hidden, 2);
        double[] c0 = Values.Spread(layers * Batch * Hidden, 3);
        var reference = new LstmReference(lstm, Input, Hidden, layers);
        (double[] y, double[] h, double[] c) = reference.Run(x_TBI, Time, Batch, h0, c0);

        Tensor input = Values.Of(x_TBI, Time, Batch, Input);
        (Tensor output, Tensor hn, Tensor cn) = lstm.call(
            batchFirst ? input.transpose(0, 1) : input, (Values.Of(h0, layers, Batch, Hidden), Values.Of(c0, layers, Batch, Hidden)));
        Values.Near(y, batchFirst ? output.transpose(0, 1) : output, 1e-12);
        Values.Near(h, hn, 1e-12);
        Values.Near(c, cn, 1e-12);
    }

    [Fact]
    public void Lstm_without_a_state_begins_at_zero()
    {
        using LSTM lstm = nn.LSTM(3, 2, 2);
        Tensor x = randn(5, 4, 3);
        Tensor zero = zeros(2, 4, 2);
        Assert.Equal(Values.Floats(lstm.call(x, (zero, zero)).Item1), Values.Floats(lstm.call(x).Item1));
    }

    [Fact]
    public void Lstm_names_its_parameters_as_PyTorch_does()
    {
        using LSTM lstm = nn.LSTM(3, 2, 2);
        Assert.Equal(
            ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_ih_l1", "weight_hh_l1", "bias_ih_l1", "bias_hh_l1"],
            lstm.named_parameters().Select(named => named.name));
        Assert.Equal([8, 3], lstm.get_parameter("weight_ih_l0")!.shape);
        Assert.Equal([8, 2], lstm.get_parameter("weight_ih_l1")!.shape);
    }

    [Fact]
    public void Lstm_gradients_are_the_derivatives()
    {
        using LSTM lstm = nn.LSTM(2, 2, 2, dtype: ScalarType.Float64);
        Tensor x = Values.Of(Values.Spread(3 * 2 * 2, 5), 3, 2, 2);
        Tensor weights = Values.Of(Values.Spread(3 * 2 * 2, 6), 3, 2, 2);
        foreach (Parameter parameter in lstm.parameters())
        {
            Values.GradientIsTheDerivative(parameter, () => (lstm.call(x).Item1 * weights).sum());
        }
    }

    private static void Set(Tensor parameter, double[] values)
    {
        using IDisposable unrecorded = no_grad();
        parameter.copy_(Values.Of(values, parameter.shape));
    }
}
