using Compression.Core.Payloads;

namespace Compression.Core.Tests.Payloads;

public sealed class PayloadFrameTests
{
    private const uint Fingerprint = 0xCAFE;

    [Fact]
    public void What_was_written_is_read_and_nothing_is_left()
    {
        var reader = PayloadFrame.Open(Example(), Fingerprint);
        Assert.Equal(200, reader.ReadByte());
        Assert.Equal(1.5f, reader.ReadSingle());
        Assert.Equal(300_000, reader.ReadCount(int.MaxValue));
        reader.ExpectEnd();
    }

    [Fact]
    public void Every_flipped_bit_is_found()
    {
        byte[] payload = Example();
        for (int bit = 0; bit < 8 * payload.Length; bit++)
        {
            byte[] damaged = [.. payload];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<PayloadException>(() => { PayloadFrame.Open(damaged, Fingerprint); });
        }
    }

    [Fact]
    public void Every_truncation_and_any_surplus_is_found()
    {
        byte[] payload = Example();
        for (int length = 0; length < payload.Length; length++)
        {
            byte[] cut = payload[..length];
            Assert.Throws<PayloadException>(() => { PayloadFrame.Open(cut, Fingerprint); });
        }

        byte[] longer = [.. payload, 0];
        Assert.Throws<PayloadException>(() => { PayloadFrame.Open(longer, Fingerprint); });
    }

    [Fact]
    public void Another_pipeline_is_told_from_damage()
    {
        var failure = Assert.Throws<PayloadException>(() => { PayloadFrame.Open(Example(), Fingerprint + 1); });
        Assert.Contains("another model or compressor", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_count_above_its_limit_is_refused()
    {
        var writer = new PayloadWriter();
        writer.WriteCount(1001);
        byte[] bytes = writer.Written.ToArray();
        Assert.Throws<PayloadException>(() =>
        {
            var reader = new PayloadReader(bytes);
            reader.ReadCount(1000);
        });
    }

    [Fact]
    public void The_checksum_is_the_standard_one() => Assert.Equal(0xE3069283u, Checksum.Crc32C("123456789"));

    private static byte[] Example()
    {
        var writer = new PayloadWriter();
        PayloadFrame.Begin(writer);
        writer.WriteByte(200);
        writer.WriteSingle(1.5f);
        writer.WriteCount(300_000);
        PayloadFrame.Finish(writer, Fingerprint);
        return writer.Written.ToArray();
    }
}
