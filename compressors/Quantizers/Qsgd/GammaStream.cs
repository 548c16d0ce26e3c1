using System.Runtime.CompilerServices;

namespace Compression.Compressors.Quantizers.Qsgd;

/// <summary>Reads one segment of <see cref="GammaPack"/>, a chunk of levels at a time.</summary>
/// <param name="bytes">The segment.</param>
/// <param name="length">Bytes of it.</param>
internal unsafe struct GammaStream(byte* bytes, int length)
{
    // Symbols that one window of 57 bits is asked for: they end before the segment does, so that none is made of its filling.
    private const int Lookups = 4;

    /// <summary>Bytes that are written behind a chunk: levels of the next one, and what follows them in a symbol.</summary>
    public const int Overshoot = (Lookups * SignedGamma.LevelsOfSymbol) + sizeof(ulong);

    private readonly byte* _bytes = bytes;
    private readonly int _length = length;
    private int _position;
    private sbyte* _next;
    private sbyte* _end;

    /// <summary>All bytes were needed, and no more.</summary>
    public readonly bool IsAtEnd => (_position + 7) >> 3 == _length && _next == _end;

    private readonly bool CanStep => _next < _end && (_position >> 3) + sizeof(ulong) <= _length;

    /// <summary>Says where the next levels go. Those that were read too early move there.</summary>
    /// <param name="room">Room for them and for <see cref="Overshoot"/> more; may be where the last ones went.</param>
    /// <param name="count">How many.</param>
    public void Aim(sbyte* room, int count)
    {
        int early = (int)(_next - _end);
        new ReadOnlySpan<sbyte>(_end, early).CopyTo(new Span<sbyte>(room, early));
        _next = room + early;
        _end = room + count;
    }

    /// <summary>Reads the levels of four streams.</summary>
    /// <returns>False if one is damaged or too short.</returns>
    public static bool DecodeAll(GammaStream* streams, ulong* symbols)
    {
        while (streams[0].CanStep && streams[1].CanStep && streams[2].CanStep && streams[3].CanStep)
        {
            bool isSound = streams[0].Step(symbols) & streams[1].Step(symbols) & streams[2].Step(symbols) & streams[3].Step(symbols);
            if (!isSound)
            {
                return false;
            }
        }

        for (int i = 0; i < GammaPack.SegmentsOfPart; i++)
        {
            while (streams[i]._next < streams[i]._end)
            {
                if (!(streams[i].CanStep ? streams[i].Step(symbols) : streams[i].ReadOne()))
                {
                    return false;
                }
            }
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Step(ulong* symbols)
    {
        int position = _position;
        ulong window = Unsafe.ReadUnaligned<ulong>(_bytes + (position >> 3)) >> (position & 7);
        sbyte* next = _next;
        ulong symbol = 0;
        for (int i = 0; i < Lookups; i++)
        {
            symbol = symbols[window & ((1 << SignedGamma.WindowBits) - 1)];
            Unsafe.WriteUnaligned(next, symbol >> 16);
            next += (byte)(symbol >> 8);
            window >>= (int)symbol;
            position += (byte)symbol;
        }

        _next = next;
        _position = position;

        // A code longer than a symbol's window stands at the front.
        return (byte)symbol != 0 || ReadOne();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool ReadOne()
    {
        ulong word = 0;
        int start = _position >> 3, count = Math.Clamp(_length - start, 0, sizeof(ulong));
        new ReadOnlySpan<byte>(_bytes + start, count).CopyTo(new Span<byte>(&word, sizeof(ulong)));
        int bits = SignedGamma.Read(word >> (_position & 7), out int level);
        _position += bits;
        *_next++ = (sbyte)level;
        return bits != 0;
    }
}
