using System.Collections.Immutable;
using Compression.Core.Catalog;
using Compression.Core.Composition;
using Compression.Core.Reporting;
using Compression.Training.Checkpoints;

namespace Compression.Training.Sessions;

/// <summary>The options of a run as its checkpoints keep them and as its ranks compare them: text by name, with the dashes of the command line.</summary>
public static class KeptOptions
{
    /// <summary>What takes part in the result: options of <see cref="OptionScope.Result"/>, flags of components, and what composition and groups come to.</summary>
    /// <param name="options">Of the run.</param>
    /// <param name="plan">Its composition.</param>
    public static ImmutableSortedDictionary<string, string> OfResult(TrainerOptions options, CompressionPlan plan)
    {
        var kept = Texts(options, OptionScope.Result).Concat(plan.Flags.Select(flag => KeyValuePair.Create($"--{flag.Key}", flag.Value)));

        // Of these many texts mean the same, so that what they come to is compared.
        return ImmutableSortedDictionary.CreateRange(
            StringComparer.Ordinal,
            [
                .. kept,
                KeyValuePair.Create("--compressor", plan.Compressor),
                KeyValuePair.Create("--memory", plan.Memory),
                KeyValuePair.Create("--exchange", plan.Exchange),
                KeyValuePair.Create("--bucket_bytes", $"{options.GroupBytes}{(options.GroupBytes != options.BucketBytes ? ", of --overlap true" : "")}"),
                KeyValuePair.Create("workers (--num_workers, --virtual_workers)", OptionText.Format(options.GradientWorkers)),
            ]);
    }

    /// <summary>What a resumed run may have otherwise: options of <see cref="OptionScope.Run"/> and <see cref="OptionScope.Host"/>, as they were written.</summary>
    /// <param name="options">Of the run.</param>
    public static ImmutableSortedDictionary<string, string> Changeable(TrainerOptions options) =>
        ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, Texts(options, OptionScope.Run, OptionScope.Host));

    /// <summary>The texts of the options of some scopes.</summary>
    /// <param name="options">Of the run.</param>
    /// <param name="scopes">Which.</param>
    public static IEnumerable<KeyValuePair<string, string>> Texts(TrainerOptions options, params OptionScope[] scopes) =>
        OptionSchema.Of(options.GetType()).Options.Where(option => scopes.Contains(option.Scope))
            .Select(option => KeyValuePair.Create($"--{option.Name}", OptionText.Format(option.Get(options))));

    /// <summary>Logs what a resumed run has otherwise than before, and what its checkpoint does not show.</summary>
    /// <param name="before">Where it goes on.</param>
    /// <param name="options">Of the run.</param>
    /// <param name="bound">What may not be otherwise.</param>
    /// <param name="logger">Takes it.</param>
    internal static void LogChanges(TrainingState before, TrainerOptions options, IReadOnlyDictionary<string, string> bound, IRunLogger logger)
    {
        foreach (string change in before.Changes(Changeable(options)))
        {
            logger.Message($"goes on with {change}");
        }

        if (before.NotKept(bound) is { Count: > 0 } unknown)
        {
            logger.Warning($"the checkpoint is of a version that did not keep {string.Join(", ", unknown)}: whether they are as they were cannot be said.");
        }
    }
}
