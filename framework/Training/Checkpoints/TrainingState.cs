using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Compression.Core.Reporting;

namespace Compression.Training.Checkpoints;

/// <summary>The content of a checkpoint's state.json: where a run stands, and what it must be resumed with.</summary>
public sealed record TrainingState
{
    // These differ wherever an option that is part of them does: that option is named first.
    private static readonly string[] s_compositions = ["--compressor", "--memory", "--exchange"];

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

    /// <summary>The options that a resumed run may have otherwise, by name; null in checkpoints of versions that did not keep them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableSortedDictionary<string, string>? Changeable { get; init; }

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
            throw Mismatch(folder, $"written by {WorldSize} {Plural.Of(WorldSize, "worker")}, this run has {worldSize}: start {WorldSize} {Plural.Of(WorldSize, "worker")}, or a new run");
        }

        if (Placement != placement)
        {
            throw Mismatch(
                folder,
                $"holds state of stages with the layers on {Placement ?? "one stage"}, this run has them on {placement ?? "one stage"}: use --placement {Placement}, or start a new run");
        }

        if (FirstDifference(options, static _ => true) is { } difference)
        {
            throw Mismatch(folder, $"{difference}: use the same, or start a new run");
        }

        if (ModelFingerprint != modelFingerprint)
        {
            throw Mismatch(folder, "written by a model with other parameters: use the same model options, or start a new run");
        }
    }

    /// <summary>The text of an option when this was written; null where it was not kept.</summary>
    /// <param name="name">With dashes.</param>
    public string? Kept(string name) => Changeable?.GetValueOrDefault(name) ?? Options.GetValueOrDefault(name);

    /// <summary>The first option that this state has otherwise than a run, in words; null where there is none.</summary>
    /// <param name="options">The run's; what <see cref="Options"/> does not hold is not compared, see <see cref="NotKept"/>.</param>
    /// <param name="comparing">Given a name: whether it is compared.</param>
    public string? FirstDifference(IReadOnlyDictionary<string, string> options, Func<string, bool> comparing) => Options
        .OrderBy(then => s_compositions.Contains(then.Key))
        .Where(then => comparing(then.Key) && options.GetValueOrDefault(then.Key) != then.Value)
        .Select(then => $"written with {then.Key} {InWords(then.Value)}, this run has {InWords(options.GetValueOrDefault(then.Key))}")
        .FirstOrDefault();

    /// <summary>Options of a run that were not kept when this was written: an older version did not have them, or did not keep them.</summary>
    /// <param name="options">The run's.</param>
    public IReadOnlyList<string> NotKept(IReadOnlyDictionary<string, string> options) => [.. options.Keys.Where(name => !Options.ContainsKey(name)).Order(StringComparer.Ordinal)];

    /// <summary>What a run has otherwise than this state, and may have, in words.</summary>
    /// <param name="changeable">The run's, as in <see cref="Changeable"/>.</param>
    public IEnumerable<string> Changes(IReadOnlyDictionary<string, string> changeable) => (Changeable ?? ImmutableSortedDictionary<string, string>.Empty)
        .Where(then => changeable.TryGetValue(then.Key, out string? now) && now != then.Value)
        .Select(then => $"{then.Key} {InWords(changeable[then.Key])}, before {InWords(then.Value)}");

    /// <summary>An option's text as messages show it.</summary>
    public static string InWords(string? value) => string.IsNullOrEmpty(value) ? "not set" : value;

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
