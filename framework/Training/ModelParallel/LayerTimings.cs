using System.Diagnostics;
using Compression.Torch.Autograd;
using Compression.Torch.Devices;
using Compression.Torch.Fused;
using Compression.Training.Recurrent;
using static TorchSharp.torch;

namespace Compression.Training.ModelParallel;

/// <summary>Measures what the layers of a model cost here: each kind once, alone, forward and backward.</summary>
public static class LayerTimings
{
    private const int Repetitions = 3;

    // LSTM: input, gates, cells, hidden states before and after, dropout's factors and product, of each position.
    private const int KeptOfHidden = 9;

    /// <summary>Measures.</summary>
    /// <param name="sizes">Of the model.</param>
    /// <param name="steps">T of a usual batch.</param>
    /// <param name="columns">B of a batch.</param>
    /// <param name="longest">T of the longest batch, for memory.</param>
    /// <param name="device">Where stages compute.</param>
    public static LayerCosts Measure(RecurrentModelOptions sizes, int steps, int columns, int longest, Device device)
    {
        int positions = steps * columns;
        double first = Layer(sizes.EmbeddingSize), inner = sizes.Layers > 1 ? Layer(sizes.HiddenSize) : 0;
        double decoder = Time(device, () =>
        {
            var hidden = rand(positions, sizes.HiddenSize, device: device).requires_grad_();
            var weight = zeros(sizes.Vocabulary, sizes.HiddenSize, device: device).requires_grad_();
            var bias = zeros(sizes.Vocabulary, device: device).requires_grad_();
            var ids = zeros(positions, ScalarType.Int64, device);
            return () => BackwardPass.Run(FusedCrossEntropy.Mean(hidden, weight, bias, ids));
        });
        long kept = (long)longest * columns * sizeof(float);
        long Parameters(long inputs) => 2 * sizeof(float) * 4L * sizes.HiddenSize * (inputs + sizes.HiddenSize + 2);
        long Bytes(int layer)
        {
            long inputs = layer == 0 ? sizes.EmbeddingSize : sizes.HiddenSize;
            return Parameters(inputs) + (kept * (inputs + (KeptOfHidden * (long)sizes.HiddenSize)));
        }

        return new LayerCosts(
            [.. Enumerable.Range(0, sizes.Layers).Select(layer => layer == 0 ? first : inner)],
            [.. Enumerable.Range(0, sizes.Layers).Select(Bytes)],
            (0, 2L * sizeof(float) * sizes.Vocabulary * sizes.EmbeddingSize),
            (decoder, (2L * sizeof(float) * sizes.Vocabulary * (sizes.HiddenSize + 1)) + (kept * sizes.Vocabulary)));

        double Layer(int inputs) => Time(device, () =>
        {
            var x = rand(steps, columns, inputs, device: device).requires_grad_();
            var state = zeros(columns, sizes.HiddenSize, device: device);
            long gates = 4L * sizes.HiddenSize;
            var weights = new LstmWeights(
                zeros(gates, inputs, device: device).requires_grad_(), zeros(gates, sizes.HiddenSize, device: device).requires_grad_(),
                zeros(gates, device: device).requires_grad_(), zeros(gates, device: device).requires_grad_());
            return () => BackwardPass.Run(FusedLstm.Run(x, state, state, weights).Y.sum());
        });
    }

    // The shortest of some runs after one that finds memory.
    private static double Time(Device device, Func<Action> prepare)
    {
        using var scope = NewDisposeScope();
        var run = prepare();
        double best = double.PositiveInfinity;
        for (int repetition = 0; repetition <= Repetitions; repetition++)
        {
            using var inner = NewDisposeScope();
            long start = Stopwatch.GetTimestamp();
            run();
            DeviceTransfer.Finish(device);
            best = repetition == 0 ? best : Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }
}
