using Compression.Core.Reporting;
using Compression.Mpi.Launching;
using Compression.Tracking.Display;
using Compression.Tracking.Provenance;
using Compression.Training.Data;

namespace Compression.Experiments.Cli;

/// <summary>Everything that a command takes from its surroundings, so that tests can run the real entry point in another.</summary>
public sealed record CommandEnvironment
{
    /// <summary>Names the root of the repository; run.sh sets it.</summary>
    public const string RootVariable = "COMPRESSION_ROOT";

    /// <summary>Names the folder that holds the corpora.</summary>
    public const string DataVariable = "COMPRESSION_DATA";

    /// <summary>Set to 1, shows where an unexpected failure came from.</summary>
    public const string DebugVariable = "COMPRESSION_DEBUG";

    private static readonly string[] s_rootMarks = ["Compression.sln", GitState.PublishedFile];

    /// <summary>Where results and errors go.</summary>
    public required ConsoleTarget Screen { get; init; }

    /// <summary>Reads an environment variable; null where it is not set.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>The folder that relative paths start from.</summary>
    public required string CallerFolder { get; init; }

    /// <summary>The repository, or a published folder, or, of a program that was copied out of it, the program's folder.</summary>
    public required string RepositoryRoot { get; init; }

    /// <summary>Whether that is a folder which <c>./run.sh publish</c> has made: nothing is built or installed from there.</summary>
    public bool IsPublished => File.Exists(Path.Combine(RepositoryRoot, GitState.PublishedFile));

    /// <summary>The program that further ranks are started from.</summary>
    public required string Executable { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Makes the object that hears of Ctrl+C and SIGTERM while a run is in progress.</summary>
    public required Func<StopRequest> ListenForStop { get; init; }

    /// <summary>Reads a corpus; whoever checks many runs one after another reads each corpus once.</summary>
    public Func<CorpusLocation, Corpus> LoadCorpus { get; init; } = static location => location.Load();

    /// <summary>The value of <see cref="DataVariable"/>; null where it is not set, or empty.</summary>
    public string? Datasets => Variable(DataVariable) is { Length: > 0 } folder ? folder : null;

    /// <summary>The real surroundings.</summary>
    /// <param name="screen">The console.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: the working folder is gone.</exception>
    public static CommandEnvironment OfThisProcess(ConsoleTarget screen) => new()
    {
        Screen = screen,
        Variable = Environment.GetEnvironmentVariable,
        CallerFolder = WorkingFolder(),
        RepositoryRoot = FindRoot(Environment.GetEnvironmentVariable(RootVariable), AppContext.BaseDirectory),
        Executable = Environment.ProcessPath!,
        Time = TimeProvider.System,
        ListenForStop = StopRequest.OfSignals,
    };

    /// <summary>A path as the user means it: relative to the folder of the call.</summary>
    public string FullPath(string path) => Path.GetFullPath(path, CallerFolder);

    /// <summary>Likewise; empty where none is meant.</summary>
    public string FullPathOrEmpty(string path) => path.Length == 0 ? "" : FullPath(path);

    /// <summary>The file of a program in the folders of PATH; null where it is in none.</summary>
    public string? FindProgram(string name) => ProgramPath.Find(name, Variable("PATH"));

    /// <summary>The folders in which corpora are looked for, the user's first.</summary>
    public IEnumerable<string> DatasetFolders => [.. Datasets is { } folder ? [FullPath(folder)] : Array.Empty<string>(), Path.Combine(RepositoryRoot, "datasets")];

    /// <summary>The folder that a corpus is put into.</summary>
    /// <param name="chosen">As the user named it; empty: the repository's.</param>
    /// <param name="name">Of the corpus.</param>
    public string DatasetFolder(string chosen, string name) => chosen.Length > 0 ? FullPath(chosen) : Path.Combine(RepositoryRoot, "datasets", name);

    /// <summary>
    /// The folder for what is made of texts; what is gone is made again. A published folder may belong to somebody else: then it is among the user's own data.
    /// </summary>
    public string CorpusCache
    {
        get
        {
            string cache = Path.Combine(RepositoryRoot, "artifacts", "corpora");
            return IsPublished && !CanBeWritten(cache)
                ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "compression", "corpora")
                : cache;
        }
    }

    /// <summary>Does work that Ctrl+C and SIGTERM end in the middle.</summary>
    /// <param name="work">Is given what is cancelled then.</param>
    /// <returns>How the program ends.</returns>
    public ExitCode UntilStopped(Action<CancellationToken> work)
    {
        using var stop = ListenForStop();
        try
        {
            work(stop.Token);
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (stop.Reason is { } reason)
        {
            return reason;
        }
    }

    private static bool CanBeWritten(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            using var probe = new FileStream(Path.Combine(folder, $".{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return true;
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string WorkingFolder()
    {
        try
        {
            return Environment.CurrentDirectory;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.Usage, "the working folder is gone; change to another one, then start again.", cause);
        }
    }

    private static string FindRoot(string? named, string start)
    {
        if (!string.IsNullOrEmpty(named))
        {
            return Path.GetFullPath(named);
        }

        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (Array.Exists(s_rootMarks, mark => File.Exists(Path.Combine(folder.FullName, mark))))
            {
                return folder.FullName;
            }
        }

        return start;
    }
}
