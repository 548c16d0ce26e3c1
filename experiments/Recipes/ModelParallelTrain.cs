using Compression.Core.Catalog;
using Compression.Core.Composition;
using Compression.Experiments.Cli;
using Compression.Experiments.Runs;
using Compression.Training.Data;
using Compression.Training.ModelParallel;

namespace Compression.Experiments.Recipes;

/// <summary>The model-parallel LSTM: layers as a pipeline over ranks.</summary>
internal sealed class ModelParallelTrain() : TrainingVerb<ModelParallelOptions>(
    "model-parallel", "train a stacked LSTM whose layers lie on several ranks, as a pipeline")
{
    private const string MemoryOptions = "--emb_size, --num_hid or --num_layers";

    public override IReadOnlyList<string> Examples =>
    [
        "model-parallel --max_steps 200",
        "model-parallel --stages 4 --schedule 1f1b --micro_batches 8 --placement auto",
        "model-parallel --stages 2 --num_workers 4 --compressor topk --compress_ratio 0.01",
        "model-parallel --devices cuda:0,cuda:1",
        "model-parallel --stages 3 --num_workers 1 --placement 0,0,0,1,1,1,2,2",
    ];

    protected override bool ResumesWithOtherWorkers => true;

    protected override IReadOnlyList<KeyValuePair<string, string>> PresetValues(ParsedCommand command, CommandEnvironment environment) =>
    [
        .. CorpusChoice.IsSample(command["data"] ?? "", environment) ? SampleRun.ModelParallel : [],
        .. command["devices"] is { Length: > 0 } devices
            ? [KeyValuePair.Create("num_workers", "1"), KeyValuePair.Create("stages", OptionText.Format(devices.Split(',').Length))]
            : (KeyValuePair<string, string>[])[KeyValuePair.Create("num_workers", command["stages"] ?? OptionText.Format(ModelParallelOptions.DefaultStages))],
    ];

    protected override PreparedTraining<ModelParallelOptions> Prepare(
        ModelParallelOptions options, CompressionPlan pipeline, int workers, CommandEnvironment environment)
    {
        var (corpus, data) = CorpusChoice.Load(options.Data, environment);
        options = options with { Data = data };
        RequireMemory(options, pipeline, corpus);
        ModelParallelTrainer.Check(options, pipeline, corpus);
        double tokens = (double)corpus.Train.Length * options.NumRound;
        double limit = options.MaxSteps > 0 ? (double)options.MaxSteps * options.GradientWorkers * options.BatchSize * options.SeqLen : tokens;
        return new PreparedTraining<ModelParallelOptions>(options, corpus, context => ModelParallelTrainer.Train(options, corpus, context))
        {
            Description = data == CorpusLocation.SampleName ? $"{corpus.Description}; {SampleRun.Remark}" : corpus.Description,
            MemoryOptions = $"--batch_size, {MemoryOptions}",
            Size = new TrainingSize(options.ModelFor(corpus.Vocabulary.Count).ParameterCount(), Math.Min(tokens, limit)),
        };
    }

    // Stages that are ranks hold a part each. What a step keeps depends on the schedule, and is left out.
    private static void RequireMemory(ModelParallelOptions options, CompressionPlan pipeline, Corpus corpus)
    {
        var whole = MemoryNeed.Of(
            options.ModelFor(corpus.Vocabulary.Count), words: 0, MemoryNeed.WeightsAndGradients + MemoryNeed.Residuals(pipeline, options) + MemoryNeed.LocalWeights(pipeline, options), MemoryOptions);
        (whole with { Parameters = whole.Parameters / (options.NumWorkers > 1 ? options.Stages : 1) }).Require(options);
    }
}
