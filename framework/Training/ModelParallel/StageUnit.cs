using System.Collections.Immutable;

namespace Compression.Training.ModelParallel;

/// <summary>A part of a batch that a stage computes at once: some time steps of some columns.</summary>
/// <param name="FirstStep">Its first time step.</param>
/// <param name="Steps">Time steps.</param>
/// <param name="FirstColumn">Its first column.</param>
/// <param name="Columns">Columns.</param>
public readonly record struct StageUnit(int FirstStep, int Steps, int FirstColumn, int Columns)
{
    /// <summary>Positions of the batch.</summary>
    public int Positions => Steps * Columns;

    /// <summary>Goes on from the state that the unit before it leaves.</summary>
    public bool ContinuesState => FirstStep > 0;

    /// <summary>Cuts a batch.</summary>
    /// <param name="schedule">Decides whether by time or by columns.</param>
    /// <param name="steps">T.</param>
    /// <param name="columns">B; 0 gives no units.</param>
    /// <param name="timeBlock">Time steps of a block; the last has what is left.</param>
    /// <param name="microBatches">Parts as even as can be, and no more than columns.</param>
    public static ImmutableArray<StageUnit> Cut(StageSchedule schedule, int steps, int columns, int timeBlock, int microBatches)
    {
        if (columns == 0)
        {
            return [];
        }

        if (schedule == StageSchedule.Wavefront)
        {
            return [.. Enumerable.Range(0, (steps + timeBlock - 1) / timeBlock).Select(
                block => new StageUnit(block * timeBlock, Math.Min(timeBlock, steps - (block * timeBlock)), 0, columns))];
        }

        int parts = Math.Min(microBatches, columns);
        return [.. Enumerable.Range(0, parts).Select(
            part => new StageUnit(0, steps, columns * part / parts, (columns * (part + 1) / parts) - (columns * part / parts)))];
    }
}
