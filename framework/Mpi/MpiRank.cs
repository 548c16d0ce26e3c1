using Compression.Core.Reporting;

namespace Compression.Mpi;

/// <summary>The life of one rank: join, work, leave; or fail, and take the whole job along.</summary>
public static class MpiRank
{
    /// <summary>
    /// Runs <paramref name="body"/> between start and end of MPI. An exception that leaves it is shown by <paramref name="report"/>
    /// and ends all ranks with its exit code: of a <see cref="UserErrorException"/> its own, else 1. The abort comes before MPI is
    /// finalized, since finalizing would wait for peers that wait for this rank.
    /// </summary>
    /// <param name="options">How to join.</param>
    /// <param name="body">The work; returns the exit code, the same on all ranks.</param>
    /// <param name="report">Shows a failure once, in this rank.</param>
    public static int Run(MpiOptions options, Func<MpiCommunicator, int> body, Action<Exception> report)
    {
        using MpiCommunicator world = MpiCommunicator.Start(options);
        try
        {
            int ended = body(world);
            world.Conclusion = (ExitCode)ended;
            return ended;
        }
#pragma warning disable CA1031 // Whatever the failure is, peers must not wait for this rank.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            report(failure);
            ExitCode code = failure is UserErrorException error ? error.Code : ExitCode.Failure;
            world.Abort(code);
            return (int)code;
        }
    }
}
