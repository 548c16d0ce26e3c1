using System.Globalization;
using System.Runtime.InteropServices;
using Compression.Communication.Contract;
using Compression.Core.Communication;
using Compression.Core.Reporting;
using Compression.Mpi.Interop;
using Compression.Mpi.Launching;

namespace Compression.Mpi.Ranks;

/// <summary>What a rank can be asked to do, by name.</summary>
internal static class RankChecks
{
    /// <summary>The last rank fails in the checks where one fails.</summary>
    private static bool IsVictim(MpiCommunicator world) => world.Rank == world.WorldSize - 1;

    /// <summary>Joins the job, runs one check, and returns the exit code.</summary>
    public static int Run(string check, string[] arguments)
    {
        MpiOptions options = new();
        int code = 0;
        Action<MpiCommunicator> body = check switch
        {
            "laws" => KeepAllLaws,
            "bytes" => CountBytes,
            "pipeline-bytes" => PipelineBytes.Count,
            "pipeline-equality" => PipelineEquality.Check,
            "sums" => SumsInOrder.Check,
            "allocations" => Allocations.Check,
            "groups" => SplitIntoGroups,
            "environment" => AgreeWithEnvironment,
            "null-reference" => SurviveNullReference,
            "fail-one" => world => FailOne(world, (ExitCode)int.Parse(arguments[0], CultureInfo.InvariantCulture)),
            "fail-all" => _ => throw new UserErrorException(ExitCode.NonFinite, "the loss is not finite"),
            "killed" => DieBySignal,
            "killed-when-done" => world => Console.WriteLine(world.Rank),
            "stall" => StallOne,
            "stall-behind" => StallBehindAnother,
            "stall-in-group" => StallInGroup,
            "wait-for-each-other" => WaitForEachOther,
            "short-message" => SendTooLittle,
            "wait-for-signal" => world => code = WaitForSignal(world),
            "print" => PrintWithoutLineFeed,
            "terminal" => world => Console.WriteLine($"terminal {MpiEnvironment.Current.TerminalWidth?.ToString(CultureInfo.InvariantCulture) ?? "none"}"),
            "measure" => Measurement.Run,
            _ => throw new UserErrorException(ExitCode.Usage, $"there is no check named {check}"),
        };
        if (arguments.Contains("apart"))
        {
            // What ranks do between hosts, through the memory of this one.
            options = options with { OneRankPerHost = true };
        }

        if (check is "stall" or "stall-behind" or "stall-in-group" or "wait-for-each-other" || arguments.Contains("limited"))
        {
            options = options with { Timeout = TimeSpan.FromSeconds(arguments.Contains("limited") ? 60 : 1) };
        }

        int ended = MpiRank.Run(
            options,
            world =>
            {
                body(world);
                return code;
            },
            failure => Console.Error.WriteLine(MpiLauncher.ErrorPrefix + failure.Message));
        if (check == "killed-when-done" && MpiEnvironment.Current.Rank > 0)
        {
            System.Diagnostics.Process.GetCurrentProcess().Kill();
        }

        return ended;
    }

    private static void KeepAllLaws(MpiCommunicator world)
    {
        CommunicatorLaw[] laws = [.. CommunicatorLaw.Among(world.WorldSize)];
        foreach (CommunicatorLaw law in laws)
        {
            try
            {
                law.Check(world);
            }
            catch (LawBrokenException broken)
            {
                throw new LawBrokenException($"{law.Name}: {broken.Message}");
            }
        }

        if (world.Rank == 0)
        {
            Console.WriteLine($"{laws.Length} laws kept by {world.WorldSize} ranks on {world.LibraryVersion}");
        }
    }

    private static void CountBytes(MpiCommunicator world)
    {
        int n = world.WorldSize;
        GatheredPayloads gathered = new();
        long expected = 0;
        void Add(long bytes, string what)
        {
            expected += bytes;
            if (world.BytesHanded != expected)
            {
                throw new LawBrokenException($"after {what}: {world.BytesHanded} bytes counted, {expected} handed");
            }
        }

        world.AllReduce(new float[1001].AsSpan());
        Add(4004, "an all-reduce of 1001 floats");
        world.AllReduce(new float[100_001].AsSpan());
        Add(400_004, "an all-reduce of 100,001 floats");
        world.AllReduce(new double[3].AsSpan(), ReduceOperation.Max);
        Add(24, "an all-reduce of 3 doubles");
        int own = 10 + (world.Rank * 7);
        world.AllGather(new byte[own], gathered);
        Add(own + 4, "an all-gather, with its length");
        world.AllGather(new byte[own * 10_000], gathered);
        Add((own * 10_000) + 4, "an all-gather of much, with its length");
        world.BeginAllGather(new byte[own], gathered).Wait();
        Add(own + 4, "a pending all-gather, with its length");
        world.BeginAllReduce(new float[17]).Wait();
        Add(68, "a pending all-reduce of 17 floats");
        int[] sections = [.. Enumerable.Range(1, n)];
        world.AllToAll(new byte[sections.Sum()], sections, gathered);
        Add(sections.Sum() + (4 * n), "an all-to-all, with its lengths");
        world.Broadcast(new byte[99], 0);
        Add(world.Rank == 0 ? 99 : 0, "a broadcast from rank 0");
        if (n > 1 && world.Rank == 0)
        {
            world.Send(new byte[31], 1, 0);
            Add(31, "a send");
        }
        else if (world.Rank == 1)
        {
            world.Receive(new byte[31], 0, 0);
            Add(0, "a receive");
        }

        world.Barrier();
        Add(0, "a barrier");
    }

