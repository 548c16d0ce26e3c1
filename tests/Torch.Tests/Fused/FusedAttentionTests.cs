using Compression.Torch.Fused;
using TorchSharp;
using static Compression.Torch.Tests.Fused.FusedCase;
using static TorchSharp.torch;

namespace Compression.Torch.Tests.Fused;

[Seeded]
public class FusedAttentionTests
{
    [Fact]
    public void The_shift_follows_its_index_formula()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor scores = randn(2, 3, 4, 7);
        Tensor shifted = PlainRelativeAttention.Shift(scores);
        for (long i = 0; i < 4; i++)
        {
            // A query at i sees the keys up to 7 - 4 + i; what lies beyond is masked.
            for (long j = 0; j <= 3 + i; j++)
            {
                Assert.True(BitEqual(scores.select(3, j + 3 - i).select(2, i), shifted.select(3, j).select(2, i)));
            }
        }
    }

    [Theory]
    [InlineData(1, 1, 1, 1, 1, 0)]
    [InlineData(5, 5, 2, 3, 4, 0)]
    [InlineData(5, 12, 3, 2, 6, 0)]
    [InlineData(5, 12, 3, 2, 6, 7)]
    [InlineData(33, 70, 2, 3, 17, 40)]
    [InlineData(64, 128, 2, 2, 32, 0)]
    public void Equals_plain_attention_in_value_and_gradients(long queries, long keys, long batch, long heads, long width, long reach)
    {
        foreach (int threads in new[] { 1, 2 })
        {
            WithThreads(threads, () =>
            {
                using DisposeScope scope = NewDisposeScope();
                manual_seed(queries);
                Tensor[] leaves =
                [
                    Leaf(1, queries, batch, heads * width), Leaf(1, keys, batch, 2 * heads * width), Leaf(1, keys, heads * width),
                    Leaf(1, heads, width), Leaf(1, heads, width),
                ];
                Tensor[] twins = [.. leaves.Select(Twin)];
                Tensor fused = FusedRelativeAttention.Run(leaves[0], leaves[1], leaves[2], leaves[3], leaves[4], 0, reach);
                Tensor plain = PlainRelativeAttention.Run(twins[0], twins[1], twins[2], twins[3], twins[4], 0, reach);
                AssertClose(plain, fused, "output");
                Tensor direction = randn(queries, batch, heads * width);
                (fused * direction).sum().backward();
                (plain * direction).sum().backward();
                for (int i = 0; i < leaves.Length; i++)
                {
                    AssertClose(twins[i].grad!, leaves[i].grad, $"gradient of input {i} with {threads} threads");
                }
            });
        }
    }

    [Fact]
    public void Dropout_scales_what_it_keeps_and_its_gradient_is_that_of_the_same_mask()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor q = Leaf(1, 6, 2, 8), kv = Leaf(1, 9, 2, 16), r = Leaf(1, 9, 8), u = Leaf(1, 2, 4), v = Leaf(1, 2, 4);
        Tensor Run(Tensor queries)
        {
            manual_seed(11);
            return FusedRelativeAttention.Run(queries, kv, r, u, v, 0.5, 0);
        }

        Tensor direction = randn(6, 2, 8), step = randn(6, 2, 8);
        (Run(q) * direction).sum().backward();
        double slope = (q.grad! * step).sum().item<float>();
        const double H = 1e-2;
        double measured = ((Run(q.detach() + (step * H)) - Run(q.detach() - (step * H))) * direction).sum().item<float>() / (2 * H);
        Assert.Equal(slope, measured, 0.02 * Math.Max(1, Math.Abs(slope)));
        Assert.False(BitEqual(Run(q), FusedRelativeAttention.Run(q, kv, r, u, v, 0, 0)));
    }

    [Fact]
    public void Equal_inputs_give_equal_bits_on_any_number_of_threads()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor q = Leaf(1, 20, 3, 32), kv = Leaf(1, 40, 3, 64), r = Leaf(1, 40, 32), u = Leaf(1, 4, 8), v = Leaf(1, 4, 8);
        var results = new List<Tensor>();
        foreach (int threads in new[] { 1, 2, 3 })
        {
            WithThreads(threads, () =>
            {
                r.grad = null;
                Tensor y = FusedRelativeAttention.Run(q, kv, r, u, v, 0, 0);
                y.sum().backward();
                results.Add(cat([y.detach().flatten(), r.grad!.flatten()]));
            });
        }

        Assert.All(results, result => Assert.True(BitEqual(results[0], result)));
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_an_error()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => FusedRelativeAttention.Run(rand(4, 2, 8), rand(3, 2, 16), rand(3, 8), rand(2, 4), rand(2, 4), 0, 0));
    }
}
