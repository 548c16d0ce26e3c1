using System.Text;
using Compression.Core.Communication;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Mpi;
using Compression.Mpi.Interop;

namespace Compression.Experiments.Runs;

/// <summary>The workers of a run as one process sees them: alone, or a rank among others.</summary>
internal sealed class RankGroup : IDisposable
{
    /// <summary>Time for a lower rank with the same failure to report it and end the job.</summary>
    private static readonly TimeSpan s_precedence = TimeSpan.FromSeconds(1);

    private readonly MpiCommunicator? _mpi;
    private readonly CommandEnvironment? _environment;

    private RankGroup(ICommunicator communicator, MpiCommunicator? mpi, CommandEnvironment? environment)
    {
        Communicator = communicator;
        _mpi = mpi;
        _environment = environment;
    }

    /// <summary>How they talk.</summary>
    public ICommunicator Communicator { get; }

    /// <summary>True for the one that logs.</summary>
    public bool IsFirst => Communicator.Rank == 0;

    /// <summary>The MPI library in one line; null for a process alone.</summary>
    public string? MpiLibrary => _mpi?.LibraryVersion;

    /// <summary>A process alone.</summary>
    public static RankGroup Alone() => new(new LocalCommunicator(), null, null);

    /// <summary>Joins the ranks that the launcher started.</summary>
    /// <param name="timeout">Seconds that an exchange may take; 0: no limit.</param>
    /// <param name="environment">Where failures are reported.</param>
    /// <param name="severalThreads">Several threads will exchange at once.</param>
    public static RankGroup Join(double timeout, CommandEnvironment environment, bool severalThreads = false)
    {
        var mpi = MpiCommunicator.Start(new MpiOptions { Timeout = LimitOf(timeout), ThreadMultiple = severalThreads });
        return new RankGroup(mpi, mpi, environment);
    }

    /// <summary>Sets the time that an exchange may take from now on.</summary>
    /// <param name="timeout">Seconds; 0: no limit.</param>
    public void Limit(double timeout) => _mpi?.Limit(LimitOf(timeout));

    /// <summary>Runs a check on every rank. Where it fails, the lowest failing rank reports and all end with its code.</summary>
    /// <param name="check">Throws where it fails.</param>
    /// <param name="saysWhere">A failure of some ranks alone is reported with rank and host.</param>
    public T AllAgree<T>(Func<T> check, bool saysWhere = false)
    {
        if (Communicator.WorldSize == 1)
        {
            return check();
        }

        T? result = default;
        Exception? failure = null;
        try
        {
            result = check();
        }
#pragma warning disable CA1031 // Thrown below, when the others know of it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception;
        }

        int size = Communicator.WorldSize;
        Span<double> first = [failure is null ? size : Communicator.Rank];
        Communicator.AllReduce(first, ReduceOperation.Min);
        if (first[0] >= size)
        {
            return result!;
        }

        // Its code, and how many fail.
        bool reports = failure is not null && Communicator.Rank == (int)first[0];
        Span<double> sums = [reports ? (double)CodeOf(failure!) : 0, failure is null ? 0 : 1];
        Communicator.AllReduce(sums);
        var code = Conclude((ExitCode)(int)sums[0]);
        if (reports && failure is not UserErrorException)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure!);
        }

        // Reported now: leaving MPI may have to be forced, which ends the process.
        if (reports)
        {
            // What not all have met is something of one host.
            bool isOfOneHost = saysWhere && (int)sums[1] < size;
            string where = isOfOneHost ? FormattableString.Invariant($"rank {Communicator.Rank} on {MpiEnvironment.Current.Host}: ") : "";
            CommandLine.Report(code, where + failure!.Message, _environment!);
        }

        throw new AlreadyReportedException(code);
    }

    /// <summary>Gives all ranks a text of the first.</summary>
    public string FromFirst(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        byte[] length = BitConverter.GetBytes(bytes.Length);
        Communicator.Broadcast(length, 0);
        Array.Resize(ref bytes, BitConverter.ToInt32(length));
        Communicator.Broadcast(bytes, 0);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>
    /// Ends all ranks after a failure in the middle of a run; peers may be waiting in an exchange that will never come. Returns where
    /// there are no peers.
    /// </summary>
    /// <param name="code">The job's exit code.</param>
    /// <param name="report">Prints the cause.</param>
    public void EndAll(ExitCode code, Action report)
    {
        if (_mpi is null)
        {
            return;
        }

        // What struck all ranks alike is reported by the first, which ends the others while they wait here.
        if (!IsFirst)
        {
            Thread.Sleep(s_precedence);
        }

        report();
        _mpi.Abort(code);
    }

    /// <summary>How the program ends because of a failure.</summary>
    public static ExitCode CodeOf(Exception failure) => failure switch
    {
        UserErrorException error => error.Code,
        DllNotFoundException => ExitCode.Environment,
        _ => ExitCode.Failure,
    };

    /// <summary>Sets the code with which all ranks are about to end.</summary>
    public ExitCode Conclude(ExitCode code)
    {
        if (_mpi is not null)
        {
            _mpi.Conclusion = code;
        }

        return code;
    }

    /// <summary>Leaves the group.</summary>
    public void Dispose() => Communicator.Dispose();

    private static TimeSpan? LimitOf(double timeout) => timeout > 0 ? TimeSpan.FromSeconds(timeout) : null;
}
