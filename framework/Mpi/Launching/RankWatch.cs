using System.Globalization;
using Compression.Mpi.Interop;

namespace Compression.Mpi.Launching;

/// <summary>
/// Sees which rank on this host ends first, which MPICH's launcher does not tell: it waits for all of them at once, through file descriptors
/// that the kernel makes readable when a process ends. Where two have ended before it comes to look, it does not guess.
/// </summary>
internal sealed class RankWatch : IDisposable
{
    private static readonly string[] s_variables = ["PMI_RANK", "OMPI_COMM_WORLD_RANK"];
    // Ranks on other hosts never show up.
    private const int Looks = 100;

    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(100);

    private readonly int _launcher;
    private readonly int _ranks;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _over = new();

    /// <param name="launcher">The process that starts them, itself or by others.</param>
    /// <param name="ranks">How many ranks it starts; those on other hosts are not seen, and then none is named.</param>
    public RankWatch(int launcher, int ranks)
    {
        (_launcher, _ranks) = (launcher, ranks);
        _thread = new Thread(Watch) { IsBackground = true, Name = "rank watch" };
        _thread.Start();
    }

    /// <summary>The first that ended; null while all run, and where it is not known.</summary>
    public int? FirstToEnd { get; private set; }

    /// <summary>Ends the watch; <see cref="FirstToEnd"/> is final.</summary>
    public void Stop()
    {
        _over.Set();
        _thread.Join();
    }

    public void Dispose()
    {
        Stop();
        _over.Dispose();
    }

    private void Watch()
    {
        Dictionary<int, int> processes = [];
        for (int look = 0; processes.Count < _ranks; look++)
        {
            if (look == Looks || _over.Wait(s_betweenLooks))
            {
                return;
            }

            processes = FindRanks();
        }

        int[] ranks = [.. processes.Keys], descriptors = [.. ranks.Select(rank => NativeProcess.Open(processes[rank]))];
        try
        {
            if (descriptors.Any(descriptor => descriptor < 0))
            {
                return;
            }

            while (!_over.IsSet)
            {
                if (NativeProcess.WaitForEnd(descriptors, (int)s_betweenLooks.TotalMilliseconds) is [var first, .. var others])
                {
                    FirstToEnd = others.Length == 0 ? ranks[first] : null;
                    return;
                }
            }
        }
        finally
        {
            foreach (int descriptor in descriptors.Where(descriptor => descriptor >= 0))
            {
                NativeProcess.Close(descriptor);
            }
        }
    }

    // What a rank starts inherits its variables, and has a higher process number.
    private Dictionary<int, int> FindRanks()
    {
        Dictionary<int, int> found = [];
        foreach (int process in ProcessTable.Descendants(_launcher).Order())
        {
            if (RankOf(process) is { } rank)
            {
                found.TryAdd(rank, process);
            }
        }

        return found;
    }

    private static int? RankOf(int process) =>
        int.TryParse(s_variables.Select(name => ProcessTable.Variable(process, name)).FirstOrDefault(text => text is not null), NumberStyles.None, CultureInfo.InvariantCulture, out int rank)
            ? rank
            : null;
}
