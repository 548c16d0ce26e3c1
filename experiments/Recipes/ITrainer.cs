using Compression.Core.Reporting;
using Compression.Experiments.Cli;

namespace Compression.Experiments.Recipes;

/// <summary>A verb that trains, as a sweep of many runs sees it.</summary>
internal interface ITrainer
{
    /// <summary>Makes every check that a run makes before it starts; writes nothing.</summary>
    /// <returns>How much work the run is; null where the trainer does not say.</returns>
    /// <exception cref="UserErrorException">The run cannot work.</exception>
    TrainingSize? Check(ParsedCommand command, CommandEnvironment environment);
}
