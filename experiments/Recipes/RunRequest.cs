using Compression.Core.Pipeline;
using Compression.Experiments.Cli;
using Compression.Tracking.Provenance;

namespace Compression.Experiments.Recipes;

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
    string Verb, IReadOnlyList<string> Words, TOptions Options, RunSettings Settings, PipelinePlan Plan, ResumePoint? Resume,
    string? Folder, Func<TOptions, IReadOnlyList<RunOption>> Rows, IReadOnlyList<string> Notes)
{
    /// <summary>The command as it can be typed again.</summary>
    public string CommandLine => string.Join(' ', new[] { "./run.sh", Verb }.Concat(Words.Select(Quote)));

    /// <summary>Opens the run's folder.</summary>
    public RunFolder OpenFolder(CommandEnvironment environment) => RunFolder.Open(
        Folder, Settings.ExpName, Resume is not null, environment.Time, environment.FullPath(Tracking.RunDirectory.DefaultRoot));

    private static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./=:,@%".Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
