using Compression.Core.Tests;

namespace Compression.Torch.Tests.Kernels;

/// <summary>Values and gradients are the same bits with vectors of 512, 256 and 128 bits, and without any.</summary>
[Seeded]
public sealed class VectorWidthTests
{
    [Fact]
    public void Every_fused_function_gives_the_same_bits_at_every_vector_width() =>
        Assert.Equal(7, VectorWidths.SameLinesOf(typeof(WidthDigest).Assembly).Length);
}
