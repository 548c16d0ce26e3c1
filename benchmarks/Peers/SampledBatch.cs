using System.Runtime.InteropServices;
using Compression.Training.Data.Lm1b;
using Compression.Training.Lm1b;
using static TorchSharp.torch;

namespace Compression.Benchmarks.Peers;

/// <summary>
/// A batch of text with the candidates that its targets compete with, as tensors. Candidates come from the sampler that ours uses, since
/// libtorch has none. N is T time steps times B rows; S candidates.
/// </summary>
internal sealed class SampledBatch : IDisposable
{
    private readonly LogUniformSampler _sampler;
    private readonly int[] _candidates;

    /// <param name="hyper">Sizes.</param>
    public SampledBatch(Lm1bHyperparameters hyper)
    {
        int positions = hyper.BatchSize * hyper.NumSteps;
        _sampler = new LogUniformSampler(hyper.VocabSize);
        _candidates = new int[hyper.NumSampled];
        Input = zeros([hyper.NumSteps, hyper.BatchSize], ScalarType.Int64).DetachFromDisposeScope();
        Target = zeros(positions, ScalarType.Int64).DetachFromDisposeScope();
        Weight = zeros(positions).DetachFromDisposeScope();
        Candidates = zeros(hyper.NumSampled, ScalarType.Int64).DetachFromDisposeScope();
        LogExpected = zeros(hyper.NumSampled + positions).DetachFromDisposeScope();
    }

    /// <summary>Words that are read, Int64 [T, B].</summary>
    public Tensor Input { get; }

    /// <summary>Words that follow, Int64 [N].</summary>
    public Tensor Target { get; }

    /// <summary>1, or 0 where a row has ended, [N].</summary>
    public Tensor Weight { get; }

    /// <summary>Different words, ascending, Int64 [S].</summary>
    public Tensor Candidates { get; }

    /// <summary>The log of the expected count among the candidates: of the candidates, then of the targets, [S + N].</summary>
    public Tensor LogExpected { get; }

    /// <summary>Takes over a text and draws candidates.</summary>
    /// <param name="text">Of the same sizes.</param>
    /// <param name="key">Of the random numbers.</param>
    public void Fill(SentenceBatch text, ulong key)
    {
        long tries = _sampler.Sample(_candidates, key);
        Array.Sort(_candidates);
        Span<long> input = Words(Input), target = Words(Target), candidates = Words(Candidates);
        var logExpected = MemoryMarshal.Cast<byte, float>(LogExpected.bytes);
        for (int i = 0; i < candidates.Length; i++)
        {
            candidates[i] = _candidates[i];
            logExpected[i] = (float)_sampler.LogExpected(_candidates[i], tries);
        }

        for (int i = 0; i < input.Length; i++)
        {
            (input[i], target[i]) = (text.Input[i], text.Target[i]);
            logExpected[candidates.Length + i] = (float)_sampler.LogExpected(text.Target[i], tries);
        }

        text.Weight.CopyTo(MemoryMarshal.Cast<byte, float>(Weight.bytes));
    }

    public void Dispose()
    {
        foreach (var tensor in (Tensor[])[Input, Target, Weight, Candidates, LogExpected])
        {
            tensor.Dispose();
        }
    }

    private static Span<long> Words(Tensor tensor) => MemoryMarshal.Cast<byte, long>(tensor.bytes);
}
