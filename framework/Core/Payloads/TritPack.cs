using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Core.Payloads;

/// <summary>
/// Draws sign(v)·Bernoulli(min(|v|, s)/s) for every value v and writes the outcomes −1, 0, 1 as digits 0, 1, 2 in <see cref="TritLayout"/>.
/// </summary>
/// <remarks>
/// With u = (word i ≫ 8)·2⁻²⁴, value i is sent where u·s &lt; |v|, the product rounded to float32: always where |v| ≥ s, never where v = 0
/// or NaN, else with a probability that lies within 2⁻²³ of |v|/s (for a normal s).
/// </remarks>
public static unsafe class TritPack
{
    /// <param name="team">Threads.</param>
    /// <param name="values">The values.</param>
    /// <param name="scale">s, at least 0; with 0 every zero is sent as 0.</param>
    /// <param name="random">Word i decides value i.</param>
    /// <param name="bytes"><see cref="TritLayout.ByteCount"/> of the values.</param>
    public static void Invoke(ThreadTeam team, ReadOnlySpan<float> values, float scale, Threefry random, Span<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, TritLayout.ByteCount(values.Length));
        fixed (float* from = values)
        fixed (byte* to = bytes)
        {
            var job = new Job(from, values.Length, scale, random, to);
            team.Run(ref job, TritLayout.PartCount(values.Length));
        }
    }

    private readonly struct Job(float* values, int length, float scale, Threefry random, byte* bytes) : IKernelJob
    {
        // Five digits 1: what zeros give.
        private const int Middle = 1 + 3 + 9 + 27 + 81;

        public void Execute(int part)
        {
            int start = part * TritLayout.PartLength, end = (int)Math.Min(length, (long)start + TritLayout.PartLength);
            byte* to = bytes + ((long)part * TritLayout.PartBytes);
            int i = start;
            for (; i <= end - TritLayout.BlockLength; i += TritLayout.BlockLength, to += TritLayout.BlockBytes)
            {
                PackBlock(i, to);
            }

            if (i < end)
            {
                PackRest(i, end - i, to);
            }
        }

        // Inlined into the loop over blocks, it ran at less than half the speed on two threads.
        [MethodImpl(MethodImplOptions.NoInlining)]
        [SkipLocalsInit]
        private void PackBlock(int start, byte* to)
        {
            uint* words = stackalloc uint[TritLayout.BlockLength];
            random.Fill(start / Threefry.BlockLength, TritLayout.BlockLength / Threefry.BlockLength, words);
            var (sum0, sum1, sum2, sum3) = (Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero);
            int weight = 1;
            for (int i = 0; i < TritLayout.BlockLength; i += TritLayout.BlockBytes, weight *= 3)
            {
                float* from = values + start + i;
                sum0 += Draw(Vector512.Load(from), Vector512.Load(words + i), weight);
                sum1 += Draw(Vector512.Load(from + 16), Vector512.Load(words + i + 16), weight);
                sum2 += Draw(Vector512.Load(from + 32), Vector512.Load(words + i + 32), weight);
                sum3 += Draw(Vector512.Load(from + 48), Vector512.Load(words + i + 48), weight);
            }

            var codes = Vector512.Narrow(Vector512.Narrow(sum0, sum1), Vector512.Narrow(sum2, sum3));
            (codes.AsByte() + Vector512.Create((byte)Middle)).Store(to);
        }

        private void PackRest(int start, int count, byte* to)
        {
            // Outcomes of a whole block, in registers' order; those past the end are not read.
            int* outcomes = stackalloc int[TritLayout.BlockLength];
            float* rest = stackalloc float[Threefry.BlockLength];
            for (int i = 0; i < count; i += Threefry.BlockLength)
            {
                int inside = Math.Min(Threefry.BlockLength, count - i);
                new Span<float>(rest, Threefry.BlockLength).Clear();
                new ReadOnlySpan<float>(values + start + i, inside).CopyTo(new Span<float>(rest, inside));
                random.Block((start + i) / Threefry.BlockLength, out var first, out var second);
                Draw(Vector512.Load(rest), first, weight: 1).Store(outcomes + i);
                Draw(Vector512.Load(rest + 16), second, weight: 1).Store(outcomes + i + 16);
            }

            int width = (count + TritLayout.Planes - 1) / TritLayout.Planes;
            for (int j = 0; j < width; j++)
            {
                int code = 0, power = 1;
                for (int i = j; i < count; i += width, power *= 3)
                {
                    code += power * (outcomes[i] + 1);
                }

                to[j] = (byte)code;
            }
        }

        // −weight, 0 or weight.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Vector512<int> Draw(Vector512<float> vector, Vector512<uint> words, int weight)
        {
            var isSent = Vector512.LessThan(Threefry.ToUnit(words) * Vector512.Create(scale), Vector512.Abs(vector));
            var isNegative = vector.AsInt32() >> 31;
            return isSent.AsInt32() & ((isNegative ^ Vector512.Create(weight)) - isNegative);
        }
    }
}
