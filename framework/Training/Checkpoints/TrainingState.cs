using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Compression.Core.Reporting;

namespace Compression.Training.Checkpoints;

/// <summary>The content of a checkpoint's state.json: where a run stands, and what it must be resumed with.</summary>
public sealed record TrainingState
{
    /// <summary>Steps done in the whole run.</summary>
    public required long Step { get; init; }

    /// <summary>Epochs completed.</summary>
    public required int Epoch { get; init; }

    /// <summary>Steps done in the epoch in progress: the batch to go on with.</summary>
    public required int Position { get; init; }

    /// <summary>The optimizer's rate.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Lowest loss on valid so far, nats per token; null before the first evaluation.</summary>
    public required double? BestValidLoss { get; init; }

    /// <summary>n; each rank has state of its own.</summary>
    public required int WorldSize { get; init; }

    /// <summary>Names and shapes of the parameters as one number, for example of <c>BucketLayout.Fingerprint</c>.</summary>
    public required uint ModelFingerprint { get; init; }

    /// <summary>The options that a resumed run must share, by name; one that differs is named in the message.</summary>
    public ImmutableSortedDictionary<string, string> Options { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Whatever else goes on counting: tokens, wire bytes, seconds. Whole numbers are exact up to 2⁵³.</summary>
    public ImmutableSortedDictionary<string, double> Counters { get; init; } = ImmutableSortedDictionary<string, double>.Empty;

    /// <summary>The stage of each layer, of a model that was spread over ranks.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Placement { get; init; }

    /// <summary>Checks that a run may go on from this state.</summary>
    /// <param name="folder">The checkpoint, for messages.</param>
    /// <param name="worldSize">The run's.</param>
    /// <param name="placement">The run's.</param>
    /// <param name="modelFingerprint">The run's.</param>
    /// <param name="options">The run's.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Checkpoint"/>: it belongs to another run.</exception>
    internal void RequireMatch(string folder, int worldSize, string? placement, uint modelFingerprint, IReadOnlyDictionary<string, string> options)
    {
        if (WorldSize != worldSize)
        {
            throw Mismatch(folder, $"written by {WorldSize} workers, this run has {worldSize}: start {WorldSize} workers, or a new run");
        }

        if (Placement != placement)
        {
            throw Mismatch(
                folder,
                $"holds state of stages with the layers on {Placement ?? "one stage"}, this run has them on {placement ?? "one stage"}: use --placement {Placement}, or start a new run");
        }

        foreach (string name in Options.Keys.Union(options.Keys).Order(StringComparer.Ordinal))
        {
            string? then = Options.GetValueOrDefault(name);
            string? now = options.GetValueOrDefault(name);
            if (then != now)
            {
                throw Mismatch(
                    folder, $"written with {name} {then ?? "not set"}, this run has {now ?? "not set"}: use the same, or start a new run");
            }
        }

        if (ModelFingerprint != modelFingerprint)
        {
            throw Mismatch(folder, "written by a model with other parameters: use the same model options, or start a new run");
        }
    }

    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, TrainingStateJson.Default.TrainingState);

    internal static TrainingState FromJson(string file, ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, TrainingStateJson.Default.TrainingState) ?? throw new JsonException("null");
        }
        catch (JsonException cause)
        {
            throw new UserErrorException(
                ExitCode.Checkpoint, $"{file}: not the state of a run ({cause.Message.ReplaceLineEndings(" ")}); use another checkpoint",
                cause);
        }
    }

    private static UserErrorException Mismatch(string folder, string problem) => new(ExitCode.Checkpoint, $"{folder}: {problem}");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(TrainingState))]
internal sealed partial class TrainingStateJson : JsonSerializerContext;
