using System.Diagnostics;

namespace Compression.Mpi.Launching;

/// <summary>
/// Ends a job that cannot come together: MPICH's launcher waits for ever for a host that it cannot reach, for a program that is not there and
/// for a rank that ends before it has joined. Seen is what tells of it: the programs that reach hosts (a child of the launcher each) end,
/// a rank says that it fails, or the time is over.
/// </summary>
internal sealed class JoinWatch : IDisposable
{
    private const int SignalKill = 9;

    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(50);

    /// <summary>For other hosts to fail, or come, too, and for what was printed to arrive.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(1);

    private readonly int _launcher;
    private readonly TimeSpan _limit;
    private readonly JobRemarks _remarks;
    private readonly Thread? _thread;
    private readonly ManualResetEventSlim _over = new();

    /// <param name="launcher">The process that starts the ranks.</param>
    /// <param name="limit">Time for all of them to join; null: they are not watched.</param>
    /// <param name="remarks">What the job has said.</param>
    public JoinWatch(int launcher, TimeSpan? limit, JobRemarks remarks)
    {
        (_launcher, _limit, _remarks) = (launcher, limit ?? TimeSpan.Zero, remarks);
        if (limit is not null)
        {
            _thread = new Thread(Watch) { IsBackground = true, Name = "join watch" };
            _thread.Start();
        }
    }

    /// <summary>True once it has ended the job.</summary>
    public bool HasEndedJob { get; private set; }

    /// <summary>What reached the hosts, in their order, when it ended the job.</summary>
    public IReadOnlyList<ProcessEntry> Reaching { get; private set; } = [];

    /// <summary>Ends the watch; what it found is final.</summary>
    public void Stop()
    {
        _over.Set();
        _thread?.Join();
    }

    public void Dispose()
    {
        Stop();
        _over.Dispose();
    }

    private void Watch()
    {
        long start = Stopwatch.GetTimestamp();
        while (!_over.Wait(s_betweenLooks) && !_remarks.HasJoined)
        {
            if (Stopwatch.GetElapsedTime(start) > _limit || (HasFailed() && !_over.Wait(s_grace) && !_remarks.HasJoined))
            {
                End();
                return;
            }
        }
    }

    private bool HasFailed() =>
        _remarks.Unstartable is not null || _remarks.MarksOf(JoinEvent.Failed).Count > 0 || ProcessTable.Children(_launcher).Any(child => child.HasEnded);

    // Nothing has begun that could be saved. Ranks on other hosts end when their connection does.
    private void End()
    {
        Reaching = ProcessTable.Children(_launcher);
        HasEndedJob = true;
        foreach (int process in (int[])[_launcher, .. ProcessTable.Descendants(_launcher)])
        {
            _ = Interop.NativeProcess.Signal(process, SignalKill);
        }
    }
}
