namespace Compression.Core.Kernels;

/// <summary><c>destination[indices[j]] += scale · values[j]</c> for ascending indices.</summary>
public static unsafe class ScatterAdd
{
    /// <param name="team">Threads.</param>
    /// <param name="destination">The sum.</param>
    /// <param name="indices">Positions, strictly ascending and below <c>destination.Length</c>.</param>
    /// <param name="values">As many values.</param>
    /// <param name="scale">Factor of every value.</param>
    /// <returns>False where positions are out of order or outside; some entries may have been added.</returns>
    public static bool TryInvoke(ThreadTeam team, Span<float> destination, ReadOnlySpan<int> indices, ReadOnlySpan<float> values, float scale)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, indices.Length);
        fixed (float* sums = destination, added = values)
        fixed (int* positions = indices)
        {
            var job = new Job(sums, destination.Length, positions, added, indices.Length, scale);
            team.Run(ref job, Partition.Count(indices.Length));
            return !job.Failed;
        }
    }

    private struct Job(float* sums, int length, int* positions, float* values, int count, float scale) : IKernelJob
    {
        // Entries between the one that is asked for and the one that is added.
        private const int Ahead = 24;

        public bool Failed { get; private set; }

        public void Execute(int part)
        {
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, count);
            int previous = start == 0 ? -1 : positions[start - 1];
            for (int j = start; j < end; j++)
            {
                // A position that is wrong is found before it is used; its prefetch does no harm.
                Prefetch.Line(sums + positions[Math.Min(j + Ahead, count - 1)]);
                int position = positions[j];
                if (position <= previous || (uint)position >= (uint)length)
                {
                    Failed = true;
                    return;
                }

                sums[position] += scale * values[j];
                previous = position;
            }
        }
    }
}
