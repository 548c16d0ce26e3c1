using Compression.Core.Tests;

namespace Compression.Compressors.Tests;

/// <summary>Payloads and decoded values are the same bits with vectors of 512, 256 and 128 bits, and without any.</summary>
public sealed class VectorWidthTests
{
    [Fact]
    public void Every_pair_writes_and_decodes_the_same_at_every_vector_width() =>
        Assert.True(VectorWidths.SameLinesOf(typeof(WidthDigest).Assembly).Length >= Pipelines.AllPairs().Count());
}
