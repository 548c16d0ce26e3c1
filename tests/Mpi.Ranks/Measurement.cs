using System.Diagnostics;
using System.Globalization;
using Compression.Core.Communication;

namespace Compression.Mpi.Ranks;

/// <summary>Times the exchanges; for a person to read, never asserted.</summary>
internal static class Measurement
{
    /// <summary>Prints the median and the best time of each exchange at each size.</summary>
    public static void Run(MpiCommunicator world)
    {
        GatheredPayloads gathered = new();
        foreach (int bytes in (int[])[4, 1024, 10_000_000])
        {
            float[] values = new float[bytes / sizeof(float)];
            byte[] payload = new byte[bytes];
            int repeats = bytes > 1_000_000 ? 30 : 3000;
            Print(world, bytes, "all-reduce", repeats, () => world.AllReduce(values.AsSpan()));
            Print(world, bytes, "all-gather", repeats, () => world.AllGather(payload, gathered));
            if (world.WorldSize == 2)
            {
                Print(world, bytes, "message there and back", repeats, () => Bounce(world, payload));
            }
        }
    }

    private static void Bounce(MpiCommunicator world, byte[] payload)
    {
        if (world.Rank == 0)
        {
            world.Send(payload, 1, 0);
        }

        world.Receive(payload, 1 - world.Rank, 0);
        if (world.Rank == 1)
        {
            world.Send(payload, 0, 0);
        }
    }

    private static void Print(MpiCommunicator world, int bytes, string name, int repeats, Action exchange)
    {
        exchange();
        world.Barrier();
        double[] times = new double[repeats];
        for (int index = 0; index < repeats; index++)
        {
            long start = Stopwatch.GetTimestamp();
            exchange();
            times[index] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        double mean = times.Average();
        Array.Sort(times);
        if (world.Rank == 0)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{world.WorldSize} ranks {bytes,9} bytes {name}: best {times[0]:0.0} us, median {times[repeats / 2]:0.0} us, mean {mean:0.0} us"));
        }
    }
}
