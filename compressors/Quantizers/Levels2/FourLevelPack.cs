using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Compressors.Quantizers.Levels2;

/// <summary>
/// Writes of each value how many of three ascending bounds it reaches, 0 to 3, in <see cref="BitPlanes"/>, and gives number and sum of those that reach
/// each bound.
/// </summary>
internal static unsafe class FourLevelPack
{
    private const int Bounds = 3;

    /// <param name="team">Threads, on which neither bytes nor sums depend.</param>
    /// <param name="values">The values, all finite.</param>
    /// <param name="bounds">Three, ascending.</param>
    /// <param name="planes">Two bits a value.</param>
    /// <param name="reaching">Takes for each bound how many values reach it, and their sum.</param>
    public static void Invoke(
        ThreadTeam team, ReadOnlySpan<float> values, ReadOnlySpan<float> bounds, Span<byte> planes, Span<(long Count, double Sum)> reaching)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(planes.Length, BitPlanes.ByteCount(values.Length, 2));
        ArgumentOutOfRangeException.ThrowIfNotEqual(bounds.Length, Bounds);
        int parts = Partition.Count(values.Length);
        var sums = ArrayPool<(long Count, double Sum)>.Shared.Rent(Bounds * Math.Max(1, parts));
        fixed (float* from = values, limits = bounds)
        fixed (byte* to = planes)
        fixed ((long Count, double Sum)* ofParts = sums)
        {
            var job = new Job(from, values.Length, limits, to, ofParts);
            team.Run(ref job, parts);
        }

        for (int bound = 0; bound < Bounds; bound++)
        {
            reaching[bound] = default;
            for (int part = 0; part < parts; part++)
            {
                var (count, sum) = sums[(Bounds * part) + bound];
                reaching[bound] = (reaching[bound].Count + count, reaching[bound].Sum + sum);
            }
        }

        ArrayPool<(long Count, double Sum)>.Shared.Return(sums);
    }

    private readonly struct Job(float* values, int length, float* bounds, byte* planes, (long Count, double Sum)* sums) : IKernelJob
    {
        public void Execute(int part)
        {
            int i = Partition.Start(part), end = i + Partition.LengthOf(part, length);
            var (first, second, third) = (new Reaching(bounds[0]), new Reaching(bounds[1]), new Reaching(bounds[2]));
            for (; i <= end - BitPlanes.BlockLength; i += BitPlanes.BlockLength)
            {
                Prefetch.Block(values + i + 512);
                var codes = LevelRounding.ToBytes(
                    CodesOf(values + i, ref first, ref second, ref third), CodesOf(values + i + 16, ref first, ref second, ref third),
                    CodesOf(values + i + 32, ref first, ref second, ref third), CodesOf(values + i + 48, ref first, ref second, ref third));
                BitPlanes.Store(codes, BitPlanes.BlockLength, 2, BitPlanes.At(planes, i, 2));
            }

            if (i < end)
            {
                // What fills the block up reaches no bound.
                float* rest = stackalloc float[BitPlanes.BlockLength];
                new Span<float>(rest, BitPlanes.BlockLength).Fill(float.NaN);
                new ReadOnlySpan<float>(values + i, end - i).CopyTo(new Span<float>(rest, end - i));
                var codes = LevelRounding.ToBytes(
                    CodesOf(rest, ref first, ref second, ref third), CodesOf(rest + 16, ref first, ref second, ref third),
                    CodesOf(rest + 32, ref first, ref second, ref third), CodesOf(rest + 48, ref first, ref second, ref third));
                BitPlanes.Store(codes, end - i, 2, BitPlanes.At(planes, i, 2));
            }

            var ofPart = sums + (Bounds * part);
            (ofPart[0], ofPart[1], ofPart[2]) = (first.Total(), second.Total(), third.Total());
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> CodesOf(float* values, ref Reaching first, ref Reaching second, ref Reaching third)
        {
            var lanes = Vector512.Load(values);

            // A comparison that holds is −1.
            return -(first.Add(lanes) + second.Add(lanes) + third.Add(lanes));
        }
    }

    // Those of the values seen so far that reach a bound.
    private struct Reaching(float bound)
    {
        private readonly Vector512<float> _bound = Vector512.Create(bound);
        private Vector512<int> _count = Vector512<int>.Zero;
        private Vector512<double> _low = Vector512<double>.Zero;
        private Vector512<double> _high = Vector512<double>.Zero;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<int> Add(Vector512<float> lanes)
        {
            var reached = Vector512.GreaterThanOrEqual(lanes, _bound);
            var (low, high) = Vector512.Widen(lanes & reached);
            _low += low;
            _high += high;
            _count -= reached.AsInt32();
            return reached.AsInt32();
        }

        public readonly (long Count, double Sum) Total() => (Vector512.Sum(_count), Vector512.Sum(_low + _high));
    }
}
