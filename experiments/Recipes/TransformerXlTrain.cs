using Compression.Core.Catalog;
using Compression.Core.Composition;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.Runs;
using Compression.Mpi.Interop;
using Compression.Training.Data;
using Compression.Training.TransformerXl;

namespace Compression.Experiments.Recipes;

/// <summary>Transformer-XL: trains it, prints a published set-up, or goes on with a text.</summary>
internal sealed class TransformerXlTrain() : TrainingVerb<TransformerXlOptions>(
    "transformer-xl", "train Transformer-XL with compressed gradients; go on with a text")
{
    // What acts where nothing is trained: the words and sizes of the weights, then what is done with them.
    private static readonly string[] s_ofWeights =
    [
        "dataset", "data", "bpe", "config", "n_layer", "n_head", "d_head", "d_embed", "d_model", "d_inner", "pre_lnorm", "attn_type", "clamp_len", "same_length",
        "not_tied", "adaptive", "cutoffs", "div_val", "tgt_len", "mem_len", "eval_tgt_len", "init_weights", "resume", "restart", "dry_run", "eval_only", "generate",
    ];

    private static readonly string[] s_ofEvaluation = ["ext_len", "eval_batch_size", "threads", "use_gpu", "fp16"], s_ofText = ["tokens", "temperature", "top_k", "seed"];

    // Less text is tokenized in less than a second.
    private const long BytesWorthKeeping = 32 << 20;

    public override IReadOnlyList<string> Examples =>
    [
        "transformer-xl --dataset wt2 --adaptive true --tgt_len 64 --mem_len 64 --num_workers 2",
        "transformer-xl --dataset ptb --compressor topk --compress_ratio 0.01 --virtual_workers 2",
        "transformer-xl --config one_machine --dry_run",
        "transformer-xl --generate 'The city of' --tokens 50 --resume runs/small",
    ];

    protected override IReadOnlyList<KeyValuePair<string, string>> PresetValues(ParsedCommand command, CommandEnvironment environment)
    {
        if (LaunchTable.Find(command["config"] ?? "none") is not { } table)
        {
            return IsSample(command, environment) ? SampleRun.TransformerXl : [];
        }

        bool plans = command["dry_run"] is { } text && text != "false";
        int workers = Number(command["num_workers"]) ?? Number(command["virtual_workers"]) ?? MpiEnvironment.Current.Size ?? (plans ? table.Workers : 1);
        return [.. table.Values(workers), .. plans ? [KeyValuePair.Create("num_workers", $"{workers}")] : Array.Empty<KeyValuePair<string, string>>()];
    }

    protected override bool Trains(TransformerXlOptions options) => !options.DryRun && !options.EvalOnly && options.Generate.Length == 0;

    protected override IReadOnlyCollection<string>? ActInstead(ParsedCommand command)
    {
        bool IsOn(string name) => command[name] is { } text && !text.Equals("false", StringComparison.OrdinalIgnoreCase);
        return IsOn("dry_run") ? null :
        [
            .. s_ofWeights,
            .. command["resume"] is null ? Array.Empty<string>() : ["out"],
            .. IsOn("eval_only") ? s_ofEvaluation : [],
            .. command["generate"] is { Length: > 0 } ? s_ofText : [],
        ];
    }

    protected override ExitCode RunInstead(
        TransformerXlOptions options, CompressionPlan pipeline, ParsedCommand command, CommandEnvironment environment)
    {
        if (options.DryRun && (options.EvalOnly || options.Generate.Length > 0))
        {
            throw new UserErrorException(
                ExitCode.Usage, $"--dry_run: shows what would be trained, and --{(options.EvalOnly ? "eval_only" : "generate")} trains nothing; give one of the two.");
        }

        if (options.DryRun && MpiEnvironment.Current.Rank > 0)
        {
            return ExitCode.Success; // The first rank shows it.
        }

        if (options.DryRun)
        {
            var prepared = DryRun(command, environment);
            new TransformerXlPlan(prepared.Options, pipeline, prepared.Description, prepared.Size!).Print(command, environment);
            return ExitCode.Success;
        }

        RequireText(options);
        Requirements.Libtorch(options.UseGpu);
        new SavedTransformerXl(options, Load(options, environment).Corpus).Use(environment);
        return ExitCode.Success;
    }

    protected override PreparedTraining<TransformerXlOptions> Prepare(
        TransformerXlOptions options, CompressionPlan pipeline, int workers, CommandEnvironment environment)
    {
        RequireText(options);
        options = options with
        {
            InitWeights = environment.FullPathOrEmpty(options.InitWeights),
            SaveWeights = environment.FullPathOrEmpty(options.SaveWeights),
        };
        if (options.DryRun && options.Data.Length == 0 && options.Dataset != TextDataset.Sample && !TransformerXlCorpus.IsAtHand(options.Dataset, CorpusChoice.Places(environment)))
        {
            return WithoutText(options, pipeline, workers);
        }

        var (corpus, folder) = Load(options, environment);
        options = options with { Data = folder };
        RequireMemory(options, pipeline, corpus.Vocabulary.Count, (double)corpus.Train.Length / workers / options.BatchSize);
        TransformerXlTrainer.Check(options, pipeline, corpus, workers);
        string note = LaunchTable.Find(options.Config) is { } table && table.Workers != workers
            ? $"; {table.Name} names {table.Workers} {Plural.Of(table.Workers, "worker")}, here are {workers}, and the learning rate is that of their batch"
            : "";
        return new PreparedTraining<TransformerXlOptions>(options, corpus, context => TransformerXlTrainer.Train(options, corpus, context))
        {
            Description = corpus.Description + note,
            Notes = [.. corpus.Warnings, .. TransformerXlTrainer.Notes(options, corpus)],
            MemoryOptions = TransformerXlMemory.Options,
            Size = SizeOf(options, corpus.Vocabulary.Count, workers),
        };
    }

    // What can be said of a run whose text is not here: as much as its published number of words tells.
    private static PreparedTraining<TransformerXlOptions> WithoutText(TransformerXlOptions options, CompressionPlan pipeline, int workers)
    {
        int words = options.Bpe ? TransformerXlCorpus.BytePairs
            : options.Dataset == TextDataset.Wt103 && LaunchTable.Find(options.Config) is { } table ? table.Vocabulary
            : TransformerXlCorpus.PublishedTypes(options.Dataset);
        RequireMemory(options, pipeline, words, double.PositiveInfinity);
        TransformerXlTrainer.Check(options, pipeline, words);
        return new PreparedTraining<TransformerXlOptions>(
            options, $"no {OptionText.Format(options.Dataset)} at hand: counted with its published vocabulary, checked without its text", new Dictionary<string, string>(),
            [], static _ => throw new InvalidOperationException("A dry run trains nothing."))
        {
            MemoryOptions = TransformerXlMemory.Options,
            Size = SizeOf(options, words, workers),
        };
    }

    // A dry run shows what other machines must have.
    private static void RequireMemory(TransformerXlOptions options, CompressionPlan pipeline, int words, double rows)
    {
        var need = TransformerXlMemory.Need(options, options.ShapeFor(words), pipeline, rows);
        if (options.DryRun)
        {
            need.Require(1, double.PositiveInfinity);
        }
        else
        {
            need.Require(options);
        }
    }

    private static TrainingSize SizeOf(TransformerXlOptions options, int words, int workers) => new(
        options.ShapeFor(words).ParameterCount(),
        options.MaxTokens > 0 ? options.MaxTokens : (double)options.MaxStep * options.BatchSize * options.TgtLen * workers)
    {
        Words = words,
    };

    // A text that nothing names, where the usual one is not here.
    private static bool IsSample(ParsedCommand command, CommandEnvironment environment) => command["dataset"] is { } named
        ? named == OptionText.Format(TextDataset.Sample)
        : command["data"] == CorpusLocation.SampleName || (string.IsNullOrEmpty(command["data"]) && !TransformerXlCorpus.IsAtHand(TextDataset.Wt103, CorpusChoice.Places(environment)));

    private static void RequireText(TransformerXlOptions options)
    {
        options.RequireText();
        if (options.Dataset == TextDataset.Sample && options.Data is not ("" or CorpusLocation.SampleName))
        {
            throw new UserErrorException(ExitCode.Usage, $"--data {options.Data}: --dataset sample is embedded and in no folder; leave --data away, or name the text of the folder by --dataset.");
        }
    }

    private static (Corpus Corpus, string Folder) Load(TransformerXlOptions options, CommandEnvironment environment)
    {
        if (options.Dataset == TextDataset.Sample)
        {
            var sample = TransformerXlCorpus.OfSample();
            string why = TransformerXlCorpus.IsAtHand(TextDataset.Wt103, CorpusChoice.Places(environment)) ? "asked for by name"
                : $"no wikitext-103 is at hand: get it with `./run.sh data wikitext --size 103`, or name another text by --dataset; {SampleRun.Remark}";
            return (sample with { Description = $"{sample.Description} ({why})" }, CorpusLocation.SampleName);
        }

        string folder = TransformerXlCorpus.Find(options.Dataset, options.Data, CorpusChoice.Places(environment));
        var everywhere = new EnumerationOptions { RecurseSubdirectories = true };
        bool isLarge = new DirectoryInfo(folder).EnumerateFiles("*", everywhere).Sum(file => file.Length) > BytesWorthKeeping;
        string? cache = isLarge ? environment.CorpusCache : null;
        return (TransformerXlCorpus.Load(options.Dataset, folder, cache, options.Bpe), folder);
    }

    // The published code's name of a restart.
    protected override (string, string)? FirstName(string name, string value) =>
        name == "restart" && value != "false" ? ("resume", ResumePoint.Latest) : null;

    private static int? Number(string? text) => int.TryParse(text, out int value) && value > 0 ? value : null;
}
