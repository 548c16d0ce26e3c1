using Compression.Core.Catalog;
using Compression.Core.Composition;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Tracking.Files;
using Compression.Tracking.Provenance;
using Compression.Training.Sessions;

namespace Compression.Experiments.Runs;

/// <summary>A run that the user asked for, with all layers of options resolved.</summary>
/// <param name="Verb">The verb's name.</param>
/// <param name="Words">What the user wrote after it.</param>
/// <param name="Options">The trainer's options.</param>
/// <param name="Plan">The checked composition.</param>
/// <param name="Resume">Where to go on; null for a new run.</param>
/// <param name="Folder">Full path of the run's folder; null where a new one is to be found.</param>
/// <param name="Config">Makes the entries of config.json from the final options.</param>
/// <param name="Notes">What the user should know of options and data.</param>
internal sealed record RunRequest<TOptions>(
    string Verb, IReadOnlyList<string> Words, TOptions Options, CompressionPlan Plan, ResumePoint? Resume,
    string? Folder, Func<TOptions, IReadOnlyList<ConfigEntry>> Config, IReadOnlyList<string> Notes)
    where TOptions : TrainerOptions
{
    /// <summary>The checked training; there once the data was read.</summary>
    public PreparedTraining<TOptions> Training { get; private init; } = null!;

    /// <summary>The command as it can be typed again.</summary>
    public string CommandLine => CommandLineOf(Verb, Words);

    /// <summary>A command as it can be typed again.</summary>
    public static string CommandLineOf(string verb, IReadOnlyList<string> words) => string.Join(' ', new[] { "./run.sh", verb }.Concat(words.Select(ShellWord.Quote)));

    /// <summary>The same with its data read and checked.</summary>
    public RunRequest<TOptions> With(PreparedTraining<TOptions> training) =>
        this with { Training = training, Options = training.Options, Notes = [.. Notes, .. training.Notes] };

    /// <summary>Refuses a chosen folder in which another run lies; writes nothing.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>.</exception>
    public void RequireFolder()
    {
        if (Folder is not null)
        {
            RunDirectory.RequireFree(Folder, Resume is not null);
        }
    }

    /// <summary>What all ranks must have alike.</summary>
    public IReadOnlyList<SharedFact> Shared()
    {
        const string Cure = "start all ranks with the same command line and, of a resumed run, the same folder";
        var result = KeptOptions.OfResult(Options, Plan);
        return
        [
            .. Training.SharedData.Select(part => new SharedFact(part.Key, part.Value, "give all hosts the same data, where --data or COMPRESSION_DATA points")),
            .. Resume is null ? Array.Empty<SharedFact>() : [new("the checkpoint", Resume.Fingerprint(), Cure)],
            .. result.Concat(KeptOptions.Texts(Options, OptionScope.Run).ExceptBy(result.Keys, option => option.Key))
                .Select(option => new SharedFact(option.Key, option.Value, Cure)),
        ];
    }

    /// <summary>Opens the run's folder, and locks it.</summary>
    /// <param name="held">Its lock, where this process has it.</param>
    /// <param name="environment">Where it runs.</param>
    public RunFolder OpenFolder(RunLock? held, CommandEnvironment environment) => RunFolder.Open(
        Folder, Options.ExpName, Resume is not null && held is not null, environment.Time, environment.FullPath(RunDirectory.DefaultRoot), held);
}
