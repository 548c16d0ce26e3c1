using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>64 floats at once: the values of one block of <see cref="BitPlanes"/>.</summary>
public readonly unsafe struct BlockOfFloats(Vector512<float> first, Vector512<float> second, Vector512<float> third, Vector512<float> fourth)
{
    /// <summary>Values 0 to 15.</summary>
    public readonly Vector512<float> First = first;

    /// <summary>Values 16 to 31.</summary>
    public readonly Vector512<float> Second = second;

    /// <summary>Values 32 to 47.</summary>
    public readonly Vector512<float> Third = third;

    /// <summary>Values 48 to 63.</summary>
    public readonly Vector512<float> Fourth = fourth;

    /// <summary>Reads <paramref name="count"/> values, 1 to 64; the others are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockOfFloats Load(float* source, int count) => count == BitPlanes.BlockLength
        ? new BlockOfFloats(Vector512.Load(source), Vector512.Load(source + 16), Vector512.Load(source + 32), Vector512.Load(source + 48))
        : LoadSome(source, count);

    /// <summary>Bytes as numbers 0 to 255.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockOfFloats From(Vector512<byte> bytes)
    {
        var (low, high) = Vector512.Widen(bytes);
        var (a, b) = Vector512.Widen(low);
        var (c, d) = Vector512.Widen(high);
        return Convert(a.AsInt32(), b.AsInt32(), c.AsInt32(), d.AsInt32());
    }

    /// <summary>Bytes as numbers −128 to 127.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockOfFloats From(Vector512<sbyte> bytes)
    {
        var (low, high) = Vector512.Widen(bytes);
        var (a, b) = Vector512.Widen(low);
        var (c, d) = Vector512.Widen(high);
        return Convert(a, b, c, d);
    }

    /// <summary><c>destination[i] += offset + factor · value i</c>, rounded after each operation.</summary>
    /// <param name="destination">The sum.</param>
    /// <param name="count">1 to 64 of its elements.</param>
    /// <param name="factor">Of the values.</param>
    /// <param name="offset">Of the products.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddTo(float* destination, int count, float factor, float offset)
    {
        var (by, plus) = (Vector512.Create(factor), Vector512.Create(offset));
        if (count == BitPlanes.BlockLength)
        {
            (Vector512.Load(destination) + ((First * by) + plus)).Store(destination);
            (Vector512.Load(destination + 16) + ((Second * by) + plus)).Store(destination + 16);
            (Vector512.Load(destination + 32) + ((Third * by) + plus)).Store(destination + 32);
            (Vector512.Load(destination + 48) + ((Fourth * by) + plus)).Store(destination + 48);
        }
        else
        {
            AddSome(destination, count, by, plus);
        }
    }

    private static BlockOfFloats LoadSome(float* source, int count)
    {
        float* room = stackalloc float[BitPlanes.BlockLength];
        new Span<float>(room, BitPlanes.BlockLength).Clear();
        new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(room, count));
        return Load(room, BitPlanes.BlockLength);
    }

    private static BlockOfFloats Convert(Vector512<int> a, Vector512<int> b, Vector512<int> c, Vector512<int> d) => new(
        Vector512.ConvertToSingle(a), Vector512.ConvertToSingle(b), Vector512.ConvertToSingle(c), Vector512.ConvertToSingle(d));

    private void AddSome(float* destination, int count, Vector512<float> by, Vector512<float> plus)
    {
        float* room = stackalloc float[BitPlanes.BlockLength];
        ((First * by) + plus).Store(room);
        ((Second * by) + plus).Store(room + 16);
        ((Third * by) + plus).Store(room + 32);
        ((Fourth * by) + plus).Store(room + 48);
        for (int i = 0; i < count; i++)
        {
            destination[i] += room[i];
        }
    }
}
