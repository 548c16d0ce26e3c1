namespace Compression.Core.Kernels;

/// <summary>
/// Where one part of a pass leaves the entries that it picks, from the start on: room for all elements of a part, and for a vector more.
/// It stays in a cache, as it is used for other parts again. When the part ends, it waits until all parts before it have ended and
/// copies its entries behind theirs. Parts are begun in ascending order (<see cref="ThreadTeam"/>), so that the one waited for is always
/// at work, and that of t threads' parts no two have the same number modulo t.
/// </summary>
/// <param name="positions">Room for positions.</param>
/// <param name="values">Room for values.</param>
/// <param name="result">Where the entries of all parts go.</param>
public readonly unsafe struct CandidateRoom(int* positions, float* values, CandidateRoom.Result result)
{
    /// <summary>Elements of a part at most, and of a vector that is written over its end.</summary>
    public const int Length = Partition.Length + 16;

    /// <summary>Room for positions.</summary>
    public readonly int* Positions = positions;

    /// <summary>Room for values.</summary>
    public readonly float* Values = values;

    /// <summary>Ends a part.</summary>
    /// <param name="part">Its number.</param>
    /// <param name="count">Its entries.</param>
    public void End(int part, int count)
    {
        var spinner = default(SpinWait);
        while (Volatile.Read(ref result.Progress[0]) != part)
        {
            spinner.SpinOnce(sleep1Threshold: -1);
        }

        int total = result.Progress[1];
        new ReadOnlySpan<int>(Positions, count).CopyTo(new Span<int>(result.Positions + total, count));
        new ReadOnlySpan<float>(Values, count).CopyTo(new Span<float>(result.Values + total, count));
        result.Progress[1] = total + count;
        Volatile.Write(ref result.Progress[0], part + 1);
    }

    /// <summary>What all parts of a pass fill.</summary>
    /// <param name="positions">Positions.</param>
    /// <param name="values">Values.</param>
    /// <param name="progress">Parts that have ended, and entries that they left; both 0 before the pass.</param>
    public readonly struct Result(int* positions, float* values, int* progress)
    {
        /// <summary>Positions.</summary>
        public readonly int* Positions = positions;

        /// <summary>Values.</summary>
        public readonly float* Values = values;

        /// <summary>Parts, and entries.</summary>
        public readonly int* Progress = progress;
    }
}
