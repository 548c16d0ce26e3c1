using Compression.Core.Catalog;
using Compression.Core.Composition;
using Compression.Core.Kernels;
using Compression.Core.Reporting;
using Compression.Training.Checkpoints;
using Compression.Training.Data;
using Compression.Training.Optimizers;
using Compression.Training.Sessions;
using Compression.Training.TransformerXl.Layers;
using static Compression.Training.Sessions.TrainerRules;

namespace Compression.Training.TransformerXl;

/// <summary>Trains and evaluates Transformer-XL; <see cref="TrainingSession"/> holds a run's state.</summary>
public static class TransformerXlTrainer
{
    /// <summary>Checks what no single option's range shows.</summary>
    /// <exception cref="UserErrorException">Options that contradict each other, too little text, weights of another model, or no GPU.</exception>
    public static void Check(TransformerXlOptions options, CompressionPlan plan, Corpus corpus, int workers)
    {
        Check(options, plan, corpus.Vocabulary.Count);
        TransformerXlLearner.SegmentsOf(options, corpus, 0, workers);
        SplitSegments(options, corpus, "valid", 0, 1);
        SplitSegments(options, corpus, "test", 0, 1);
    }

    /// <summary>The same without a text: all but whether it is long enough.</summary>
    /// <param name="options">Of the run.</param>
    /// <param name="plan">What is composed.</param>
    /// <param name="words">Words of the vocabulary.</param>
    /// <exception cref="UserErrorException">Options that contradict each other, weights of another model, or no GPU.</exception>
    public static void Check(TransformerXlOptions options, CompressionPlan plan, int words)
    {
        RequireExchange(options, plan, new ClipRule(options.Clip, options.ClipScope));
        var shape = options.ShapeFor(words);

        // Rules for single parameters meet the names here, before anything is started or written.
        plan.CreateCompressor(shape.Layout(), ThreadTeam.Single);
        int micro = plan.Traits.MicroBatches;
        RequireMicroBatches(plan, options.BatchSize);
        Require(options.BatchChunk <= options.BatchSize, $"--batch_chunk {options.BatchChunk}: --batch_size is {options.BatchSize}, which is the most chunks that work.");
        Require(micro == 0 || options.BatchChunk == 1, $"--batch_chunk {options.BatchChunk}: the compressor splits the batch into {micro} {Plural.Of(micro, "part")} already; use --batch_chunk 1.");
        Require(!options.Overlap || options.BatchChunk == 1, "--overlap true: a gradient is complete after the last chunk alone; use --batch_chunk 1.");
        Require(options.WarmupStep == 0 || !options.CountsTokens, $"--warmup_step {options.WarmupStep}: schedules count tokens here; use --warmup_tokens.");
        Require(options.Scheduler != "cosine" || !options.CountsTokens || options.MaxTokens > 0, "--warmup_tokens: a cosine by tokens needs --max_tokens, its length.");
        Require(
            !options.Fp16 || !options.Overlap,
            "--fp16 true: memories must not have taken up a gradient before all workers agree that none overflows: use --overlap false, or --fp16 false.");
        Require(
            !options.Fp16 || !(options.HasLocalWeights || plan.StepsAlone),
            "--fp16 true: a worker whose gradient overflows has left the shared weights before the others learn of it; use --fp16 false, or let all meet in every step.");
        Require(
            !options.Fp16 || options.VirtualWorkers == 0,
            "--fp16 true: memories must not have taken up a gradient before all workers agree that none overflows: use --num_workers in place of --virtual_workers, or --fp16 false.");
        Require(options.Fp16 || options.LossScale == LossScaler.UsualScale, $"--loss_scale {OptionText.Format(options.LossScale)}: needs --fp16 true, without which no loss is scaled.");
        RequireWeights(options, shape);
    }

