namespace Compression.Core.Kernels;

/// <summary><c>destination[i] = source[i]</c>, on all threads.</summary>
public static unsafe class CopyBytes
{
    private const int PartLength = sizeof(float) * Partition.Length;

    /// <param name="team">Threads.</param>
    /// <param name="source">What is read.</param>
    /// <param name="destination">As many bytes; may not overlap the source.</param>
    public static void Invoke(KernelTeam team, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, source.Length);
        fixed (byte* from = source, to = destination)
        {
            var job = new Job(from, to, source.Length);
            team.Run(ref job, (int)(((long)source.Length + PartLength - 1) / PartLength));
        }
    }

    private readonly struct Job(byte* source, byte* destination, int length) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = part * PartLength, count = Math.Min(PartLength, length - start);
            new ReadOnlySpan<byte>(source + start, count).CopyTo(new Span<byte>(destination + start, count));
        }
    }
}
