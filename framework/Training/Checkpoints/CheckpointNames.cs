using System.Globalization;

namespace Compression.Training.Checkpoints;

/// <summary>The names of a checkpoint's files, of its folder, and of folders that a kill may leave behind.</summary>
internal static class CheckpointNames
{
    public const string Model = "model.safetensors";
    public const string State = "state.json";

    private const string Prefix = "step-";

    /// <summary>Suffixes of hidden folders: being written, moved aside for another of the same step, about to be deleted.</summary>
    private const string Partial = ".partial", Replaced = ".replaced", Deleted = ".deleted";

    public static string Rank(int rank) => string.Create(CultureInfo.InvariantCulture, $"rank-{rank}.safetensors");

    /// <summary>Every file that <see cref="ChecksumList"/> covers.</summary>
    public static IEnumerable<string> Files(int worldSize) => Enumerable.Range(0, worldSize).Select(Rank).Prepend(State).Prepend(Model);

    public static string Step(long step) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{step:D6}");

    public static string BeingWritten(long step) => $".{Step(step)}{Partial}";

    public static string MovedAside(long step) => $".{Step(step)}{Replaced}";

    public static string BeingDeleted(long step) => $".{Step(step)}{Deleted}";

    /// <summary>The step of a folder named <c>step-000123</c>; null for any other name.</summary>
    public static long? ParseStep(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal)
        && long.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long step)
        && Step(step) == name ? step : null;

    /// <summary>The step of a checkpoint that was moved aside; null for any other name.</summary>
    public static long? ParseMovedAside(string name) =>
        name.StartsWith('.') && name.EndsWith(Replaced, StringComparison.Ordinal) ? ParseStep(name[1..^Replaced.Length]) : null;

    /// <summary>True for folders that hold nothing of use after a kill.</summary>
    public static bool IsLeftover(string name) =>
        name.StartsWith("." + Prefix, StringComparison.Ordinal)
        && (name.EndsWith(Partial, StringComparison.Ordinal) || name.EndsWith(Deleted, StringComparison.Ordinal));
}
