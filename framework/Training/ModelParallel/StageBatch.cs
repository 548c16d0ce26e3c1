using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Compression.Training.ModelParallel.Buckets;
using static TorchSharp.torch;

namespace Compression.Training.ModelParallel;

/// <summary>What a stage must know of the batch in progress. Axes: T time, B columns of this replica.</summary>
public sealed record StageBatch
{
    /// <summary>T.</summary>
    public required int Steps { get; init; }

    /// <summary>B.</summary>
    public required int Columns { get; init; }

    /// <summary>Ids, [T, B] row-major.</summary>
    public required long[] Input { get; init; }

    /// <summary>The ids that follow, [T, B]; <see cref="SentenceText.Padding"/> where nothing is to be predicted.</summary>
    public required long[] Target { get; init; }

    /// <summary>The parts in which it is computed.</summary>
    public required ImmutableArray<StageUnit> Units { get; init; }

    /// <summary>What a nat of this batch counts in the objective that is differentiated.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Keys dropout; null for none.</summary>
    public ulong? DropoutKey { get; init; }

    /// <summary>Targets of this replica.</summary>
    public long Targets => Target.LongCount(id => id != SentenceText.Padding);

    /// <summary>Ids that a unit reads, [T, B] of the unit, on the host.</summary>
    internal Tensor InputOf(StageUnit unit)
    {
        var ids = empty(unit.Steps, unit.Columns, dtype: ScalarType.Int64);
        var values = MemoryMarshal.Cast<byte, long>(ids.bytes);
        for (int t = 0; t < unit.Steps; t++)
        {
            Input.AsSpan(((unit.FirstStep + t) * Columns) + unit.FirstColumn, unit.Columns).CopyTo(values[(t * unit.Columns)..]);
        }

        return ids;
    }

    /// <summary>Rows of a unit, counted in it, at which something is to be predicted, and the ids there.</summary>
    internal (long[] Rows, long[] Ids) TargetsOf(StageUnit unit)
    {
        var rows = new List<long>(unit.Positions);
        var ids = new List<long>(unit.Positions);
        for (int row = 0; row < unit.Positions; row++)
        {
            long id = Target[((unit.FirstStep + (row / unit.Columns)) * Columns) + unit.FirstColumn + (row % unit.Columns)];
            if (id != SentenceText.Padding)
            {
                rows.Add(row);
                ids.Add(id);
            }
        }

        return ([.. rows], [.. ids]);
    }
}
