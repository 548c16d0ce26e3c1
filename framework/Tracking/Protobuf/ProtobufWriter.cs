using System.Buffers.Binary;
using System.Text;

namespace Compression.Tracking.Protobuf;

/// <summary>
/// Builds a message in protobuf's wire format: fields in the order of the calls, each a tag (number and wire type) and a value.
/// The buffer is kept from message to message.
/// </summary>
internal sealed class ProtobufWriter
{
    private const int LongestVarint = 10;
    private byte[] _buffer = new byte[256];
    private int _length;

    /// <summary>What was written since the last <see cref="Clear"/>; valid until the next call.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Starts a new message.</summary>
    public void Clear() => _length = 0;

    /// <summary>An int32, int64, bool or enum.</summary>
    public void Integer(int field, long value)
    {
        Tag(field, WireType.Varint);
        Varint((ulong)value);
    }

    /// <summary>A double.</summary>
    public void Double(int field, double value)
    {
        Tag(field, WireType.Fixed64);
        BinaryPrimitives.WriteDoubleLittleEndian(Reserve(sizeof(double)), value);
    }

    /// <summary>A float.</summary>
    public void Float(int field, float value)
    {
        Tag(field, WireType.Fixed32);
        BinaryPrimitives.WriteSingleLittleEndian(Reserve(sizeof(float)), value);
    }

    /// <summary>A string.</summary>
    public void Text(int field, string value)
    {
        Tag(field, WireType.Bytes);
        int length = Encoding.UTF8.GetByteCount(value);
        Varint((ulong)length);
        Encoding.UTF8.GetBytes(value, Reserve(length));
    }

    /// <summary>A repeated double in its packed form.</summary>
    public void PackedDoubles(int field, ReadOnlySpan<double> values)
    {
        Tag(field, WireType.Bytes);
        Varint((ulong)values.Length * sizeof(double));
        foreach (double value in values)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(Reserve(sizeof(double)), value);
        }
    }

    /// <summary>Begins a message inside the message; the fields up to <see cref="End"/> are its own.</summary>
    /// <returns>To be handed to <see cref="End"/>.</returns>
    public int Begin(int field)
    {
        Tag(field, WireType.Bytes);
        return _length;
    }

    /// <summary>Ends the message inside the message.</summary>
    public void End(int start)
    {
        int content = _length - start;
        Span<byte> length = stackalloc byte[LongestVarint];
        int bytes = Encode((ulong)content, length);
        Reserve(bytes);
        // The length stands before the content and is known only now.
        _buffer.AsSpan(start, content).CopyTo(_buffer.AsSpan(start + bytes));
        length[..bytes].CopyTo(_buffer.AsSpan(start));
    }

    private static int Encode(ulong value, Span<byte> target)
    {
        int count = 0;
        for (; value >= 0x80; value >>= 7)
        {
            target[count++] = (byte)(value | 0x80);
        }

        target[count++] = (byte)value;
        return count;
    }

    private void Tag(int field, WireType type) => Varint(((ulong)field << 3) | (ulong)type);

    private void Varint(ulong value)
    {
        Span<byte> bytes = stackalloc byte[LongestVarint];
        int count = Encode(value, bytes);
        bytes[..count].CopyTo(Reserve(count));
    }

    private Span<byte> Reserve(int count)
    {
        if (_length + count > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + count));
        }

        _length += count;
        return _buffer.AsSpan(_length - count, count);
    }
}
