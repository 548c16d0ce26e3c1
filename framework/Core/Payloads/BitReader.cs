using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Compression.Core.Payloads;

/// <summary>Reads what <see cref="BitWriter"/> wrote. Past the end it reads zeros.</summary>
public ref struct BitReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private long _position;

    /// <param name="bytes">The bits, and perhaps what follows them.</param>
    public BitReader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Reads <paramref name="count"/> bits, at most 32.</summary>
    public uint Read(int count)
    {
        uint value = (uint)(Window() & ((1UL << count) - 1));
        _position += count;
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly ulong Window()
    {
        int start = (int)Math.Min(_position >> 3, _bytes.Length);
        var rest = _bytes[start..];
        ulong word = 0;
        if (rest.Length >= 8)
        {
            word = BinaryPrimitives.ReadUInt64LittleEndian(rest);
        }
        else
        {
            for (int i = 0; i < rest.Length; i++)
            {
                word |= (ulong)rest[i] << (8 * i);
            }
        }

        return word >> (int)(_position & 7);
    }
}
