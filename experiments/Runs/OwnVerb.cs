using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Tracking.Provenance;

namespace Compression.Experiments.Runs;

/// <summary>A run belongs to the verb that started it: no other can read its options, and few its weights.</summary>
internal static class OwnVerb
{
    private const string Ptb = "train", Lm1b = "lm1b", TransformerXl = "transformer-xl";

    /// <summary>Refuses to go on with another verb's run, or to evaluate it.</summary>
    /// <param name="recorded">The run; one that names no verb may be anybody's.</param>
    /// <param name="verb">Who asks.</param>
    /// <param name="shown">The option that names the run, and its value.</param>
    /// <param name="run">The run's folder, for the command that works.</param>
    /// <param name="goOn">What the user wrote to go on with it, less the verb; null where it is to be evaluated.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: names the run's verb, and the command.</exception>
    public static void Require(RecordedRun recorded, string verb, string shown, string run, string? goOn)
    {
        if (recorded.Verb is { } own && own != verb)
        {
            string cure = goOn is not null ? $"go on with it by ./run.sh {own} {goOn}" : Evaluation(own, ShellWord.Quote(run));
            throw new UserErrorException(ExitCode.Usage, $"{shown}: {Path.GetDirectoryName(recorded.File)} is a run of {own}; {cure}");
        }
    }

    private static string Evaluation(string verb, string run) => verb switch
    {
        Ptb => $"evaluate it by ./run.sh eval {run}",
        Lm1b => $"evaluate it by ./run.sh lm1b --mode eval_test --eval_once --logdir {run}",
        TransformerXl => $"evaluate it by ./run.sh transformer-xl --eval_only --resume {run}",
        _ => "nothing evaluates its checkpoints, its perplexities are in its evaluations.csv and summary.json.",
    };
}
