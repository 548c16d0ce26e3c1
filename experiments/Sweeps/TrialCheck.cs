using System.Collections.Concurrent;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.Runs;
using Compression.Training.Data;

namespace Compression.Experiments.Sweeps;

/// <summary>Makes the checks of each trial's own start before the first trial starts.</summary>
internal static class TrialCheck
{
    /// <summary>Checks trials; writes nothing.</summary>
    /// <param name="plan">Names the options that a message tells a trial by.</param>
    /// <param name="trials">Which trials.</param>
    /// <param name="trainer">The verb that trains.</param>
    /// <param name="environment">Where the sweep runs.</param>
    /// <returns>How much work each trial is, in the order of <paramref name="trials"/>; null where the trainer does not say.</returns>
    /// <exception cref="UserErrorException">A trial cannot work; it is named.</exception>
    public static IReadOnlyList<TrainingSize?> Check(SweepPlan plan, IEnumerable<Trial> trials, TrainingVerb trainer, CommandEnvironment environment)
    {
        var command = new TrialCommand(plan.Grid, trainer);
        // A corpus is read once, not once a trial.
        var corpora = new ConcurrentDictionary<CorpusLocation, Corpus>();
        var surroundings = environment with { LoadCorpus = location => corpora.GetOrAdd(location, environment.LoadCorpus) };
        var sizes = new List<TrainingSize?>();
        foreach (var trial in trials)
        {
            try
            {
                sizes.Add(trainer.Check(PathOptions.Resolve(CommandParser.Parse(trainer, command.Options(trial)), trainer, environment), surroundings));
            }
            catch (UserErrorException error)
            {
                string values = plan.VaryingWithSeed.Count > 0 ? $" ({trial.Describe(plan.VaryingWithSeed)})" : "";
                throw new UserErrorException(error.Code, $"trial {trial.Id}{values}: {error.Message}", error);
            }
        }

        return sizes;
    }
}
