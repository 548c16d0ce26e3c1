namespace Compression.Core.Kernels;

/// <summary><c>values[i] = 0</c>.</summary>
public static unsafe class Zero
{
    /// <param name="team">Threads.</param>
    /// <param name="values">Out.</param>
    public static void Invoke(ThreadTeam team, Span<float> values)
    {
        fixed (float* pointer = values)
        {
            var job = new Job(pointer, values.Length);
            team.Run(ref job, Partition.Count(values.Length));
        }
    }

    private readonly struct Job(float* values, int length) : IKernelJob
    {
        public void Execute(int part) => new Span<float>(values + Partition.Start(part), Partition.LengthOf(part, length)).Clear();
    }
}
