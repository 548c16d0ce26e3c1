using Compression.Torch.Autograd;
using Compression.Torch.Fused;
using TorchSharp;
using static Compression.Torch.Tests.Fused.FusedCase;
using static TorchSharp.torch;

namespace Compression.Torch.Tests.Fused;

[Seeded]
public class FusedEmbeddingTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(5, 24, 7)]
    [InlineData(100, 65, 35)]
    [InlineData(3, 200, 700)]
    public void Equals_a_selection_of_rows_in_values_and_gradient(int words, int width, int count)
    {
        foreach (GradientPath path in Enum.GetValues<GradientPath>())
        {
            using DisposeScope scope = NewDisposeScope();
            manual_seed(words);
            Tensor leaf = Leaf(1, words, width);
            Tensor twin = Twin(leaf);
            leaf.grad = zeros_like(leaf);
            Tensor indices = tensor(Enumerable.Range(0, count).Select(i => (long)(i * i % words)).ToArray()).reshape(count, 1);
            Tensor rows = FusedEmbedding.Rows(leaf, indices, path);
            Assert.Equal([count, 1, width], rows.shape);
            Tensor plain = twin.index_select(0, indices.flatten()).reshape(count, 1, width);
            Assert.True(BitEqual(plain, rows));
            Tensor onRows = randn(count, 1, width);
            (rows * onRows).sum().backward();
            (plain * onRows).sum().backward();
            AssertClose(twin.grad!, leaf.grad, $"gradient, {path}");
        }
    }

    [Fact]
    public void An_index_out_of_range_is_an_error()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => FusedEmbedding.Rows(Leaf(1, 3, 2), tensor(new long[] { 3 })));
    }
}
