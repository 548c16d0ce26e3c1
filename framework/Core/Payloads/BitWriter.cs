using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Compression.Core.Payloads;

/// <summary>Writes bits from the lowest upwards into room whose size was computed before.</summary>
public ref struct BitWriter
{
    private readonly Span<byte> _room;
    private ulong _pending;
    private int _pendingBits;
    private int _position;

    /// <param name="room">Exactly as many bytes as the bits will need.</param>
    public BitWriter(Span<byte> room) => _room = room;

    /// <summary>Appends the lowest <paramref name="count"/> bits of a value that has no higher ones; at most 32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(uint value, int count)
    {
        _pending |= (ulong)value << _pendingBits;
        _pendingBits += count;
        if (_position <= _room.Length - sizeof(ulong))
        {
            // Whole words go out each time, without a branch on how full they are; what is not final is written again.
            BinaryPrimitives.WriteUInt64LittleEndian(_room[_position..], _pending);
            _position += _pendingBits >> 3;
            _pending >>= _pendingBits & ~7;
            _pendingBits &= 7;
        }
        else
        {
            WriteBytes(8);
        }
    }

    /// <summary>Writes out what is pending; the last byte is filled up with zeros.</summary>
    public void Flush() => WriteBytes(1);

    private void WriteBytes(int leastBits)
    {
        for (; _pendingBits >= leastBits; _pendingBits -= 8)
        {
            _room[_position++] = (byte)_pending;
            _pending >>= 8;
        }
    }
}
