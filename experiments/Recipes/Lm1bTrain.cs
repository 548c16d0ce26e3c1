using Compression.Core.Pipeline;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.Plots.Drawing;
using Compression.Experiments.Plots.Kinds;
using Compression.Tracking;
using Compression.Training.Checkpoints;
using Compression.Training.Lm1b;
using Compression.Training.Sessions;

namespace Compression.Experiments.Recipes;

/// <summary>The One Billion Word language model: trains it, or evaluates the checkpoints of a run as they come.</summary>
internal sealed class Lm1bTrain : TrainingVerb<Lm1bOptions>
{
    private const string Folder = "lm1b";

    /// <inheritdoc/>
    public override string Name => "lm1b";

    /// <inheritdoc/>
    public override string Summary => "train the LM-1B LSTM: row-sparse tables, sampled softmax, parameter servers";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples =>
    [
        "lm1b --datadir datasets/lm1b --num_workers 2 --max_steps 1000",
        "lm1b --hpconfig vocab_size=1000,num_sampled=500 --compressor topk --compress_ratio 0.01",
        "lm1b --run_option PS --sync false --num_workers 2",
        "lm1b --mode eval_test --logdir runs/lm1b --eval_once",
    ];

    /// <inheritdoc/>
    public override ExitCode Run(ParsedCommand command, CommandEnvironment environment)
    {
        if (command["mode"] is not { } mode || mode == "train")
        {
            using var machines = MachineList.Of(OtherNames.Resolve(command, FirstName), environment);
            return base.Run(machines.Command, environment);
        }

        string run = command["resume"] ?? command["logdir"] ?? command["out"] ?? throw new UserErrorException(
            ExitCode.Usage, $"--mode {mode}: evaluates the checkpoints of a run; name its folder by --logdir.");
        if (command["eval_once"] is null or "false" && !FollowedCheckpoints.WaitForFirst(environment.FullPath(run), environment))
        {
            return ExitCode.Interrupted;
        }

        // The run's own options hold, but for what is said here.
        var values = command.Values.Where(pair => pair.Key is not ("logdir" or "out" or "resume")).Append(KeyValuePair.Create("resume", run));
        return base.Run(command with { Values = [.. values] }, environment);
    }

    /// <inheritdoc/>
    protected override bool Trains(Lm1bOptions options) => options.Mode == "train";

    /// <inheritdoc/>
    protected override ExitCode RunInstead(Lm1bOptions options, PipelinePlan pipeline, ParsedCommand command, CommandEnvironment environment)
    {
        Requirements.Libtorch(useGpu: false);
        string run = Path.GetDirectoryName(Path.GetDirectoryName(options.Resume))!;
        var corpus = Lm1bCorpus.Open(DataFolder(options.Datadir, environment), options.Hyper().VocabSize);
        foreach (string warning in corpus.Warnings)
        {
            CommandLine.Warn(warning, environment);
        }

        using var checkpoint = new Lm1bCheckpoint(options, corpus, options.Threads);
        return new FollowedCheckpoints(run, options.Mode, options.MaxSteps, options.EvalOnce).Evaluate(folder => checkpoint.Evaluate(folder, note => CommandLine.Warn(note, environment)), environment);
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<KeyValuePair<string, string>> PresetValues(ParsedCommand command, CommandEnvironment environment) =>
        command["sync"] == "false" ? [KeyValuePair.Create("exchange", "allgather")]
        : command["run_option"] == "PS" ? [KeyValuePair.Create("exchange", "ps")]
        : [];

    /// <inheritdoc/>
    protected override PreparedTraining<Lm1bOptions> Prepare(Lm1bOptions options, PipelinePlan pipeline, int workers, CommandEnvironment environment)
    {
        options = options with
        {
            Datadir = DataFolder(options.Datadir, environment),
            CkptDir = options.CkptDir.Length > 0 ? environment.FullPath(options.CkptDir) : "",
        };
        PathName.Require(options.CkptDir, "--ckpt_dir");
        if (options.CkptDir.Length > 0 && options.Resume.Length == 0 && new CheckpointStore(options.CkptDir).FindLatest() is { } other)
        {
            throw new UserErrorException(
                ExitCode.Usage, $"--ckpt_dir {options.CkptDir}: holds checkpoints of another run ({Path.GetFileName(other)}); go on with that run by --resume RUN, or choose another folder.");
        }

        if (options.ResourceInfoFile.Length > 0)
        {
            ResourceInfo.Read(environment.FullPath(options.ResourceInfoFile), $"--resource_info_file {options.ResourceInfoFile}");
        }

        var rows = Components.ComposeRows(options.RowCompressor);
        var corpus = Lm1bCorpus.Open(options.Datadir, options.Hyper().VocabSize);
        int holders = options.Way == RunOption.Mpi ? 1 : workers + options.ServerRanks;
        Lm1bMemory.Need(options.Hyper(), holders, MemoryNeed.Residuals(pipeline, options)).Require(options);
        Lm1bTrainer.Check(options, pipeline, rows, workers, corpus);
        return new PreparedTraining<Lm1bOptions>(
            options, corpus.Description, corpus.Sha256, corpus.Parts(),
            context =>
            {
                LinkCheckpoints(options, context);
                return Lm1bTrainer.Train(options, corpus, rows, context, found => Show(found, options, context.RunFolder, environment));
            })
        {
            Notes = corpus.Warnings,
        };
    }

    // The run's folder stays whole, wherever its checkpoints lie.
    private static void LinkCheckpoints(Lm1bOptions options, TrainingContext context)
    {
        string link = Path.Combine(context.RunFolder, RunFiles.Checkpoints);
        if (options.CkptDir.Length > 0 && context.Communicator.Rank == 0 && !Path.Exists(link))
        {
            Directory.CreateDirectory(options.CkptDir);
            Directory.CreateSymbolicLink(link, options.CkptDir);
        }
    }

    private static void Show(PartitionSearchResult found, Lm1bOptions options, string runFolder, CommandEnvironment environment)
    {
        string caption = FormattableString.Invariant($"{options.NumWorkers} workers, {options.RunOption}, {(options.Hpconfig.Length > 0 ? options.Hpconfig.Replace(",", ", ", StringComparison.Ordinal) : "default sizes")}.");
        Gnuplot.Find(environment).Draw(PartitionPicture.Compose(found, caption), Path.Combine(runFolder, RunFiles.Plots));
    }

    private static (string, string)? FirstName(string name, string value) => name switch
    {
        "logdir" => ("out", value),
        "log_frequency" => ("log_interval", value),
        "save_ckpt_steps" => ("checkpoint_every", value),
        _ => null,
    };

    // The caller's folder first, then the repository, then where corpora are kept.
    private static string DataFolder(string datadir, CommandEnvironment environment)
    {
        IEnumerable<string> candidates = datadir.Length > 0
            ? [environment.FullPath(datadir), Path.GetFullPath(datadir, environment.RepositoryRoot)]
            : [.. environment.Datasets is { Length: > 0 } datasets ? [Path.Combine(datasets, Folder)] : Array.Empty<string>(),
                Path.Combine(environment.RepositoryRoot, "datasets", Folder)];
        return candidates.FirstOrDefault(folder => File.Exists(Path.Combine(folder, Lm1bCorpus.VocabularyFile)))
            ?? throw new UserErrorException(
                ExitCode.Environment,
                $"--datadir {(datadir.Length > 0 ? datadir : "(not given)")}: no {Lm1bCorpus.VocabularyFile} there (looked in {string.Join(", ", candidates)}); get or make the data with `./run.sh data lm1b`.");
    }
}