    /// <summary>What the user should know before the first step: weights that do not say which words they are of, an option without effect on this text.</summary>
    /// <param name="options">Of the run.</param>
    /// <param name="corpus">The text.</param>
    /// <exception cref="UserErrorException">The weights are of other words.</exception>
    public static IEnumerable<string> Notes(TransformerXlOptions options, Corpus corpus)
    {
        var notes = new List<string>();
        using (var file = OpenWeights(options, out string shown, out var code))
        {
            if (file is not null && VocabularyMark.Check(file, corpus.Vocabulary.Fingerprint(), shown, code) is { } unmarked)
            {
                notes.Add(unmarked);
            }
        }

        if (options.Adaptive && options.ShapeFor(corpus.Vocabulary.Count).Clusters == 1)
        {
            notes.Add($"--adaptive has no effect here: the {corpus.Vocabulary.Count:N0} {Plural.Of(corpus.Vocabulary.Count, "word")} of the text are one cluster; give their ends by --cutoffs.");
        }

        return notes;
    }

    /// <summary>Trains to the end, or until <see cref="TrainingContext.Stop"/>; logs, evaluates, writes checkpoints and the summary.</summary>
    /// <exception cref="UserErrorException">Non-finite loss or gradient, a failed peer, a damaged checkpoint, an unwritable disk.</exception>
    public static RunSummary Train(TransformerXlOptions options, Corpus corpus, TrainingContext context)
    {
        using var session = Session(options, corpus, context);
        return session.Run();
    }

    /// <summary>Loss on a split with the weights of <c>--init_weights</c> or <c>--resume</c>.</summary>
    /// <param name="options">The model's options.</param>
    /// <param name="corpus">The text.</param>
    /// <param name="split"><c>valid</c> or <c>test</c>.</param>
    /// <param name="context">The peers, over whom the columns are dealt out.</param>
    public static EvaluationRecord Evaluate(TransformerXlOptions options, Corpus corpus, string split, TrainingContext context)
    {
        using var session = Session(options, corpus, context);
        return session.Evaluate(split);
    }

    /// <summary>A rank's segments of <c>valid</c> or <c>test</c>.</summary>
    internal static OrderedSegments SplitSegments(TransformerXlOptions options, Corpus corpus, string split, int rank, int ranks) =>
        OrderedSegments.ForEvaluation(
            split, split == "valid" ? corpus.Valid : corpus.Test, rank, ranks, options.EvalBatchSize, options.EvalTgtLen, options.EvalExtLen);

    private static TrainingSession Session(TransformerXlOptions options, Corpus corpus, TrainingContext context) => new(options, context, (group, team) =>
    {
        var schedule = new TransformerXlSchedule(options);
        if (options.Fp16 && context.Gpu is null)
        {
            context.Logger.Message("--fp16 true on a CPU: bfloat16 stands in; weights and hidden states are rounded to it, sums and trained weights are float32");
        }

        var learner = new TransformerXlLearner(options, corpus, group, context.Plan.Traits.MicroBatches, team, schedule, context.Device);
        if (options.InitWeights.Length > 0 && options.Resume.Length == 0)
        {
            using var file = OpenWeights(options, out string shown, out var code)!;
            new PublishedWeights(learner.Shape).Read(file, learner.Storage, shown, code);
        }

        return new TransformerXlTask(options, corpus, context, learner, schedule);
    });

    private static void RequireWeights(TransformerXlOptions options, TransformerXlShape shape)
    {
        using var file = OpenWeights(options, out string shown, out var code);
        if (file is not null)
        {
            new PublishedWeights(shape).RequireFit(file, shown, code);
        }
    }

    // Those of --resume or --init_weights; null where there are none.
    private static SafetensorsFile? OpenWeights(TransformerXlOptions options, out string shown, out ExitCode code)
    {
        (string path, shown, code) = options.Resume.Length > 0
            ? (Path.Combine(options.Resume, CheckpointNames.Model), $"--resume {options.Resume}", ExitCode.Checkpoint)
            : (options.InitWeights, $"--init_weights {options.InitWeights}", ExitCode.Usage);
        return path.Length > 0 ? WeightsFile.Open(path, shown, code) : null;
    }
}
