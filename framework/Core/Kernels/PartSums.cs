using System.Buffers;

namespace Compression.Core.Kernels;

/// <summary>Sums that do not depend on the number of threads: one double a part, added up in the order of the parts.</summary>
public static unsafe class PartSums
{
    /// <summary>Sums a reduction over all parts of a buffer.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="values">The buffer.</param>
    /// <typeparam name="TReduction">The reduction of one part.</typeparam>
    public static double Invoke<TReduction>(ThreadTeam team, ReadOnlySpan<float> values)
        where TReduction : struct, IPartReduction
    {
        int parts = Partition.Count(values.Length);
        double[] sums = ArrayPool<double>.Shared.Rent(Math.Max(1, parts));
        fixed (float* pointer = values)
        fixed (double* results = sums)
        {
            var job = new Job<TReduction>(pointer, values.Length, results);
            team.Run(ref job, parts);
        }

        double sum = 0;
        foreach (double part in sums.AsSpan(0, parts))
        {
            sum += part;
        }

        ArrayPool<double>.Shared.Return(sums);
        return sum;
    }

    private readonly struct Job<TReduction>(float* values, int length, double* results) : IKernelJob
        where TReduction : struct, IPartReduction
    {
        public void Execute(int part) => results[part] =
            default(TReduction).Reduce(new ReadOnlySpan<float>(values + Partition.Start(part), Partition.LengthOf(part, length)));
    }
}

/// <summary>Turns one part of a buffer into a number.</summary>
public interface IPartReduction
{
    /// <summary>The number of one part.</summary>
    double Reduce(ReadOnlySpan<float> part);
}