    private static void SplitIntoGroups(MpiCommunicator world)
    {
        int color = world.Rank % 2;
        using MpiCommunicator group = world.Split(color, -world.Rank);
        int members = (world.WorldSize + 1 - color) / 2;
        int highest = world.WorldSize - 1 - ((world.WorldSize - 1 - color) % 2);
        int rank = (highest - world.Rank) / 2;
        if (group.WorldSize != members || group.Rank != rank)
        {
            throw new LawBrokenException($"rank {world.Rank} is {group.Rank} of {group.WorldSize} in its group, not {rank} of {members}");
        }

        KeepAllLaws(group);
        double[] sum = [world.Rank];
        group.AllReduce(sum.AsSpan());
        int expected = Enumerable.Range(0, world.WorldSize).Where(other => other % 2 == color).Sum();
        if (sum[0] != expected)
        {
            throw new LawBrokenException($"the ranks of a group add up to {sum[0]}, not {expected}");
        }
    }

    private static void AgreeWithEnvironment(MpiCommunicator world)
    {
        MpiEnvironment environment = MpiEnvironment.Current;
        (int?, int?, int?, int?) told = (environment.Rank, environment.Size, environment.LocalRank, environment.LocalSize);
        if (!environment.IsUnderLauncher || told != (world.Rank, world.WorldSize, world.Rank, world.WorldSize))
        {
            throw new LawBrokenException($"the environment says {told}, MPI says {world.Rank} of {world.WorldSize}");
        }
    }

    private static void SurviveNullReference(MpiCommunicator world)
    {
        string? nothing = world.Rank < 0 ? "something" : null;
        try
        {
            Console.WriteLine(nothing!.Length);
            throw new LawBrokenException("a null reference was followed");
        }
        catch (NullReferenceException)
        {
            world.Barrier();
        }
    }

    private static void FailOne(MpiCommunicator world, ExitCode code)
    {
        if (IsVictim(world))
        {
            throw new UserErrorException(code, "this rank gives up");
        }

        world.Barrier();
    }

    private static void DieBySignal(MpiCommunicator world)
    {
        world.Barrier();
        if (IsVictim(world))
        {
            System.Diagnostics.Process.GetCurrentProcess().Kill();
        }

        world.Barrier();
    }

    private static void StallOne(MpiCommunicator world)
    {
        if (IsVictim(world))
        {
            Thread.Sleep(Timeout.Infinite);
        }

        world.AllReduce(new float[100_000].AsSpan());
    }

    // Each waits for a message of the next; the last sends none.
    private static void StallBehindAnother(MpiCommunicator world)
    {
        if (IsVictim(world))
        {
            Thread.Sleep(Timeout.Infinite);
        }

        world.Receive(new byte[1], world.Rank + 1, 0);
    }

    // Ranks 0 and 2 are a group, in which 2 does not come; 1 and 3 are another, and busy.
    private static void StallInGroup(MpiCommunicator world)
    {
        using MpiCommunicator group = world.Split(world.Rank % 2, world.Rank);
        if (world.Rank > 0)
        {
            Thread.Sleep(Timeout.Infinite);
        }

        group.Barrier();
    }

    private static void WaitForEachOther(MpiCommunicator world) => world.Receive(new byte[1], (world.Rank + 1) % world.WorldSize, 0);

    private static void SendTooLittle(MpiCommunicator world)
    {
        if (world.Rank == 0)
        {
            world.Send(new byte[3], 1, 0);
        }
        else if (world.Rank == 1)
        {
            world.Receive(new byte[4], 0, 0);
        }

        world.Barrier();
    }

    private static int WaitForSignal(MpiCommunicator world)
    {
        using ManualResetEventSlim told = new();
        ExitCode code = ExitCode.Success;
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Tell);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Tell);
        void Tell(PosixSignalContext context)
        {
            context.Cancel = true;
            code = context.Signal == PosixSignal.SIGINT ? ExitCode.Interrupted : ExitCode.Terminated;
            told.Set();
        }

        world.Barrier();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ready {Environment.ProcessId}"));
        told.Wait();

        // All ranks were told, so they can still agree on an end, as a run does that saves its state.
        world.Barrier();
        Console.WriteLine("saved");
        return (int)code;
    }

    private static void PrintWithoutLineFeed(MpiCommunicator world)
    {
        if (world.Rank == 0)
        {
            Console.Write("[=====>    ] 50 %\r");
            Console.Out.Flush();

            // Ends only when the reader of the line above says so, by ending the job.
            Thread.Sleep(Timeout.Infinite);
        }

        world.Barrier();
    }
}
