using Compression.Core.Communication;
using Compression.Core.Reporting;
using Compression.Experiments.Algorithms;
using Compression.Experiments.Cli;
using Compression.Experiments.Runs;
using Compression.Training.Sessions;

namespace Compression.Experiments.Recipes;

/// <summary>Perplexities of saved weights, computed by this process alone.</summary>
internal static class SavedWeights
{
    /// <summary>Evaluates and prints, split by split.</summary>
    /// <param name="splits">Of the corpus.</param>
    /// <param name="evaluate">A trainer's own.</param>
    /// <param name="useGpu">Compute on a GPU.</param>
    /// <param name="environment">Where to print, and what may end it.</param>
    public static void Evaluate(
        IEnumerable<string> splits, Func<string, TrainingContext, EvaluationRecord> evaluate, bool useGpu, CommandEnvironment environment)
    {
        using var alone = new LocalCommunicator();
        using var silent = new NullRunLogger();
        using var stop = environment.ListenForStop();
        var context = new TrainingContext(alone, silent, Components.Compose("none"), "", environment.Time, stop.Token) { Gpu = ProcessGpu.Of(useGpu, []) };
        foreach (string split in splits)
        {
            var record = evaluate(split, context);
            environment.Screen.Output.WriteLine(
                FormattableString.Invariant($"{split}: loss {record.Loss:F6} nats per token, perplexity {record.Perplexity:F4}"));
        }
    }
}
