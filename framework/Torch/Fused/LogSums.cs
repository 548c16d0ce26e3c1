using Compression.Core.Kernels;
using Compression.Torch.Kernels;

using static TorchSharp.torch;

namespace Compression.Torch.Fused;

/// <summary>Adds words to the denominator of a full softmax, some thousands at a time.</summary>
internal static unsafe class LogSums
{
    private const int WordsAtOnce = 4096;

    /// <summary><c>logSums[i] = log(exp(logSums[i]) + Σ_j exp(logit of word j at position i))</c>; no gradient.</summary>
    /// <param name="hidden">[N, D].</param>
    /// <param name="rows">[R, D+1], the bias last; contiguous.</param>
    /// <param name="logSums">Float64 [N], in and out; contiguous.</param>
    internal static void Add(Tensor hidden, Tensor rows, Tensor logSums)
    {
        TensorChecks.Require(
            hidden.dim() == 2 && rows.dim() == 2 && rows.shape[1] == hidden.shape[1] + 1 && rows.is_contiguous() && logSums.is_contiguous()
            && logSums.dtype == ScalarType.Float64 && logSums.numel() == hidden.shape[0],
            $"{nameof(FusedSampledSoftmax)}: shapes {TensorChecks.Text(hidden.shape)}, {TensorChecks.Text(rows.shape)}, {TensorChecks.Text(logSums.shape)} are not [N,D], [R,D+1], [N].");
        using IDisposable unrecorded = no_grad();
        using var scope = NewDisposeScope();
        int count = (int)hidden.shape[0], width = (int)hidden.shape[1], stride = width + 1, words = (int)rows.shape[0];
        Tensor positions = hidden.contiguous(), logits = empty(count, Math.Min(WordsAtOnce, words));
        for (int first = 0; first < words; first += WordsAtOnce)
        {
            int here = Math.Min(WordsAtOnce, words - first);
            Tensor biases = rows.narrow(0, first, here).select(1, width).contiguous();
            new MatrixProduct(
                MatrixView.RowMajor(TensorPointer.Floats(positions), width),
                MatrixView.RowMajor(TensorPointer.Floats(rows) + ((nint)first * stride), stride).Transposed,
                count, here, width, TensorPointer.Floats(logits), here)
            {
                Bias = TensorPointer.Floats(biases),
            }.Run(KernelThreads.Team);
            var job = new Job(TensorPointer.Floats(logits), count, here, TensorPointer.Doubles(logSums));
            KernelThreads.Team.Run(ref job, job.Parts);
        }
    }

    private readonly struct Job(float* logits, int rows, int words, double* logSums) : IKernelJob
    {
        private const int RowsOfPart = 8;

        public int Parts => (rows + RowsOfPart - 1) / RowsOfPart;

        public void Execute(int part)
        {
            for (int i = part * RowsOfPart; i < Math.Min(rows, (part + 1) * RowsOfPart); i++)
            {
                double more = LogSumExp.Of(logits + ((nint)i * words), words), top = Math.Max(logSums[i], more);
                logSums[i] = top + Math.Log(1 + Math.Exp(Math.Min(logSums[i], more) - top));
            }
        }
    }
}
