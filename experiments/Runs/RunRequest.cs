using Compression.Core.Catalog;
using Compression.Core.Composition;
using Compression.Experiments.Cli;
using Compression.Tracking.Files;
using Compression.Tracking.Provenance;
using Compression.Training.Sessions;

namespace Compression.Experiments.Runs;

/// <summary>What the user asked for, with all layers of options resolved.</summary>
/// <param name="Verb">The verb's name.</param>
/// <param name="Words">What the user wrote after it.</param>
/// <param name="Options">The trainer's options.</param>
/// <param name="Settings">What the frame knows of them.</param>
/// <param name="Plan">The checked composition.</param>
/// <param name="Resume">Where to go on; null for a new run.</param>
/// <param name="Folder">Full path of the run's folder; null where a new one is to be found.</param>
/// <param name="Rows">Makes the rows of config.json from the final options.</param>
/// <param name="Notes">What the user should know of the options.</param>
internal sealed record RunRequest<TOptions>(
    string Verb, IReadOnlyList<string> Words, TOptions Options, RunSettings Settings, CompressionPlan Plan, ResumePoint? Resume,
    string? Folder, Func<TOptions, IReadOnlyList<ConfigEntry>> Rows, IReadOnlyList<string> Notes)
    where TOptions : TrainerOptions
{
    /// <summary>The command as it can be typed again.</summary>
    public string CommandLine => CommandLineOf(Verb, Words);

    /// <summary>A command as it can be typed again.</summary>
    public static string CommandLineOf(string verb, IReadOnlyList<string> words) => string.Join(' ', new[] { "./run.sh", verb }.Concat(words.Select(ShellWord.Quote)));

    /// <summary>Refuses a chosen folder in which another run lies; writes nothing.</summary>
    /// <exception cref="Core.Reporting.UserErrorException"><see cref="Core.Reporting.ExitCode.Usage"/>.</exception>
    public void RequireFolder()
    {
        if (Folder is not null)
        {
            RunDirectory.RequireFree(Folder, Resume is not null);
        }
    }

    /// <summary>What all ranks must have alike.</summary>
    /// <param name="prepared">What this rank has read.</param>
    public IReadOnlyList<SharedFact> Shared(PreparedTraining<TOptions> prepared)
    {
        const string Words = "start all ranks with the same command line and, of a resumed run, the same folder";
        var result = KeptOptions.OfResult(prepared.Options, Plan);
        return
        [
            .. prepared.SharedData.Select(part => new SharedFact(part.Key, part.Value, "give all hosts the same data, where --data or COMPRESSION_DATA points")),
            .. Resume is null ? Array.Empty<SharedFact>() : [new("the checkpoint", Resume.Fingerprint(), Words)],
            .. result.Concat(KeptOptions.Texts(prepared.Options, OptionScope.Run).ExceptBy(result.Keys, option => option.Key))
                .Select(option => new SharedFact(option.Key, option.Value, Words)),
        ];
    }

    /// <summary>Opens the run's folder, and locks it.</summary>
    /// <param name="held">Its lock, where this process has it.</param>
    /// <param name="environment">Where it runs.</param>
    public RunFolder OpenFolder(RunLock? held, CommandEnvironment environment) => RunFolder.Open(
        Folder, Settings.ExpName, Resume is not null && held is not null, environment.Time, environment.FullPath(RunDirectory.DefaultRoot), held);
}
