using System.Text.Json.Serialization;

namespace Compression.Core.Reporting;

/// <summary>The content of summary.json; property names become snake_case there.</summary>
public sealed record RunSummary
{
    /// <summary><c>completed</c>, <c>interrupted</c> or <c>failed</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The model's name, for example <c>ptb-lstm</c>.</summary>
    public required string Model { get; init; }

    /// <summary>The composed compressor in full syntax.</summary>
    public required string Compressor { get; init; }

    /// <summary>The memory in full syntax.</summary>
    public required string Memory { get; init; }

    /// <summary>The exchange that was used.</summary>
    public required string Exchange { get; init; }

    /// <summary>n; MPI ranks or virtual workers.</summary>
    public required int NumWorkers { get; init; }

    /// <summary>Trainable parameters.</summary>
    public required long Parameters { get; init; }

    /// <summary>Steps done.</summary>
    public required long Steps { get; init; }

    /// <summary>Of <see cref="Steps"/>, those that changed no parameter: a loss or gradient was not finite, and all workers left the step out.</summary>
    public long SkippedSteps { get; init; }

    /// <summary>Epochs done, with fraction.</summary>
    public required double Epochs { get; init; }

    /// <summary>Tokens seen by all workers.</summary>
    public required long Tokens { get; init; }

    /// <summary>Mean training loss of the last epoch, nats per token; null before the first step.</summary>
    public required double? TrainLoss { get; init; }

    /// <summary>Of the parameters at the end; null where it was not evaluated.</summary>
    public required double? ValidPerplexity { get; init; }

    /// <summary>Of the parameters at the end; null where it was not evaluated.</summary>
    public required double? TestPerplexity { get; init; }

    /// <summary>Tokens of all workers per second of training (evaluation and checkpoints not counted).</summary>
    public required double WordsPerSecond { get; init; }

    /// <summary>Largest resident set of rank 0.</summary>
    public required long PeakMemoryBytes { get; init; }

    /// <summary>SHA-256 of all parameters, float32 little-endian in the order of the layout; lower-case hex.</summary>
    public required string FinalParametersSha256 { get; init; }

    /// <summary>What was sent, or would have been.</summary>
    public required ByteSummary Bytes { get; init; }

    /// <summary>Bytes a step that rank 0's worker sent beside the pipeline, by kind: rows looked up, gradients of rows; no key in the file where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, double>? SentByKind { get; init; }

    /// <summary>Of unsynchronised training: how many gradients of others were taken between a worker's pull and its push, with how often; else no key in the file.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, long>? Staleness { get; init; }

    /// <summary>Where the time went.</summary>
    public required SecondsSummary Seconds { get; init; }

    /// <summary>The reason, where the run failed or was interrupted; no key in the file otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>Warnings on the options: choices that were made, options without effect; no key in the file where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Notes { get; init; }

    /// <summary>The summary of a process that trained nothing itself.</summary>
    public static RunSummary Nothing(string status) => new()
    {
        Status = status,
        Model = "",
        Compressor = "",
        Memory = "",
        Exchange = "",
        NumWorkers = 0,
        Parameters = 0,
        Steps = 0,
        Epochs = 0,
        Tokens = 0,
        TrainLoss = null,
        ValidPerplexity = null,
        TestPerplexity = null,
        WordsPerSecond = 0,
        PeakMemoryBytes = 0,
        FinalParametersSha256 = "",
        Bytes = new ByteSummary(0, 0, 0, 0, 0, 0, 0),
        Seconds = new SecondsSummary(0, 0, 0, 0, 0, 0, 0, 0),
    };
}

/// <summary>Bytes of a run. Wire, nominal and floor are three measures and are never mixed.</summary>
/// <param name="WirePerStepPerWorker">Lengths of the buffers handed to the communicator, times what the collective sends; mean.</param>
/// <param name="WireTotal">The same, over all steps and workers.</param>
/// <param name="NominalPerStep">A worker's payload by the formula of the method's paper; mean.</param>
/// <param name="EntropyFloorPerStep">A worker's payload at the entropy of its code; mean.</param>
/// <param name="DensePerStep">What a ring all-reduce in float32 sends a worker.</param>
/// <param name="DenseFloat16PerStep">The same in float16.</param>
/// <param name="WireCompressionRatio"><paramref name="DensePerStep"/> by <paramref name="WirePerStepPerWorker"/>.</param>
public sealed record ByteSummary(
    double WirePerStepPerWorker, long WireTotal, double NominalPerStep, double EntropyFloorPerStep, double DensePerStep,
    double DenseFloat16PerStep, double WireCompressionRatio)
{
    /// <summary>Nothing was sent, as the only worker has no peer; the bytes are those of one of two workers. No key in the file otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault), JsonPropertyName("booked")]
    public bool Projected { get; init; }
}

/// <summary>Seconds of a run on rank 0; <paramref name="Total"/> is wall-clock.</summary>
public sealed record SecondsSummary(
    double Total, double ForwardBackward, double Compress, double Communicate, double Decompress, double Update, double Evaluate,
    double Checkpoint)
{
    /// <summary>Part of compress, communicate and decompress that passed during forward_backward, with overlap.</summary>
    public double Hidden { get; init; }

    /// <summary>Copies between the host and the device of the model.</summary>
    public double Copy { get; init; }
}
