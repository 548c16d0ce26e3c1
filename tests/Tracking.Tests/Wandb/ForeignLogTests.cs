using System.Text;
using Compression.Core.Reporting;
using Compression.Tracking.Wandb.Log;

namespace Compression.Tracking.Tests.Wandb;

/// <summary>Syncs of logs that other clients wrote: fields, kinds and ways to write that ours has not.</summary>
public sealed class ForeignLogTests : IDisposable
{
    private static readonly byte[] s_description = Message(17, Text(1, "x"), Text(3, "p"), [14 << 3, 0], Text(99, "later"), Message(17, [1 << 3, 100]));

    private readonly Bench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void What_is_known_is_uploaded_and_what_is_not_is_passed_over()
    {
        Write(
            s_description,
            Message(26, Text(1, "a kind that a sync has no use for")),
            [.. Message(2, Item("loss", "1.5"), Message(1, Text(2, "gradient"), Text(2, "norm"), Text(16, "2")), Message(1, Text(1, "none"))), .. Message(200, Text(1, "stream"))],
            Message(2, Message(1, Text(1, "mark"), Text(16, "\"\ufffd\""), Text(77, "later"))),
            Message(18));
        _bench.Sync();
        Assert.Equal(["""{"loss":1.5,"gradient.norm":2,"none":null}""", "{\"mark\":\"\ufffd\"}"], _bench.Server.Run.History);
        Assert.Equal(0, _bench.Server.Run.ExitCode);
        Assert.Empty(_bench.Server.Complaints);
    }

    [Theory]
    [InlineData(new byte[] { 0xff })]
    [InlineData(new byte[] { 0x12, 5, 1 })]
    [InlineData(new byte[] { 0x12, 2, 10, 9 })]
    [InlineData(new byte[] { 0x12, 5, 10, 3, 10, 1, 0xff })]
    [InlineData(new byte[] { 0x3a, 13, 0x12, 11, 8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0 })]
    public void A_record_that_is_whole_but_no_message_is_one_line_for_the_user(byte[] record)
    {
        Write(s_description, record);
        var error = Assert.Throws<UserErrorException>(() => _bench.Sync());
        Assert.Equal(ExitCode.Failure, error.Code);
        Assert.Matches("run-x.wandb': a record(.s time is out of range| is no protobuf message)\\.$", error.Message);
    }

    private void Write(params byte[][] records)
    {
        using var stream = new FileStream(_bench.Folder.At("run-x.wandb"), FileMode.CreateNew, FileAccess.ReadWrite);
        var writer = new BlockWriter(stream);
        Array.ForEach(records, record => writer.Append(record));
    }

    private static byte[] Item(string key, string json) => Message(1, Text(1, key), Text(16, json));

    private static byte[] Text(int field, string text) => Message(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Message(int field, params byte[][] content)
    {
        byte[] bytes = [.. content.SelectMany(part => part)];
        return [.. Varint((field << 3) | 2), .. Varint(bytes.Length), .. bytes];
    }

    private static IEnumerable<byte> Varint(int value) => value < 0x80 ? [(byte)value] : [(byte)(value | 0x80), .. Varint(value >> 7)];
}
