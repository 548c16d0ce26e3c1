namespace Compression.Mpi.Launching;

/// <summary>A rank that a signal ended.</summary>
/// <param name="Rank">Which, where the launcher says.</param>
/// <param name="Signal">The signal's number.</param>
internal sealed record RankDeath(int? Rank, int Signal)
{
    /// <summary>One line that says it.</summary>
    /// <param name="nameOfRank">What ranks are called.</param>
    public string Describe(Func<int, string> nameOfRank)
    {
        string who = Rank is { } rank ? nameOfRank(rank) : "rank";
        string hint = Signal == 9 ? "; somebody killed it, or the machine ran out of memory" : string.Empty;
        return $"{who} died by signal {Signal}{Name(Signal)}{hint}";
    }

    private static string Name(int signal) => signal switch
    {
        1 => " (SIGHUP)",
        2 => " (SIGINT)",
        3 => " (SIGQUIT)",
        4 => " (SIGILL)",
        6 => " (SIGABRT)",
        7 => " (SIGBUS)",
        8 => " (SIGFPE)",
        9 => " (SIGKILL)",
        11 => " (SIGSEGV)",
        13 => " (SIGPIPE)",
        15 => " (SIGTERM)",
        _ => string.Empty,
    };
}

/// <summary>What was learnt from the launcher's own messages while a job ran. Both output streams write to it.</summary>
internal sealed class JobRemarks
{
    private const int KeptAtMost = 50;

    private readonly Lock _lock = new();
    private readonly List<string> _kept = [];
    private readonly HashSet<string> _errors = [];
    private readonly HashSet<JoinMark> _marks = [];

    /// <summary>The first death by a signal.</summary>
    public RankDeath? Death { get; set; }

    /// <summary>True when a rank itself ended the job, and so has told why.</summary>
    public bool Explained { get; set; }

    /// <summary>A host that cannot start the program: its place among the hosts, null for this one; the program, and why.</summary>
    public (int? Host, string Program, string Cause)? Unstartable { get; set; }

    /// <summary>True once all ranks have joined.</summary>
    public bool HasJoined { get; private set; }

    /// <summary>Messages withheld so far; shown after all when nothing else explains a failure.</summary>
    public IReadOnlyList<string> Kept => _kept;

    /// <summary>Withholds a message.</summary>
    public void Keep(string text)
    {
        lock (_lock)
        {
            if (_kept.Count < KeptAtMost)
            {
                _kept.Add(text);
            }
        }
    }

    /// <summary>Adds a mark of a rank.</summary>
    public void Add(JoinMark mark)
    {
        lock (_lock)
        {
            HasJoined |= mark.Event == JoinEvent.Joined;
            _marks.Add(mark);
        }
    }

    /// <summary>The marks of one kind.</summary>
    public IReadOnlyList<JoinMark> MarksOf(JoinEvent what)
    {
        lock (_lock)
        {
            return [.. _marks.Where(mark => mark.Event == what)];
        }
    }

    /// <summary>True the first time that a rank reports this error; ranks that fail alike say so once.</summary>
    public bool IsNewError(string line)
    {
        lock (_lock)
        {
            Explained = true;
            return _errors.Add(line);
        }
    }
}
