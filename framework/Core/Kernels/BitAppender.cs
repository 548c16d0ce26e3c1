using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Compression.Core.Kernels;

/// <summary>
/// Appends codes to a stream of bits that goes from the lowest bit of a byte upwards. Codes come singly or many at a time: then neighbours
/// are joined in registers, two and two and again, before they are appended, as each append waits for the last.
/// </summary>
public unsafe ref struct BitAppender
{
    // With the 7 bits that may be pending a code must fit into a word.
    private const int MostAtOnce = 56;

    private readonly byte* _end;
    private byte* _to;
    private ulong _pending;
    private int _bits;

    /// <param name="to">Where the stream begins.</param>
    /// <param name="end">Behind the last byte that may be written.</param>
    public BitAppender(byte* to, byte* end)
    {
        _to = to;
        _end = end;
    }

    /// <summary>There is room for so many codes of at most 32 bits, and for the word that is written over the stream's end.</summary>
    public readonly bool HasRoomFor(int codes) => _end - _to >= ((codes + 2) * sizeof(uint)) + sizeof(ulong);

    /// <summary>Bits so far that begin at <paramref name="start"/>.</summary>
    public readonly int BitsSince(byte* start) => (int)(8 * (_to - start)) + _bits;

    /// <summary>Appends one code.</summary>
    /// <param name="code">No bits above its length.</param>
    /// <param name="length">0 to 56 bits.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(ulong code, int length)
    {
        _pending |= code << _bits;
        _bits += length;
        if (_end - _to >= sizeof(ulong))
        {
            Unsafe.WriteUnaligned(_to, _pending);
        }
        else
        {
            WriteLast(_to, _end, _pending);
        }

        Advance();
    }

    /// <summary>Appends many codes; there must be room for them (<see cref="HasRoomFor"/>).</summary>
    /// <param name="codes">No bits above their lengths.</param>
    /// <param name="lengths">0 to 32 bits each.</param>
    /// <param name="count">A multiple of 16.</param>
    /// <param name="scratch">Room for half as many words.</param>
    public void Append(uint* codes, uint* lengths, int count, ulong* scratch)
    {
        if (!Avx2.IsSupported || !TryJoin(codes, lengths, count, scratch))
        {
            for (int i = 0; i < count; i++)
            {
                Push(codes[i], (int)lengths[i]);
            }

            return;
        }

        // Locals stay in registers. A word is written every time, however few of its bytes are complete: no processor would foresee that branch.
        byte* to = _to;
        var (pending, bits) = (_pending, _bits);
        for (int i = 0; i < count / 2; i += 2)
        {
            pending |= scratch[i] << bits;
            bits += (int)scratch[i + 1];
            Unsafe.WriteUnaligned(to, pending);
            to += bits >> 3;
            pending >>= bits & ~7;
            bits &= 7;
        }

        _to = to;
        (_pending, _bits) = (pending, bits);
    }

    /// <summary>Ends the stream on a whole byte, filled up with zeros.</summary>
    /// <returns>Where the next stream may begin.</returns>
    public byte* EndByte()
    {
        if (_bits > 0)
        {
            *_to++ = (byte)_pending;
            (_pending, _bits) = (0, 0);
        }

        return _to;
    }

    // Writes, for every four codes, these joined, and their length. False if four may be too long for one append.
    private static bool TryJoin(uint* codes, uint* lengths, int count, ulong* joined)
    {
        if (Avx512F.IsSupported)
        {
            var low = Vector512.Create((ulong)uint.MaxValue);
            var longest = Vector512<ulong>.Zero;
            for (int i = 0; i < count; i += Vector512<uint>.Count)
            {
                Vector512<ulong> code = Vector512.Load(codes + i).AsUInt64(), length = Vector512.Load(lengths + i).AsUInt64();
                var two = (code & low) | Avx512F.ShiftLeftLogicalVariable(code >> 32, length & low);
                var twoLength = (length & low) + (length >> 32);

                // Of each 128 bits the lower half counts from here on.
                var four = two | Avx512F.ShiftLeftLogicalVariable(Avx512F.UnpackHigh(two, two), twoLength);
                var fourLength = twoLength + Avx512F.UnpackHigh(twoLength, twoLength);
                longest = Vector512.Max(longest, Avx512F.UnpackLow(fourLength, fourLength));
                Avx512F.UnpackLow(four, fourLength).Store(joined + (i / 2));
            }

            return Vector512.LessThanOrEqualAll(longest, Vector512.Create((ulong)MostAtOnce));
        }
        else
        {
            var low = Vector256.Create((ulong)uint.MaxValue);
            var longest = Vector256<ulong>.Zero;
            for (int i = 0; i < count; i += Vector256<uint>.Count)
            {
                Vector256<ulong> code = Vector256.Load(codes + i).AsUInt64(), length = Vector256.Load(lengths + i).AsUInt64();
                var two = (code & low) | Avx2.ShiftLeftLogicalVariable(code >> 32, length & low);
                var twoLength = (length & low) + (length >> 32);
                var four = two | Avx2.ShiftLeftLogicalVariable(Avx2.UnpackHigh(two, two), twoLength);
                var fourLength = twoLength + Avx2.UnpackHigh(twoLength, twoLength);
                longest = Vector256.Max(longest, Avx2.UnpackLow(fourLength, fourLength));
                Avx2.UnpackLow(four, fourLength).Store(joined + (i / 2));
            }

            return Vector256.LessThanOrEqualAll(longest, Vector256.Create((ulong)MostAtOnce));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Push(ulong code, int length)
    {
        _pending |= code << _bits;
        _bits += length;
        Unsafe.WriteUnaligned(_to, _pending);
        Advance();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Advance()
    {
        _to += _bits >> 3;
        _pending >>= _bits & ~7;
        _bits &= 7;
    }

    private static void WriteLast(byte* to, byte* end, ulong word)
    {
        for (; to < end; to++, word >>= 8)
        {
            *to = (byte)word;
        }
    }
}
