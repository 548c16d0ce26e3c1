using Compression.Torch.Autograd;
using Compression.Torch.Kernels;

using static TorchSharp.torch;

namespace Compression.Torch.Fused;

/// <summary>
/// The cross entropy, on the CPU, of a softmax over some rows of a decoder and, where they are the head of an adaptive softmax, the clusters
/// beside them. The logits are the only [rows, choices] buffer: the forward pass turns them in place into the gradient.
/// </summary>
internal sealed unsafe class SoftmaxEntropyCall : FusedCall
{
    private const int Hidden = 0, Weight = 1, Bias = 2, MoreWeight = 3, MoreBias = 4;

    // Rows of logits that are held at once where no gradient is asked for.
    private const int RowsAtOnce = 420;

    private readonly GradientInput[] _inputs;
    private readonly Tensor _targets;
    private readonly int _first;
    private readonly int _count;
    private readonly int _more;
    private readonly double _scale;
    private readonly int _rows;
    private readonly int _width;

    internal SoftmaxEntropyCall(Tensor hidden, DecoderRows decoder, Tensor targets, double scale, GradientPath path)
    {
        Check(hidden, decoder, targets);
        _inputs = [new(hidden), new(decoder.Weight, path), new(decoder.Bias, path), new(decoder.MoreWeight, path), new(decoder.MoreBias, path)];
        _targets = targets;
        (_first, _count, _more) = ((int)decoder.First, (int)decoder.Count, (int)(decoder.MoreWeight?.shape[0] ?? 0));
        _scale = scale;
        (_rows, _width) = ((int)hidden.shape[0], (int)hidden.shape[1]);
    }

    /// <summary>The nats of each row, once it has run.</summary>
    internal double[] Nats { get; private set; } = [];

    /// <summary>Their sum, in their order.</summary>
    internal double TotalNats => Nats.Sum();

    internal override string Name => nameof(FusedClusterEntropy);

    internal override IReadOnlyList<GradientInput> Inputs => _inputs;

    private int Choices => _count + _more;

    protected override Tensor Forward()
    {
        Tensor hidden = _inputs[Hidden].Tensor!.contiguous(), targets = _targets.contiguous(), weight = _inputs[Weight].Tensor!.contiguous();
        Tensor bias = _inputs[Bias].Tensor!.contiguous();
        Tensor? moreWeight = _inputs[MoreWeight].Tensor?.contiguous(), moreBias = _inputs[MoreBias].Tensor?.contiguous();
        TensorChecks.Ids(Name, targets, Choices);
        int atOnce = IsRecording ? _rows : Math.Min(RowsAtOnce, _rows);
        Tensor logits = empty(atOnce, Choices);
        Nats = new double[_rows];
        fixed (double* nats = Nats)
        {
            for (int from = 0; from < _rows; from += atOnce)
            {
                int rows = Math.Min(atOnce, _rows - from);
                float* positions = TensorPointer.Floats(hidden) + ((nint)from * _width), to = TensorPointer.Floats(logits);
                Logits(positions, rows, weight, bias, _first, _count, to);
                if (_more > 0)
                {
                    Logits(positions, rows, moreWeight!, moreBias!, 0, _more, to + _count);
                }

                SoftmaxNats.Run(
                    KernelThreads.Team, TensorPointer.Floats(logits), TensorPointer.Longs(targets) + from, rows, Choices, IsRecording ? (float)_scale : 0,
                    nats + from);
            }
        }

        Save(hidden);
        Save(logits);
        Save(weight);
        if (_more > 0)
        {
            Save(moreWeight!);
        }

        return tensor((float)(TotalNats * _scale));
    }

    protected override void Backward(List<Tensor> saved, Tensor outputGrad, Tensor?[] results)
    {
        Tensor hidden = saved[0], logitGrad = saved[1];
        float scale = outputGrad.item<float>();
        float* gradient = TensorPointer.Floats(logitGrad);
        MatrixView words = MatrixView.RowMajor(gradient, Choices), rest = words.From(0, _count);
        if (_inputs[Hidden].IsNeeded)
        {
            results[Hidden] = empty_like(hidden);
            HiddenGradient(saved, words, rest, scale, TensorPointer.Floats(results[Hidden]!));
        }

        results[Weight] = _inputs[Weight].DeliverProduct(words, hidden, _first, _count, scale);
        results[MoreWeight] = _inputs[MoreWeight].DeliverProduct(rest, hidden, scale: scale);
        if (_inputs[Bias].IsNeeded || _inputs[MoreBias].IsNeeded)
        {
            Tensor sums = zeros(Choices);
            ColumnSums.Add(KernelThreads.Team, gradient, _rows, Choices, scale, TensorPointer.Floats(sums));
            results[Bias] = _inputs[Bias].Deliver(sums.narrow(0, 0, _count), _first);
            results[MoreBias] = _inputs[MoreBias].Deliver(sums.narrow(0, _count, _more));
        }
    }

    private void Logits(float* hidden, int rows, Tensor weight, Tensor bias, int first, int count, float* to) =>
        new MatrixProduct(
            MatrixView.RowMajor(hidden, _width), MatrixView.RowMajor(TensorPointer.Floats(weight) + ((nint)first * _width), _width).Transposed,
            rows, count, _width, to, Choices)
        {
            Bias = TensorPointer.Floats(bias) + first,
        }.Run(KernelThreads.Team);

    private void HiddenGradient(List<Tensor> saved, MatrixView words, MatrixView rest, float scale, float* to)
    {
        var product = new MatrixProduct(
            words, MatrixView.RowMajor(TensorPointer.Floats(saved[2]) + ((nint)_first * _width), _width), _rows, _width, _count, to, _width)
        {
            Alpha = scale,
        };
        product.Run(KernelThreads.Team);
        if (_more > 0)
        {
            (product with
            {
                A = rest,
                B = MatrixView.RowMajor(TensorPointer.Floats(saved[3]), _width),
                Depth = _more,
                Accumulate = true,
            }).Run(KernelThreads.Team);
        }
    }

    private static void Check(Tensor hidden, DecoderRows decoder, Tensor targets)
    {
        var (weight, bias, first, count, moreWeight, moreBias) = decoder;
        TensorChecks.Require(
            hidden.dim() == 2 && weight.dim() == 2 && weight.shape[1] == hidden.shape[1]
            && bias.dim() == 1 && bias.shape[0] == weight.shape[0] && first >= 0 && count > 0 && first + count <= weight.shape[0]
            && targets.dim() == 1 && targets.shape[0] == hidden.shape[0] && hidden.shape[0] > 0
            && (moreWeight is null || (moreWeight.dim() == 2 && moreWeight.shape[1] == hidden.shape[1]
                && moreBias is not null && moreBias.numel() == moreWeight.shape[0])),
            $"{nameof(FusedClusterEntropy)}: shapes {TensorChecks.Text(hidden.shape)}, {TensorChecks.Text(weight.shape)}, {TensorChecks.Text(bias.shape)}, "
            + $"{TensorChecks.Text(targets.shape)} with rows from {first} to {first + count} do not fit.");
    }
}
