namespace Compression.Core.Kernels;

/// <summary>
/// Where the parts of one pass leave the entries that they pick. A part fills the room from its own start, where there is place for all of
/// its elements; when it ends, it waits until all parts before it have ended and moves its entries up behind theirs, while it still
/// has them in its cache. Parts are begun in ascending order (<see cref="KernelTeam"/>), so that the one waited for is always at work.
/// </summary>
/// <param name="positions">Room for a position of every element.</param>
/// <param name="values">Room for a value of every element.</param>
/// <param name="progress">Parts that have ended, and entries that they left; both 0 before the pass.</param>
internal readonly unsafe struct CandidateRoom(int* positions, float* values, int* progress)
{
    /// <summary>Room for positions.</summary>
    public readonly int* Positions = positions;

    /// <summary>Room for values.</summary>
    public readonly float* Values = values;

    private readonly int* _progress = progress;

    /// <summary>Ends a part.</summary>
    /// <param name="part">Its number.</param>
    /// <param name="start">Its first element, where its entries begin.</param>
    /// <param name="end">Where its entries end.</param>
    public void End(int part, int start, int end)
    {
        var spinner = default(SpinWait);
        while (Volatile.Read(ref _progress[0]) != part)
        {
            spinner.SpinOnce(sleep1Threshold: -1);
        }

        int count = end - start, total = _progress[1];
        new ReadOnlySpan<int>(Positions + start, count).CopyTo(new Span<int>(Positions + total, count));
        new ReadOnlySpan<float>(Values + start, count).CopyTo(new Span<float>(Values + total, count));
        _progress[1] = total + count;
        Volatile.Write(ref _progress[0], part + 1);
    }
}
