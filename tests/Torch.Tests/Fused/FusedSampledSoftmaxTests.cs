using Compression.Torch.Fused;
using TorchSharp;
using static Compression.Torch.Tests.Fused.FusedCase;
using static TorchSharp.torch;

namespace Compression.Torch.Tests.Fused;

[Seeded]
public class FusedSampledSoftmaxTests
{
    public static TheoryData<int, int, int, int> Shapes => new()
    {
        { 1, 1, 1, 2 },
        { 7, 24, 5, 9 },
        { 40, 15, 100, 131 },
        { 130, 64, 257, 300 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Equals_the_softmax_composed_of_single_operations(int count, int width, int candidates, int rows)
    {
        foreach (int threads in new[] { 1, 2 })
        {
            WithThreads(threads, () =>
            {
                using DisposeScope scope = NewDisposeScope();
                Case one = new(count, width, candidates, rows);
                Tensor[] twins = [Twin(one.Hidden), Twin(one.Rows)];
                Tensor loss = FusedSampledSoftmax.Mean(one.Hidden, one.Rows, one.Truth, one.LogCandidates, one.LogTruth, one.Weights);
                Tensor plain = FusedSampledSoftmax.PlainMean(twins[0], twins[1], one.Truth, one.LogCandidates, one.LogTruth, one.Weights);
                AssertClose(plain, loss, "loss");
                (loss * 3).backward();
                (plain * 3).backward();
                AssertClose(twins[0].grad!, one.Hidden.grad, "gradient of hidden");
                AssertClose(twins[1].grad!, one.Rows.grad, "gradient of rows");
            });
        }
    }

    [Fact]
    public void With_all_words_as_candidates_and_no_correction_it_is_the_softmax()
    {
        using DisposeScope scope = NewDisposeScope();
        Case one = new(count: 33, width: 12, candidates: 50, rows: 50);
        Tensor none = zeros(50), noneTruth = zeros(33), weights = ones(33);
        Tensor sampled = FusedSampledSoftmax.Mean(one.Hidden, one.Rows, one.Truth, none, noneTruth, weights);
        Tensor full = FusedCrossEntropy.Mean(
            one.Hidden.detach(), one.Rows.detach().narrow(1, 0, 12).contiguous(), one.Rows.detach().narrow(1, 12, 1).flatten(), one.Truth);
        AssertClose(full, sampled, "loss");
    }

    [Fact]
    public void A_position_without_weight_has_no_part_in_loss_and_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        Case one = new(count: 4, width: 6, candidates: 8, rows: 12);
        one.Weights.zero_();
        Tensor loss = FusedSampledSoftmax.Mean(one.Hidden, one.Rows, one.Truth, one.LogCandidates, one.LogTruth, one.Weights);
        loss.backward();
        Assert.Equal(0, loss.item<float>());
        Assert.Equal(0, one.Hidden.grad!.abs().max().item<float>());
        Assert.Equal(0, one.Rows.grad!.abs().max().item<float>());
    }

    [Fact]
    public void Log_sums_over_pieces_are_those_of_double_arithmetic()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(1);
        Tensor hidden = randn(37, 16), words = randn(9001, 17);
        Tensor sums = full([37], double.NegativeInfinity, ScalarType.Float64);
        FusedSampledSoftmax.AddLogSums(hidden, words.narrow(0, 0, 5000).contiguous(), sums);
        FusedSampledSoftmax.AddLogSums(hidden, words.narrow(0, 5000, 4001).contiguous(), sums);
        Tensor wide = words.to(ScalarType.Float64);
        Tensor logits = hidden.to(ScalarType.Float64).matmul(wide.narrow(1, 0, 16).t()) + wide.narrow(1, 16, 1).flatten();
        Tensor exact = logits.select(1, 0) - nn.functional.log_softmax(logits, 1).select(1, 0);
        Assert.True((exact - sums).abs().max().item<double>() < 1e-5);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_named()
    {
        using DisposeScope scope = NewDisposeScope();
        Case one = new(count: 4, width: 6, candidates: 8, rows: 12);
        ArgumentException failure = Assert.Throws<ArgumentException>(
            () => FusedSampledSoftmax.Mean(one.Hidden, one.Rows.narrow(1, 0, 6), one.Truth, one.LogCandidates, one.LogTruth, one.Weights));
        Assert.Contains("FusedSampledSoftmax", failure.Message, StringComparison.Ordinal);
    }

    // Targets are drawn from all rows, so that some are among the candidates and some are not, and some occur twice.
    private sealed class Case
    {
        public Case(int count, int width, int candidates, int rows)
        {
            manual_seed(count + rows);
            Hidden = Leaf(1, count, width);
            Rows = Leaf(1, rows, width + 1);
            Truth = randint(0, rows, [count], ScalarType.Int64);
            LogCandidates = randn(candidates);
            LogTruth = randn(count);
            Weights = rand(count);
        }

        public Tensor Hidden { get; }

        public Tensor Rows { get; }

        public Tensor Truth { get; }

        public Tensor LogCandidates { get; }

        public Tensor LogTruth { get; }

        public Tensor Weights { get; }
    }
}
