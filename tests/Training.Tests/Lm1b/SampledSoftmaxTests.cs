using Compression.Torch.Fused;
using Compression.Training.Lm1b;

using static TorchSharp.torch;

namespace Compression.Training.Tests.Lm1b;

[Seeded]
public sealed class SampledSoftmaxTests
{
    private const int Vocabulary = 60;
    private const int Candidates = 30;
    private const int Width = 5;

    [Fact]
    public void Over_many_draws_the_gradient_is_that_of_the_full_softmax()
    {
        const int Draws = 3000;
        using var scope = NewDisposeScope();
        manual_seed(4);
        var hidden = (0.7 * randn(6, Width)).requires_grad_();
        var words = 0.7 * randn(Vocabulary, Width + 1);
        long[] targets = [0, 3, 59, 17, 3, 1];
        var logits = nn.functional.linear(hidden, words.narrow(1, 0, Width), words.narrow(1, Width, 1).flatten());
        nn.functional.cross_entropy(logits, tensor(targets)).backward();
        double[] full = [.. hidden.grad!.Floats().Select(value => (double)value)];

        double[] mean = new double[full.Length];
        var sampler = new LogUniformSampler(Vocabulary);
        for (int draw = 0; draw < Draws; draw++)
        {
            using var inner = NewDisposeScope();
            hidden.grad!.zero_();
            Sampled(hidden, words, targets, sampler, (ulong)draw).backward();
            float[] one = hidden.grad!.Floats();
            for (int i = 0; i < one.Length; i++)
            {
                mean[i] += (double)one[i] / Draws;
            }
        }

        double product = full.Zip(mean, (a, b) => a * b).Sum(), norm = Math.Sqrt(full.Sum(a => a * a)), other = Math.Sqrt(mean.Sum(a => a * a));
        Assert.InRange(product / (norm * other), 0.995, 1);
        Assert.InRange(other / norm, 0.95, 1.05);
    }

    [Fact]
    public void With_all_words_drawn_it_is_the_full_softmax_but_for_the_correction()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        var hidden = randn(4, Width);
        var words = randn(Vocabulary, Width + 1);
        long[] targets = [2, 0, 59, 30];
        var logits = nn.functional.linear(hidden, words.narrow(1, 0, Width), words.narrow(1, Width, 1).flatten());
        var none = zeros(targets.Length);
        var sampled = FusedSampledSoftmax.Mean(hidden, words, tensor(targets), zeros(Vocabulary), none, ones(targets.Length));
        Assert.Equal(nn.functional.cross_entropy(logits, tensor(targets)).item<float>(), sampled.item<float>(), 1e-5f);
    }

    private static Tensor Sampled(Tensor hidden, Tensor words, long[] targets, LogUniformSampler sampler, ulong key)
    {
        int[] drawn = new int[Candidates];
        long tries = sampler.Sample(drawn, key);
        long[] rows = [.. drawn, .. targets.Where(target => !drawn.Contains((int)target)).Distinct()];
        float[] LogExpected(IEnumerable<long> some) => [.. some.Select(word => (float)sampler.LogExpected((int)word, tries))];
        return FusedSampledSoftmax.Mean(
            hidden, words.index_select(0, tensor(rows)), tensor(targets.Select(target => (long)Array.IndexOf(rows, target)).ToArray()),
            tensor(LogExpected(rows[..Candidates])), tensor(LogExpected(targets)), ones(targets.Length));
    }
}
