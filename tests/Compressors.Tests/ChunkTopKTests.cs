using Compression.Compressors.Sparsifiers.ChunkTopK;
using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Tests;

namespace Compression.Compressors.Tests;

/// <summary>The largest of every chunk against their definition, and the code of their positions against its floor.</summary>
public sealed class ChunkTopKTests
{
    private static readonly double[] s_ratios = [0.00001, 0.001, 0.01, 0.03, 0.2, 0.37, 0.5, 0.51, 0.8, 0.999, 1];

    /// <summary>Chunks of one entry, of a part of all kernels, short last chunks, and parameters shorter than a chunk.</summary>
    public static TheoryData<int, int> Shapes => new()
    {
        { 4096, 100_003 },
        { 4096, 4096 },
        { 4096, 4097 },
        { 4096, 17 },
        { 1000, 33_000 },
        { 32768, 98_305 },
        { 3, 20_000 },
        { 1, 20_000 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_chunk_sends_exactly_its_largest(int chunk, int length)
    {
        float[] gaussian = TestData.Gaussian(length), sparse = TestData.Sparse(length);
        float[] tied = [.. gaussian.Select(value => MathF.Round(value))];

        // Each chunk another magnitude: what was learnt of the chunk before is of no use.
        float[] uneven = [.. gaussian.Select((value, i) => value * MathF.Pow(10, i / chunk % 7 - 3))];
        foreach (double ratio in s_ratios)
        {
            foreach (float[] values in (float[][])[gaussian, sparse, tied, uneven, new float[length]])
            {
                var selection = Create(chunk, ratio).Select(View(values));
                int[] expected = [.. Enumerable.Range(0, length).Chunk(chunk).SelectMany(members =>
                    members.OrderByDescending(i => Math.Abs(values[i])).Take(Math.Max(1, (int)(ratio * members.Length))).Order())];
                Assert.Equal(expected, selection.Indices.ToArray());
                Assert.Equal(expected.Select(i => values[i]), selection.Values.ToArray());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Positions_come_back_from_as_many_bytes_on_any_number_of_threads(int chunk, int length)
    {
        using var team = new ThreadTeam(3);
        float[] values = TestData.Gaussian(length);
        float[] firsts = [.. values.Select((_, i) => (float)-i)], lasts = [.. values.Select((_, i) => (float)i)];
        foreach (double ratio in s_ratios)
        {
            foreach (float[] gradient in (float[][])[values, firsts, lasts])
            {
                var view = View(gradient);
                var sparsifier = Create(chunk, ratio);
                var selection = sparsifier.Select(view);
                PayloadWriter alone = new(), together = new();
                sparsifier.WriteIndices(selection.Indices, view.Slot, alone, ThreadTeam.Single);
                sparsifier.WriteIndices(selection.Indices, view.Slot, together, team);
                Assert.Equal(alone.Written.ToArray(), together.Written.ToArray());
                var reader = new PayloadReader(alone.Written);
                Assert.Equal(selection.Indices.ToArray(), sparsifier.ReadIndices(ref reader, view.Slot, view.Step, new Scratch<int>(), team).ToArray());
                reader.ExpectEnd();
            }
        }
    }

    /// <summary>The floor is log₂ C(n, k) of each chunk: the paper's 12 bits an entry are far from it.</summary>
    [Theory]
    [InlineData(4096, 0.00001, 1.003)]
    [InlineData(4096, 0.0005, 1.012)]
    [InlineData(4096, 0.001, 1.012)]
    [InlineData(4096, 0.01, 1.01)]
    [InlineData(4096, 0.03, 1.01)]
    [InlineData(4096, 0.1, 1.01)]
    [InlineData(4096, 0.3, 1.012)]
    [InlineData(4096, 0.37, 1.036)]
    [InlineData(4096, 0.5, 1.005)]
    [InlineData(4096, 0.7, 1.012)]
    [InlineData(4096, 0.97, 1.012)]
    [InlineData(500, 0.01, 1.016)]
    [InlineData(64, 0.1, 1.025)]
    public void Positions_take_little_more_than_their_entropy(int chunk, double ratio, double most)
    {
        const int length = 1_000_000;
        var view = View(TestData.Gaussian(length));
        var sparsifier = Create(chunk, ratio);
        var selection = sparsifier.Select(view);
        var writer = new PayloadWriter();
        sparsifier.WriteIndices(selection.Indices, view.Slot, writer, ThreadTeam.Single);
        Assert.InRange(8.0 * writer.Length / writer.FloorBits, 1 - 0.002, most);
    }

    [Fact]
    public void The_floor_is_that_of_the_chunks_and_the_paper_counts_12_bits_a_position()
    {
        var view = View(TestData.Gaussian(4096 + 100));
        var sparsifier = Create(4096, 0.03);
        var writer = new PayloadWriter();
        sparsifier.WriteIndices(sparsifier.Select(view).Indices, view.Slot, writer, ThreadTeam.Single);
        Assert.Equal(LogBinomial(4096, 122) + LogBinomial(100, 3), writer.FloorBits, 1e-6);
        Assert.Equal(12 * 125, writer.NominalBits);

        static double LogBinomial(int n, int k) => Enumerable.Range(1, k).Sum(i => Math.Log2((n - k + i) / (double)i));
    }

    /// <summary>Whatever the bytes are: as many ascending positions of each chunk as it sends, or the typed error where they end early.</summary>
    [Theory]
    [InlineData(4096, 100_003)]
    [InlineData(100, 5000)]
    [InlineData(7, 1000)]
    public void Noise_is_read_as_positions_of_the_chunks(int chunk, int length)
    {
        var random = new Random(5);
        var view = View(new float[length]);
        byte[] noise = new byte[64 * 1024];
        int read = 0;
        foreach (double ratio in s_ratios)
        {
            var sparsifier = Create(chunk, ratio);
            int[] valid = [.. sparsifier.Select(view).Indices.ToArray().Select(i => i / chunk)];
            for (int round = 0; round < 50; round++)
            {
                random.NextBytes(noise);
                if (round % 2 == 0)
                {
                    // Lengths of segments that fit.
                    for (int i = 0; i < 64; i++)
                    {
                        noise[i] = (byte)(i % 4 == 1 ? 1 : 0);
                    }
                }

                try
                {
                    var reader = new PayloadReader(noise);
                    int[] indices = sparsifier.ReadIndices(ref reader, view.Slot, view.Step, new Scratch<int>(), ThreadTeam.Single).ToArray();
                    Assert.Equal(valid, indices.Select(i => i / chunk));
                    Assert.All(Enumerable.Range(1, indices.Length - 1), i => Assert.True(indices[i - 1] < indices[i]));
                    read++;
                }
                catch (PayloadException)
                {
                }
            }
        }

        Assert.True(read > 10);
    }

    [Fact]
    public void A_warm_up_raises_the_ratio_on_both_sides()
    {
        float[] values = TestData.Gaussian(10_000);
        var layout = Pipelines.Layout(values.Length);
        var step = Pipelines.Step() with { RatioExponent = 0.5 };
        var compressor = Pipelines.Plan("chunktopk(ratio=0.0001)+float32").CreateCompressor(layout, ThreadTeam.Single);
        var writer = new PayloadWriter();
        compressor.Compress(new GradientView(layout.Slots[0], values, values, step), writer);
        float[] decoded = new float[values.Length];
        var reader = new PayloadReader(writer.Written);
        compressor.Decompress(ref reader, new GradientAccumulator(layout.Slots[0], decoded, 1, step));
        reader.ExpectEnd();
        Assert.Equal(40 + 40 + 18, decoded.Count(value => value != 0));
    }

    private static ChunkTopKSparsifier Create(int chunk, double ratio) => new ChunkTopKSparsifier(
        new ChunkTopKOptions { Chunk = chunk, Ratio = ratio }, new ComponentContext(Pipelines.Layout(1), ThreadTeam.Single, 0));

    private static GradientView View(float[] values) => new(Pipelines.Layout(values.Length).Slots[0], values, values, Pipelines.Step());
}
