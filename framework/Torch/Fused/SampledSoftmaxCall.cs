using Compression.Torch.Autograd;
using Compression.Torch.Kernels;

using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Compression.Torch.Fused;

/// <summary>
/// The mean of weighted nats over a sample of a large vocabulary, on the CPU. Every word that takes part is a row: its weights, and its bias in the
/// last column; the first rows are the candidates.
/// </summary>
internal sealed unsafe class SampledSoftmaxCall : FusedCall
{
    private const int Hidden = 0, Rows = 1;

    private readonly GradientInput[] _inputs;
    private readonly Tensor _truth;
    private readonly Tensor _logExpectedCandidates;
    private readonly Tensor _logExpectedTruth;
    private readonly Tensor _weights;
    private readonly int _count;
    private readonly int _width;
    private readonly int _candidates;

    internal SampledSoftmaxCall(Tensor hidden, Tensor rows, Tensor truth, Tensor logExpectedCandidates, Tensor logExpectedTruth, Tensor weights)
    {
        TensorChecks.Require(
            hidden.dim() == 2 && rows.dim() == 2 && rows.shape[1] == hidden.shape[1] + 1 && truth.dim() == 1 && truth.shape[0] == hidden.shape[0]
            && logExpectedCandidates.dim() == 1 && logExpectedCandidates.shape[0] <= rows.shape[0]
            && logExpectedTruth.numel() == truth.numel() && weights.numel() == truth.numel() && truth.numel() > 0 && logExpectedCandidates.numel() > 0,
            $"{nameof(FusedSampledSoftmax)}: shapes {TensorChecks.Text(hidden.shape)}, {TensorChecks.Text(rows.shape)}, {TensorChecks.Text(truth.shape)}, "
            + $"{TensorChecks.Text(logExpectedCandidates.shape)}, {TensorChecks.Text(logExpectedTruth.shape)}, {TensorChecks.Text(weights.shape)} are not "
            + "[N,D], [R,D+1], [N], [S], [N], [N] with S at most R.");
        _inputs = [new(hidden), new(rows)];
        (_truth, _logExpectedCandidates, _logExpectedTruth, _weights) = (truth, logExpectedCandidates, logExpectedTruth, weights);
        (_count, _width, _candidates) = ((int)hidden.shape[0], (int)hidden.shape[1], (int)logExpectedCandidates.shape[0]);
    }

    internal override string Name => nameof(FusedSampledSoftmax);

    internal override IReadOnlyList<GradientInput> Inputs => _inputs;

    private int Stride => _width + 1;

    // The target has a column of its own behind the candidates.
    private int Choices => _candidates + 1;

    protected override Tensor Forward()
    {
        Tensor hidden = _inputs[Hidden].Tensor!.contiguous(), rows = _inputs[Rows].Tensor!.contiguous(), truth = _truth.contiguous();
        TensorChecks.Ids(Name, truth, rows.shape[0]);
        Tensor logits = empty(_count, Choices);
        ComputeLogits(hidden, rows, TensorPointer.Floats(logits));
        double[] nats = new double[_count];
        var weights = _weights.contiguous();
        var truths = _logExpectedTruth.contiguous();
        fixed (double* each = nats)
        {
            var job = new SampledNats(new SampledNatsData
            {
                Hidden = TensorPointer.Floats(hidden),
                Rows = TensorPointer.Floats(rows),
                Truth = TensorPointer.Longs(truth),
                LogExpectedTruth = TensorPointer.Floats(truths),
                Weights = TensorPointer.Floats(weights),
                Logits = TensorPointer.Floats(logits),
                Nats = each,
            }, _count, _width, _candidates, IsRecording);
            KernelThreads.Team.Run(ref job, job.Parts);
        }

        Save(hidden);
        Save(rows);
        Save(truth);
        Save(logits);
        return tensor((float)(nats.Sum() / _count));
    }

    protected override void Backward(List<Tensor> saved, Tensor outputGrad, Tensor?[] results)
    {
        Tensor hidden = saved[0], rows = saved[1], logitGrad = saved[3];
        long* truth = TensorPointer.Longs(saved[2]);
        float scale = outputGrad.item<float>();
        if (_inputs[Hidden].IsNeeded)
        {
            results[Hidden] = empty_like(hidden);
            HiddenGradient(TensorPointer.Floats(rows), truth, TensorPointer.Floats(logitGrad), scale, TensorPointer.Floats(results[Hidden]!));
        }

        if (_inputs[Rows].IsNeeded)
        {
            results[Rows] = empty_like(rows);
            RowsGradient(TensorPointer.Floats(hidden), truth, TensorPointer.Floats(logitGrad), scale, results[Rows]!);
        }
    }

    private void ComputeLogits(Tensor hidden, Tensor rows, float* logits)
    {
        float* words = TensorPointer.Floats(rows);
        Tensor offsets = rows.narrow(0, 0, _candidates).select(1, _width) - _logExpectedCandidates;
        new MatrixProduct(
            MatrixView.RowMajor(TensorPointer.Floats(hidden), _width), MatrixView.RowMajor(words, Stride).Transposed, _count, _candidates, _width, logits, Choices)
        {
            Bias = TensorPointer.Floats(offsets),
        }.Run(KernelThreads.Team);
    }

    private void HiddenGradient(float* rows, long* truth, float* logitGrad, float scale, float* to)
    {
        new MatrixProduct(
            MatrixView.RowMajor(logitGrad, Choices), MatrixView.RowMajor(rows, Stride), _count, _width, _candidates, to, _width)
        {
            Alpha = scale,
        }.Run(KernelThreads.Team);
        for (int i = 0; i < _count; i++)
        {
            AddScaled(rows + (truth[i] * Stride), scale * logitGrad[((nint)i * Choices) + _candidates], to + ((nint)i * _width));
        }
    }

    private void RowsGradient(float* hidden, long* truth, float* logitGrad, float scale, Tensor result)
    {
        float* to = TensorPointer.Floats(result);
        result.narrow(0, _candidates, result.shape[0] - _candidates).zero_();
        new MatrixProduct(
            MatrixView.RowMajor(logitGrad, Choices).Transposed, MatrixView.RowMajor(hidden, _width), _candidates, _width, _count, to, Stride)
        {
            Alpha = scale,
        }.Run(KernelThreads.Team);
        Tensor sums = zeros(Choices);
        ColumnSums.Add(KernelThreads.Team, logitGrad, _count, Choices, scale, TensorPointer.Floats(sums));
        result.narrow(0, 0, _candidates).select(1, _width).copy_(sums.narrow(0, 0, _candidates));
        for (int i = 0; i < _count; i++)
        {
            float gradient = scale * logitGrad[((nint)i * Choices) + _candidates];
            float* word = to + (truth[i] * Stride);
            AddScaled(hidden + ((nint)i * _width), gradient, word);
            word[_width] += gradient;
        }
    }

    private void AddScaled(float* from, float scale, float* to) =>
        TensorPrimitives.MultiplyAdd(new ReadOnlySpan<float>(from, _width), scale, new ReadOnlySpan<float>(to, _width), new Span<float>(to, _width));
}
