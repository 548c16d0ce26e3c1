using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Tests;

namespace Compression.Compressors.Tests;

/// <summary>
/// Bytes that no encoder wrote: cut off, with flipped bits, or random. Each codec answers with the typed error or adds something,
/// within bounded time and memory; reads outside are excluded by spans, whose violations would be other exceptions.
/// </summary>
public sealed class DamagedPayloadTests
{
    /// <summary>Every quantizer behind dense, and every sparsifier before float32.</summary>
    public static TheoryData<string> Codecs() =>
    [
        .. Pipelines.Catalog.Entries.Where(entry => entry.Role == AlgorithmRole.Quantizer).Select(entry => $"dense+{entry.Name}"),
        .. Pipelines.Catalog.Entries.Where(entry => entry.Role == AlgorithmRole.Sparsifier && entry.Name is "topk" or "randomk").Select(entry => $"{entry.Name}+float32"),
    ];

    public static TheoryData<string> Pairs() => [.. Pipelines.AllPairs().Select(pair => pair.Name)];

    [Theory]
    [MemberData(nameof(Codecs))]
    public void A_million_damaged_payloads_give_typed_errors_only(string codec) => Damage(codec, length: 130, rounds: 1_000_000);

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Damaged_payloads_of_every_pair_give_typed_errors_only(string pair) => Damage(pair, length: 3000, rounds: 1000);

    private static void Damage(string pair, int length, int rounds)
    {
        var layout = Pipelines.Layout(length);
        var compressor = Pipelines.AllPairs().Single(candidate => candidate.Name == pair).Create(ThreadTeam.Single, layout);
        byte[] good = Pipelines.RoundTrip(compressor, layout.Slots[0], TestData.Gaussian(length)).Payload;
        byte[] bytes = new byte[good.Length + 8];
        float[] destination = new float[length];
        var random = new Random(4);
        var step = Pipelines.Step();
        long before = GC.GetAllocatedBytesForCurrentThread();
        int errors = 0;
        for (int round = 0; round < rounds; round++)
        {
            try
            {
                var reader = new PayloadReader(Damaged(good, bytes, random));
                compressor.Decompress(ref reader, new GradientAccumulator(layout.Slots[0], destination, 1, step));
            }
            catch (PayloadException)
            {
                errors++;
            }
        }

        // What an exception costs, and nothing that a payload could inflate.
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 200_000 + (4000L * errors));
        Assert.True(errors < rounds);
    }

    // One in eight is cut off, one in eight is noise of about the right length; all others have up to four flipped bits.
    private static ReadOnlySpan<byte> Damaged(byte[] good, byte[] bytes, Random random)
    {
        good.CopyTo(bytes, 0);
        switch (random.Next(8))
        {
            case 0:
                return bytes.AsSpan(0, random.Next(good.Length + 1));
            case 1:
                random.NextBytes(bytes);
                return bytes;
            default:
                for (int flips = random.Next(5); flips > 0; flips--)
                {
                    bytes[random.Next(good.Length)] ^= (byte)(1 << random.Next(8));
                }

                return bytes.AsSpan(0, good.Length);
        }
    }
}
