using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.Recipes;
using Compression.Experiments.Runs;
using Compression.Tracking.Files;
using Compression.Tracking.Provenance;
using Compression.Training.Checkpoints;
using Compression.Training.Ptb;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <see cref="Evaluate"/>.</summary>
public sealed record EvaluateOptions
{
    /// <summary>What is evaluated.</summary>
    [Option("weights", "safetensors file under PyTorch's names, a checkpoint, or a run's folder (its newest checkpoint)", IsPath = true)]
    public string Weights { get; init; } = "";

    /// <summary>Which text.</summary>
    [Option("split", "text to evaluate on", Choices = "both|valid|test")]
    public string Split { get; init; } = "both";

    /// <summary>Folder of the corpus.</summary>
    [Option("data", "folder of the corpus; empty: the run's own, else PTB where it is found, else the sample corpus", IsPath = true)]
    public string Data { get; init; } = "";

    /// <summary>Columns on valid.</summary>
    [Option("eval_batch_size", "sequences of a batch on valid", Min = 1, Max = int.MaxValue)]
    public int EvalBatchSize { get; init; } = 10;

    /// <summary>Columns on test.</summary>
    [Option("test_batch_size", "sequences of a batch on test", Min = 1, Max = int.MaxValue)]
    public int TestBatchSize { get; init; } = 10;

    /// <summary>Steps at a time.</summary>
    [Option("bptt", "time steps at a time; the result does not depend on it", Min = 1, Max = int.MaxValue)]
    public int Bptt { get; init; } = 35;

    /// <summary>Threads.</summary>
    [Option("threads", "threads; 0: all cores", Min = 0, Max = 1024)]
    public int Threads { get; init; }

    /// <summary>Compute on a GPU.</summary>
    [Option("use_gpu", "compute on CUDA")]
    public bool UseGpu { get; init; }
}

/// <summary>Perplexity of saved weights.</summary>
internal sealed class Evaluate() : Verb<EvaluateOptions>("eval", "perplexity of a weights file, or of a checkpoint, on valid and test")
{
    public override string Operand => "weights";

    public override IReadOnlyList<string> Examples => ["eval runs/small", "eval runs/small/checkpoints/step-000500 --split test", "eval weights.safetensors"];

    protected override ExitCode Run(EvaluateOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        RequireOperand(options.Weights, "a weights file, a checkpoint or a run's folder");
        Requirements.Libtorch(options.UseGpu);
        var (weights, data) = Find(environment.FullPath(options.Weights), options.Weights);
        var (corpus, _) = CorpusChoice.Load(options.Data.Length > 0 ? options.Data : data, environment);
        var model = SavedPtbModel.OptionsOf(weights, $"--weights {options.Weights}", ExitCode.Checkpoint, new PtbOptions
        {
            EvalBatchSize = options.EvalBatchSize,
            TestBatchSize = options.TestBatchSize,
            Bptt = options.Bptt,
            Threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount,
            UseGpu = options.UseGpu,
        });
        if (SavedPtbModel.RequireSame(weights, $"--weights {options.Weights}", ExitCode.Checkpoint, model, corpus.Vocabulary) is { } note)
        {
            CommandLine.Warn(note, environment);
        }

        double words = Math.Min(Math.Max(model.EvalBatchSize, model.TestBatchSize) * (double)model.Bptt, Math.Max(corpus.Valid.Length, corpus.Test.Length));
        MemoryNeed.Of(model.ModelFor(corpus.Vocabulary.Count), words, copies: 1, "--eval_batch_size, --test_batch_size or --bptt").Require(model);
        environment.Screen.Output.WriteLine($"{weights}: {model.NumLayers} {Plural.Of(model.NumLayers, "layer")}, emb_size {model.EmbSize}, num_hid {model.NumHid}");
        environment.Screen.Output.WriteLine(corpus.Description);
        CommandLine.Warn(corpus.Warnings, environment);
        string[] splits = options.Split == "both" ? ["valid", "test"] : [options.Split];
        SavedWeights.Evaluate(splits, (split, context) => PtbTrainer.Evaluate(model, corpus, split, context), options.UseGpu, environment);
        return ExitCode.Success;
    }

    // The weights, and the corpus of the run that they come from where that is known.
    private static (string File, string Data) Find(string path, string shown)
    {
        if (File.Exists(path))
        {
            return (path, "");
        }

        if (!Directory.Exists(path))
        {
            throw new UserErrorException(ExitCode.Usage, $"--weights {shown}: no such file or folder; name a safetensors file, a checkpoint or a run's folder.");
        }

        string run = Directory.Exists(Path.Combine(path, RunFiles.Checkpoints)) ? path : Path.GetFullPath(Path.Combine(path, "..", ".."));
        var recorded = File.Exists(Path.Combine(run, RunFiles.Config)) ? RecordedRun.Read(run) : null;
        if (recorded is not null)
        {
            OwnVerb.Require(recorded, "train", $"--weights {shown}", shown, goOn: null);
        }

        string checkpoint = new CheckpointStore(Path.Combine(path, RunFiles.Checkpoints)).FindLatest() ?? path;
        if (!File.Exists(Path.Combine(checkpoint, SavedPtbModel.FileName)))
        {
            throw new UserErrorException(ExitCode.Checkpoint, $"--weights {shown}: no checkpoint there; name a safetensors file, a checkpoint or a run's folder.");
        }

        LoadedCheckpoint.Verify(checkpoint);
        return (Path.Combine(checkpoint, SavedPtbModel.FileName), recorded?.Values.GetValueOrDefault("data", "") ?? "");
    }
}
