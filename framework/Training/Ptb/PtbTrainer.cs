using Compression.Core.Catalog;
using Compression.Core.Composition;
using Compression.Core.Kernels;
using Compression.Core.Reporting;
using Compression.Training.Checkpoints;
using Compression.Training.Data;
using Compression.Training.Optimizers;
using Compression.Training.Sessions;
using static Compression.Training.Sessions.TrainerRules;

namespace Compression.Training.Ptb;

/// <summary>Trains and evaluates the PTB LSTM; <see cref="TrainingSession"/> holds a run's state.</summary>
public static class PtbTrainer
{
    /// <summary>Checks what no single option's range shows.</summary>
    /// <exception cref="UserErrorException">Options that contradict each other, too little text, or no GPU.</exception>
    public static void Check(PtbOptions options, CompressionPlan plan, Corpus corpus, int workers)
    {
        RequireExchange(options, plan, new ClipRule(options.Clip, options.ClipScope));

        // Rules for single parameters meet the names here, before anything is started or written.
        plan.CreateCompressor(options.ModelFor(corpus.Vocabulary.Count).Layout(), ThreadTeam.Single);
        RequireMicroBatches(plan, options.BatchSize);
        Require(
            !options.Tied || options.EmbSize == options.NumHid,
            $"--tied true needs --emb_size ({options.EmbSize}) equal to --num_hid ({options.NumHid}); set both to {options.NumHid}.");
        RequireSchedule(options);
        ColumnBatches.ForTraining(corpus.Train, 0, workers, options.BatchSize, options.Bptt);
        SplitBatches(options, corpus, "valid", 0, 1);
        SplitBatches(options, corpus, "test", 0, 1);
    }

    /// <summary>Trains to the end, or until <see cref="TrainingContext.Stop"/>; logs, evaluates, writes checkpoints and the summary.</summary>
    /// <exception cref="UserErrorException">Non-finite loss or gradient, a failed peer, a damaged checkpoint, an unwritable disk.</exception>
    public static RunSummary Train(PtbOptions options, Corpus corpus, TrainingContext context)
    {
        using var session = Session(options, corpus, context);
        return session.Run();
    }

    /// <summary>Loss on a split with the weights of <c>--init_weights</c> or <c>--resume</c>.</summary>
    /// <param name="options">The model's options.</param>
    /// <param name="corpus">The text.</param>
    /// <param name="split"><c>valid</c> or <c>test</c>.</param>
    /// <param name="context">The peers, over whom the columns are dealt out.</param>
    public static EvaluationRecord Evaluate(PtbOptions options, Corpus corpus, string split, TrainingContext context)
    {
        using var session = Session(options, corpus, context);
        return session.Evaluate(split);
    }

    /// <summary>The batches of a rank's columns of <c>valid</c> or <c>test</c>.</summary>
    internal static ColumnBatches SplitBatches(PtbOptions options, Corpus corpus, string split, int rank, int ranks) => split == "valid"
        ? ColumnBatches.ForEvaluation(split, corpus.Valid, rank, ranks, options.EvalBatchSize, options.Bptt, "--eval_batch_size")
        : ColumnBatches.ForEvaluation(split, corpus.Test, rank, ranks, options.TestBatchSize, options.Bptt, "--test_batch_size");

    // What a schedule does not read is refused, and a factor that makes no sense.
    private static void RequireSchedule(PtbOptions options)
    {
        string schedule = $"--lr_schedule {OptionText.Format(options.LrSchedule)}";
        string? problem = options.LrSchedule switch
        {
            ScheduleKind.Step when options.LrDecay is <= 0 or > 1 => $"{schedule} multiplies the rate by --lr_decay, {OptionText.Format(options.LrDecay)} here; set it above 0 and at most 1.",
            ScheduleKind.Plateau or ScheduleKind.Constant when options.LrDecay > 0 => $"{schedule} has no --lr_decay; leave it away, or set --lr_schedule step or gradcomp.",
            not ScheduleKind.Step when options.DecayAfter > 0 => $"{schedule} has no --decay_after; leave it away, or set --lr_schedule step with --lr_decay.",
            _ => null,
        };
        Require(problem is null, problem!);
    }

    private static TrainingSession Session(PtbOptions options, Corpus corpus, TrainingContext context) => new(options, context, (group, team) =>
    {
        var learner = new PtbLearner(options, corpus, group.First, group.Count, group.Total, context.Plan.Traits.MicroBatches, team, context.Device);
        if (options.InitWeights.Length > 0 && options.Resume.Length == 0)
        {
            string shown = $"--init_weights {options.InitWeights}";
            using var file = WeightsFile.Open(options.InitWeights, shown, ExitCode.Usage);
            learner.Storage.Read(file, shown, ExitCode.Usage);
        }

        return new PtbTask(options, corpus, context, learner);
    });
}
