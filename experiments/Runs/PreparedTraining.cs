using System.Collections.Immutable;
using Compression.Core.Reporting;
using Compression.Training.Data;
using Compression.Training.Sessions;

namespace Compression.Experiments.Runs;

/// <summary>A training run that passed every check that can be made before it starts.</summary>
/// <param name="Options">The options, with paths resolved.</param>
/// <param name="Description">One line on the data: what it is and why this one.</param>
/// <param name="DataSha256">Checksum by file.</param>
/// <param name="SharedData">What all ranks must have read alike, by name.</param>
/// <param name="Train">Runs it.</param>
internal sealed record PreparedTraining<TOptions>(
    TOptions Options, string Description, IReadOnlyDictionary<string, string> DataSha256,
    IReadOnlyList<KeyValuePair<string, string>> SharedData, Func<TrainingContext, RunSummary> Train)
{
    /// <summary>Training on a corpus in memory.</summary>
    public PreparedTraining(TOptions options, Corpus corpus, Func<TrainingContext, RunSummary> train)
        : this(options, corpus.Description, corpus.Files.ToDictionary(file => file.Name, file => file.Sha256), corpus.Parts(), train) => Notes = corpus.Warnings;

    /// <summary>What the user should know of data and weights.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Numbers of the GPUs of this host that the job may use; empty: all.</summary>
    public ImmutableArray<int> Gpus { get; init; } = [];

    /// <summary>The options that lower the memory of a step.</summary>
    public required string MemoryOptions { get; init; }

    /// <summary>How much work it is; null where the trainer does not say.</summary>
    public TrainingSize? Size { get; init; }
}

/// <summary>How much work a run is, known before it starts.</summary>
/// <param name="Parameters">Trainable parameters.</param>
/// <param name="Tokens">Tokens that all workers together train on, at most.</param>
public sealed record TrainingSize(long Parameters, double Tokens)
{
    /// <summary>Words of the vocabulary.</summary>
    public int Words { get; init; }
}
