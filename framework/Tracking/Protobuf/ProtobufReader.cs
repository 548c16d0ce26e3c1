using System.Text;

namespace Compression.Tracking.Protobuf;

/// <summary>
/// Walks over the fields of a message. After <see cref="Next"/> the field's value is taken by one call, or left: what is not taken
/// is passed over.
/// </summary>
/// <exception cref="InvalidDataException">Thrown by every member where the bytes are no message.</exception>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;
    private WireType _type;
    private bool _pending;

    /// <summary>Number of the current field.</summary>
    public int Field { get; private set; }

    /// <summary>Steps to the next field; false at the end.</summary>
    public bool Next()
    {
        if (_pending)
        {
            _ = Take();
        }

        if (_rest.IsEmpty)
        {
            return false;
        }

        ulong tag = Varint();
        (Field, _type, _pending) = ((int)(tag >> 3), (WireType)(tag & 7), true);
        return true;
    }

    /// <summary>An int32, int64, bool or enum.</summary>
    public long Integer()
    {
        Require(WireType.Varint);
        return (long)Varint();
    }

    /// <summary>A string.</summary>
    public string Text() => Encoding.UTF8.GetString(Bytes());

    /// <summary>A message, or bytes.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        Require(WireType.Bytes);
        _pending = true;
        return Take();
    }

    private static InvalidDataException Damaged() => new("a record is no protobuf message");

    private void Require(WireType type)
    {
        if (_type != type || !_pending)
        {
            throw Damaged();
        }

        _pending = false;
    }

    private ReadOnlySpan<byte> Take()
    {
        _pending = false;
        ulong length = _type switch
        {
            WireType.Varint => Varint() & 0,
            WireType.Fixed64 => sizeof(ulong),
            WireType.Fixed32 => sizeof(uint),
            WireType.Bytes => Varint(),
            _ => throw Damaged(),
        };
        if (length > (ulong)_rest.Length)
        {
            throw Damaged();
        }

        var value = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return value;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int i = 0; i < 10 && i < _rest.Length; i++)
        {
            value |= (ulong)(_rest[i] & 0x7f) << (7 * i);
            if (_rest[i] < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return value;
            }
        }

        throw Damaged();
    }
}
