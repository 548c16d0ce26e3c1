using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Compression.Core.Payloads;

/// <summary>Reads what <see cref="BitWriter"/> wrote. Past the end it reads zeros; <see cref="ExpectWithin"/> then throws.</summary>
public ref struct BitReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private long _position;

    /// <param name="bytes">The bits, and perhaps what follows them.</param>
    public BitReader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Bytes of which at least one bit was read.</summary>
    public readonly int BytesUsed => (int)((_position + 7) / 8);

    /// <summary>Reads <paramref name="count"/> bits, at most 32.</summary>
    public uint Read(int count)
    {
        uint value = (uint)(Window() & ((1UL << count) - 1));
        _position += count;
        return value;
    }

    /// <summary>The next bits from the lowest upwards, 56 at least; zeros past the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong Peek() => Window();

    /// <summary>Leaves out so many bits.</summary>
    public void Skip(int count) => _position += count;

    /// <summary>Reads a number in Rice's code: zeros, a one, then <paramref name="parameter"/> bits.</summary>
    /// <param name="parameter">At most 31.</param>
    /// <param name="limit">The most zeros that can be right.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long ReadRice(int parameter, int limit)
    {
        ulong window = Window();
        int zeros = BitOperations.TrailingZeroCount(window);
        if (zeros + 1 + parameter <= 56)
        {
            // At least 57 bits of the window are real ones, unless the bytes end within it.
            if (zeros > limit)
            {
                throw new PayloadException("A run of zeros is longer than any index gap.");
            }

            _position += zeros + 1 + parameter;
            return ((long)zeros << parameter) | (long)((window >> (zeros + 1)) & ((1UL << parameter) - 1));
        }

        long quotient = ReadUnary(limit);
        return (quotient << parameter) | Read(parameter);
    }

    /// <summary>Counts the zeros before the next one.</summary>
    /// <param name="limit">The most that can be right.</param>
    public int ReadUnary(int limit)
    {
        int zeros = 0;
        while (true)
        {
            ulong window = Window();
            if (window != 0)
            {
                int run = BitOperations.TrailingZeroCount(window);
                _position += run + 1;
                zeros += run;
                return zeros <= limit ? zeros : throw new PayloadException("A run of zeros is longer than any index gap.");
            }

            // At least 57 bits of the window are real ones, unless the bytes end within it.
            _position += 56;
            zeros += 56;
            if (zeros > limit || _position > 8L * _bytes.Length)
            {
                throw new PayloadException("A run of zeros is longer than any index gap.");
            }
        }
    }

    /// <summary>Makes sure that no bit was read past the end.</summary>
    public readonly void ExpectWithin()
    {
        if (_position > 8L * _bytes.Length)
        {
            throw new PayloadException("The bits of a payload end early.");
        }
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
