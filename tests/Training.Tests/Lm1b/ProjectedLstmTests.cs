using Compression.Training.Lm1b;
using Compression.Training.Recurrent;

using static TorchSharp.torch;

namespace Compression.Training.Tests.Lm1b;

/// <summary>The layer against the published formula, written out in double precision with its gates i, j, f, o and 1 added to the forget gate.</summary>
[Seeded]
public sealed class ProjectedLstmTests
{
    private const int Time = 4;
    private const int Batch = 2;
    private const int Inputs = 3;
    private const int Cells = 4;
    private const int Outputs = 2;

    [Fact]
    public void Values_and_gradients_are_those_of_the_published_formula()
    {
        using var scope = NewDisposeScope();
        manual_seed(8);
        using var lstm = new ProjectedLstm(Inputs, Cells, Outputs, layers: 1, dropout: 0);
        lstm.Initialize();
        using (no_grad())
        {
            lstm.get_parameter("bias_l0")!.add_(0.3 * randn(4 * Cells));
        }

        var x = randn(Time, Batch, Inputs);
        var factors = randn(Time * Batch, Outputs);
        using var state = new RecurrentState(1, Batch, CPU, ("hidden", Outputs), ("cell", Cells));
        var hidden = lstm.Hidden(x, state);
        (hidden * factors).sum().backward();

        string[] names = ["weight_ih_l0", "weight_hh_l0", "bias_l0", "weight_hr_l0"];
        double[][] parameters = [.. names.Select(name => Doubles(lstm.get_parameter(name)!))];
        double[] input = Doubles(x), weights = Doubles(factors);
        Pairs.AssertClose(Published(parameters, input), Doubles(hidden), 1e-5);
        for (int which = 0; which < names.Length; which++)
        {
            double[] gradient = Doubles(lstm.get_parameter(names[which])!.grad!);
            for (int i = 0; i < gradient.Length; i++)
            {
                const double Step = 1e-5;
                double value = parameters[which][i];
                double At(double shifted)
                {
                    parameters[which][i] = shifted;
                    return Pairs.Of(Published(parameters, input), weights).Sum(pair => pair.First * pair.Second);
                }

                double expected = (At(value + Step) - At(value - Step)) / (2 * Step);
                parameters[which][i] = value;
                Assert.Equal(expected, gradient[i], 1e-5 * Math.Max(1, Math.Abs(expected)));
            }
        }
    }

    [Fact]
    public void The_state_goes_on_from_batch_to_batch()
    {
        using var scope = NewDisposeScope();
        manual_seed(9);
        using var lstm = new ProjectedLstm(Inputs, Cells, Outputs, layers: 2, dropout: 0);
        lstm.Initialize();
        var x = randn(2 * Time, Batch, Inputs);
        using var whole = new RecurrentState(2, Batch, CPU, ("hidden", Outputs), ("cell", Cells));
        using var parted = new RecurrentState(2, Batch, CPU, ("hidden", Outputs), ("cell", Cells));
        double[] expected = Doubles(lstm.Hidden(x, whole));
        double[] actual = [.. Doubles(lstm.Hidden(x.narrow(0, 0, Time), parted)), .. Doubles(lstm.Hidden(x.narrow(0, Time, Time), parted))];
        Pairs.AssertClose(expected, actual, 1e-6);
    }

    // Sak et al. 2014 without peepholes: [i, j, f, o] = W [x, h] + b; c ← σ(f + 1) c + σ(i) tanh j; h ← P (σ(o) tanh c).
    private static double[] Published(double[][] parameters, double[] input)
    {
        var (wx, wh, bias, projection) = (parameters[0], parameters[1], parameters[2], parameters[3]);
        double[,] h = new double[Batch, Outputs], c = new double[Batch, Cells];
        var result = new List<double>();
        for (int t = 0; t < Time; t++)
        {
            for (int b = 0; b < Batch; b++)
            {
                double Gate(int gate, int cell)
                {
                    int row = (gate * Cells) + cell;
                    double sum = bias[row];
                    for (int e = 0; e < Inputs; e++)
                    {
                        sum += wx[(row * Inputs) + e] * input[(((t * Batch) + b) * Inputs) + e];
                    }

                    for (int p = 0; p < Outputs; p++)
                    {
                        sum += wh[(row * Outputs) + p] * h[b, p];
                    }

                    return sum;
                }

                double[] units = new double[Cells];
                for (int cell = 0; cell < Cells; cell++)
                {
                    // The layer's own order is i, f, j, o, and its forget gate's bias has the 1 in it.
                    double i = Gate(0, cell), f = Gate(1, cell) - 1, j = Gate(2, cell), o = Gate(3, cell);
                    c[b, cell] = (Sigmoid(f + 1) * c[b, cell]) + (Sigmoid(i) * Math.Tanh(j));
                    units[cell] = Sigmoid(o) * Math.Tanh(c[b, cell]);
                }

                for (int p = 0; p < Outputs; p++)
                {
                    h[b, p] = units.Select((unit, cell) => projection[(p * Cells) + cell] * unit).Sum();
                    result.Add(h[b, p]);
                }
            }
        }

        return [.. result];
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double[] Doubles(Tensor values) => [.. values.Floats().Select(value => (double)value)];
}
