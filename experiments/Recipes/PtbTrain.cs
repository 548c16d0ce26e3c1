using Compression.Core.Composition;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.Runs;
using Compression.Training.Data;
using Compression.Training.Ptb;
using Compression.Training.Recurrent;

namespace Compression.Experiments.Recipes;

/// <summary>The PTB LSTM: the main job.</summary>
internal sealed class PtbTrain() : TrainingVerb<PtbOptions>("train", "train the PTB LSTM with compressed gradients")
{
    private const string MemoryOptions = "--emb_size, --num_hid, --num_layers, --batch_size or --bptt";

    // Adam's usual rate.
    private const string AdamRate = "0.001";

    public override IReadOnlyList<string> Examples =>
    [
        "--compressor topk --compress_ratio 0.001",
        "--compressor topk --compress_ratio 0.001 --num_workers 2 --max_steps 200",
        "--compressor 'topk(ratio=0.01)+sign' --virtual_workers 4",
        "--preset zaremba-small --checkpoint_every 500 --out runs/small",
        "--resume latest",
    ];

    protected override IReadOnlyList<KeyValuePair<string, string>> PresetValues(ParsedCommand command, CommandEnvironment environment)
    {
        string preset = command["preset"] ?? (CorpusChoice.IsSample(command["data"] ?? "", environment) ? "sample" : "none");
        var values = PtbPresets.Values(preset);
        if ((Stated(command, "optim") ?? "sgd") != "sgd" || Stated(command, "update") == "sign")
        {
            // The rates of the presets, and the default, are of SGD; steps by sign are as long as Adam's.
            values = [.. values.Where(pair => pair.Key != "init_lr"), KeyValuePair.Create("init_lr", AdamRate)];
        }

        string schedule = ScheduleOf(command) ?? "";
        bool isPresets = schedule.Length == 0 || values.Contains(KeyValuePair.Create("lr_schedule", schedule));

        // Another schedule takes the place of the preset's, with all that belongs to it.
        return
        [
            KeyValuePair.Create("preset", preset),
            KeyValuePair.Create("exp_name", $"ptb-{command["model"] ?? RecurrentLayers.Default}"),
            .. values.Where(pair => isPresets || pair.Key is not ("lr_schedule" or "lr_decay" or "decay_after")),
            .. isPresets ? Array.Empty<KeyValuePair<string, string>>() : [KeyValuePair.Create("lr_schedule", schedule)],
        ];
    }

    protected override PreparedTraining<PtbOptions> Prepare(
        PtbOptions options, CompressionPlan pipeline, int workers, CommandEnvironment environment)
    {
        var (corpus, data) = CorpusChoice.Load(options.Data, environment);
        options = options with
        {
            Data = data,
            InitWeights = environment.FullPathOrEmpty(options.InitWeights),
            SaveWeights = environment.FullPathOrEmpty(options.SaveWeights),
        };
        RequireMemory(options, pipeline, corpus, workers);
        PtbTrainer.Check(options, pipeline, corpus, workers);
        string? note = null;
        if (options.Resume.Length > 0)
        {
            string model = Path.Combine(options.Resume, SavedPtbModel.FileName);
            note = SavedPtbModel.RequireSame(model, $"--resume {options.Resume}", ExitCode.Checkpoint, options, corpus.Vocabulary);
        }
        else if (options.InitWeights.Length > 0)
        {
            note = SavedPtbModel.RequireSame(options.InitWeights, $"--init_weights {options.InitWeights}", ExitCode.Usage, options, corpus.Vocabulary);
        }

        return new PreparedTraining<PtbOptions>(options, corpus, context => PtbTrainer.Train(options, corpus, context))
        {
            Notes = [.. corpus.Warnings, .. note is null ? Array.Empty<string>() : [note]],
            MemoryOptions = MemoryOptions,
            Size = SizeOf(options, corpus, workers),
        };
    }

    // GradComp's names.
    protected override (string, string)? FirstName(string name, string value) => name switch
    {
        "save" => ("save_weights", Path.Combine(value, SavedPtbModel.FileName)),
        "alpha" => ("variance_alpha", value),
        _ => null,
    };

    // --lr_decay alone is GradComp's, unless a preset was asked for that has a schedule with a decay. Null where the preset's holds.
    private static string? ScheduleOf(ParsedCommand command) => command["lr_schedule"]
        ?? (command["lr_decay"] is null || (command["preset"] is { } preset && PtbPresets.Values(preset).Any(pair => pair.Key == "lr_decay")) ? null
        : command["decay_after"] is null ? "gradcomp" : "step");

    private static void RequireMemory(PtbOptions options, CompressionPlan pipeline, Corpus corpus, int workers)
    {
        double words = Math.Min((double)options.Bptt * options.BatchSize, (double)corpus.Train.Length / workers);
        double copies = MemoryNeed.WeightsAndGradients + (MemoryNeed.Optimizers(options) * Optimizer(options)) + MemoryNeed.Residuals(pipeline, options) + MemoryNeed.LocalWeights(pipeline, options);
        MemoryNeed.Of(options.ModelFor(corpus.Vocabulary.Count), words, copies, MemoryOptions).Require(options);
    }

    // Buffers of the optimizer: moments, and where a step is built.
    private static int Optimizer(PtbOptions options) => options.Optim != "sgd" ? 3 : options.Momentum > 0 ? 1 : 0;

    private static TrainingSize SizeOf(PtbOptions options, Corpus corpus, int workers)
    {
        long parameters = options.ModelFor(corpus.Vocabulary.Count).ParameterCount();
        double tokens = (double)corpus.Train.Length * options.Epochs;
        double limit = options.MaxSteps > 0 ? (double)options.MaxSteps * workers * options.BatchSize * options.Bptt : tokens;
        return new TrainingSize(parameters, Math.Min(tokens, limit));
    }
}
