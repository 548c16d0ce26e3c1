using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Compression.Core.Contracts;
using Compression.Core.Payloads;

namespace Compression.Training.Lm1b.Servers;

/// <summary>The body of a push: step and epoch (which decoders need), the length of the dense payload and of each piece of rows, then all payloads.</summary>
internal readonly ref struct PushMessage
{
    private const int FixedLength = 20;

    private PushMessage(ReadOnlySpan<byte> body, int pieces)
    {
        Step = BinaryPrimitives.ReadInt64LittleEndian(body);
        Epoch = BinaryPrimitives.ReadDoubleLittleEndian(body[8..]);
        int dense = BinaryPrimitives.ReadInt32LittleEndian(body[16..]);
        Lengths = MemoryMarshal.Cast<byte, int>(body.Slice(FixedLength, sizeof(int) * pieces));
        int start = FixedLength + (sizeof(int) * pieces);
        Dense = body.Slice(start, dense);
        Rows = body[(start + dense)..];
    }

    public long Step { get; }

    public double Epoch { get; }

    public ReadOnlySpan<byte> Dense { get; }

    public ReadOnlySpan<int> Lengths { get; }

    public ReadOnlySpan<byte> Rows { get; }

    public static void Write(PayloadWriter writer, StepContext step, ReadOnlySpan<byte> dense, ReadOnlySpan<int> lengths, ReadOnlySpan<byte> rows)
    {
        writer.Reset();
        var header = writer.Append(FixedLength);
        BinaryPrimitives.WriteInt64LittleEndian(header, step.Step);
        BinaryPrimitives.WriteDoubleLittleEndian(header[8..], step.Epoch);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], dense.Length);
        MemoryMarshal.AsBytes(lengths).CopyTo(writer.Append(sizeof(int) * lengths.Length));
        dense.CopyTo(writer.Append(dense.Length));
        rows.CopyTo(writer.Append(rows.Length));
    }

    public static PushMessage Read(ReadOnlySpan<byte> body, int pieces) => new(body, pieces);
}
