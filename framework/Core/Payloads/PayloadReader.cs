using System.Buffers.Binary;

namespace Compression.Core.Payloads;

/// <summary>Reads a payload; every read checks what is left, and every failure is a <see cref="PayloadException"/>.</summary>
public ref struct PayloadReader
{
    private ReadOnlySpan<byte> _rest;

    /// <param name="bytes">What a <see cref="PayloadWriter"/> wrote.</param>
    public PayloadReader(ReadOnlySpan<byte> bytes) => _rest = bytes;

    /// <summary>Bytes not yet read.</summary>
    public readonly int Remaining => _rest.Length;

    /// <summary>Takes the next bytes without copying.</summary>
    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        if ((uint)count > (uint)_rest.Length)
        {
            throw new PayloadException($"The payload ends early: {count} bytes wanted, {_rest.Length} left.");
        }

        var bytes = _rest[..count];
        _rest = _rest[count..];
        return bytes;
    }

    /// <summary>All that is left, without taking it: for codes that find their own end.</summary>
    public readonly ReadOnlySpan<byte> PeekRest() => _rest;

    /// <summary>Reads one byte.</summary>
    public byte ReadByte() => ReadBytes(1)[0];

    /// <summary>Reads a float32.</summary>
    public float ReadSingle() => BinaryPrimitives.ReadSingleLittleEndian(ReadBytes(sizeof(float)));

    /// <summary>Reads a number that <see cref="PayloadWriter.WriteCount"/> wrote.</summary>
    /// <param name="limit">The largest value that can be right: what a caller allocates is bounded by it.</param>
    public int ReadCount(int limit)
    {
        ulong value = 0;
        for (int shift = 0; shift <= 28; shift += 7)
        {
            byte next = ReadByte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value <= (ulong)limit ? (int)value : throw new PayloadException($"A count of {value} exceeds the limit of {limit}.");
            }
        }

        throw new PayloadException("A count is longer than 5 bytes.");
    }

    /// <summary>Makes sure that nothing is left over.</summary>
    public readonly void ExpectEnd()
    {
        if (!_rest.IsEmpty)
        {
            throw new PayloadException($"The payload has {_rest.Length} bytes too many.");
        }
    }
}
