using TorchSharp.Modules;

namespace Compression.Torch.Tests;

/// <summary>
/// Hochreiter and Schmidhuber's memory with forget gates, element by element: i, f, o = σ(W x + b + U h + d), g = tanh(the same),
/// c = f c + i g, h = o tanh c. Gates lie in the order i, f, g, o.
/// </summary>
internal sealed class LstmReference(LSTM lstm, int input, int hidden, int layers)
{
    public (double[] Output, double[] H, double[] C) Run(double[] x_TBI, int time, int batch, double[] h0, double[] c0)
    {
        double[] sequence = x_TBI;
        int width = input;
        double[] h = [.. h0];
        double[] c = [.. c0];
        for (int layer = 0; layer < layers; layer++)
        {
            double[] w = Values.Doubles(lstm.get_parameter($"weight_ih_l{layer}")!);
            double[] u = Values.Doubles(lstm.get_parameter($"weight_hh_l{layer}")!);
            double[] b = Values.Doubles(lstm.get_parameter($"bias_ih_l{layer}")!);
            double[] d = Values.Doubles(lstm.get_parameter($"bias_hh_l{layer}")!);
            var next = new double[time * batch * hidden];
            for (int step = 0; step < time; step++)
            {
                for (int row = 0; row < batch; row++)
                {
                    int state = ((layer * batch) + row) * hidden;
                    int from = ((step * batch) + row) * width;
                    double Gate(int gate, int unit)
                    {
                        int place = (gate * hidden) + unit;
                        double sum = b[place] + d[place];
                        for (int k = 0; k < width; k++)
                        {
                            sum += w[(place * width) + k] * sequence[from + k];
                        }

                        for (int k = 0; k < hidden; k++)
                        {
                            sum += u[(place * hidden) + k] * h[state + k];
                        }

                        return sum;
                    }

                    var newH = new double[hidden];
                    for (int unit = 0; unit < hidden; unit++)
                    {
                        c[state + unit] = (Sigmoid(Gate(1, unit)) * c[state + unit]) + (Sigmoid(Gate(0, unit)) * Math.Tanh(Gate(2, unit)));
                        newH[unit] = Sigmoid(Gate(3, unit)) * Math.Tanh(c[state + unit]);
                    }

                    newH.CopyTo(h, state);
                    newH.CopyTo(next, ((step * batch) + row) * hidden);
                }
            }

            sequence = next;
            width = hidden;
        }

        return (sequence, h, c);
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
