namespace Compression.Core.Kernels;

/// <summary>Room that grows to the largest use and is then reused: no allocation after the first steps.</summary>
public sealed class Scratch<T>
    where T : unmanaged
{
    private T[] _room = [];

    /// <summary>The first <paramref name="count"/> elements, content undefined.</summary>
    public Span<T> Take(int count)
    {
        if (_room.Length < count)
        {
            _room = GC.AllocateUninitializedArray<T>(Math.Max(count, Math.Min(Array.MaxLength, 2 * _room.Length)));
        }

        return _room.AsSpan(0, count);
    }
}
