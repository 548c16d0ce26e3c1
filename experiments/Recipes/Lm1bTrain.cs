using Compression.Core.Composition;
using Compression.Core.Reporting;
using Compression.Experiments.Algorithms;
using Compression.Experiments.Cli;
using Compression.Experiments.Plots.Drawing;
using Compression.Experiments.Plots.Kinds;
using Compression.Experiments.Runs;
using Compression.Mpi.Launching;
using Compression.Tracking.Files;
using Compression.Tracking.Provenance;
using Compression.Training.Checkpoints;
using Compression.Training.Data;
using Compression.Training.Data.Lm1b;
using Compression.Training.Lm1b;
using Compression.Training.Sessions;

namespace Compression.Experiments.Recipes;

/// <summary>The One Billion Word language model: trains it, or evaluates the checkpoints of a run as they come.</summary>
internal sealed class Lm1bTrain() : TrainingVerb<Lm1bOptions>("lm1b", "train the LM-1B LSTM: row-sparse tables, sampled softmax, parameter servers")
{
    private const string Folder = "lm1b", Partitions = "num_variable_shards";

    public override IReadOnlyList<string> Examples =>
    [
        "lm1b --datadir datasets/lm1b --num_workers 2 --max_steps 1000",
        "lm1b --hpconfig vocab_size=1000,num_sampled=500 --compressor topk --compress_ratio 0.01",
        "lm1b --run_option PS --sync false --num_workers 2",
        "lm1b --mode eval_test --logdir runs/lm1b --eval_once",
    ];

    public override ExitCode Run(ParsedCommand command, CommandEnvironment environment)
    {
        if (command["mode"] is not { } mode || mode == "train")
        {
            return base.Run(MachineList.WithWorkers(command, environment), environment);
        }

        bool isNewest = command["resume"] is null or ResumePoint.Latest or ResumePoint.Auto;
        string run = command[isNewest ? "out" : "resume"] ?? throw new UserErrorException(
            ExitCode.Usage, $"--mode {mode}: evaluates the checkpoints of a run; name its folder by --logdir.");
        string folder = environment.FullPath(run);
        if (File.Exists(Path.Combine(folder, RunFiles.Config)))
        {
            OwnVerb.Require(RecordedRun.Read(folder), Name, $"{command.AsWritten(isNewest ? "out" : "resume")} {run}", run, goOn: null);
        }

        bool waits = command["eval_once"] is null or "false" && !ResumePoint.IsCheckpoint(folder);
        if (waits && !FollowedCheckpoints.WaitForFirst(folder, environment))
        {
            return ExitCode.Interrupted;
        }

        // The run's own options hold, but for what is said here.
        var values = command.Values.Where(pair => pair.Key is not ("out" or "resume")).Append(KeyValuePair.Create("resume", run));
        return base.Run(command with { Values = [.. values] }, environment);
    }

    protected override HostList? Hosts(Lm1bOptions options, CommandEnvironment environment) =>
        options.ResourceInfoFile.Length > 0 ? MachineList.Hosts(options.ResourceInfoFile, environment) : base.Hosts(options, environment);

    protected override bool Trains(Lm1bOptions options) => options.Mode == "train";

    protected override IReadOnlyCollection<string> ActInstead(ParsedCommand command) =>
    [
        "mode", "eval_once", "eval_steps", "resume", "out", "datadir", "hpconfig", "threads", "use_gpu", .. command["eval_once"] is null or "false" ? ["max_steps"] : Array.Empty<string>(),
    ];

    protected override ExitCode RunInstead(Lm1bOptions options, CompressionPlan pipeline, ParsedCommand command, CommandEnvironment environment)
    {
        Requirements.Libtorch(options.UseGpu);
        CommandLine.Warn(Lm1bHyperparameters.Idle(command["hpconfig"] ?? "", trains: false, options.Sync), environment);
        var corpus = Lm1bCorpus.Open(DataFolder(options.Datadir, environment), options.Hyper().VocabSize);
        CommandLine.Warn(corpus.Warnings, environment);
        using var checkpoint = new Lm1bEvaluator(options, corpus, options.Threads, ProcessGpu.Of(options.UseGpu, []));
        return new FollowedCheckpoints(options.Resume, options.Mode, options.MaxSteps, options.EvalOnce).Evaluate(folder => checkpoint.Evaluate(folder, note => CommandLine.Warn(note, environment)), environment);
    }

    protected override IReadOnlyList<KeyValuePair<string, string>> PresetValues(ParsedCommand command, CommandEnvironment environment) =>
    [
        .. FolderOf(command["datadir"] ?? "", environment) is null ? SampleRun.Lm1b : [],
        .. command["sync"] == "false" ? [KeyValuePair.Create("exchange", "allgather")]
            : command["run_option"] == "PS" ? [KeyValuePair.Create("exchange", "ps")]
            : Array.Empty<KeyValuePair<string, string>>(),
    ];

    // The checkpoint knows the number that --search_partitions found, config.json the one that it began with.
    protected override IReadOnlyList<KeyValuePair<string, string>> FoundBefore(ResumePoint resume) =>
        resume.Recorded.Values.GetValueOrDefault("search_partitions") == "true" && resume.State?.Kept($"--{Partitions}") is { } found
            ? [KeyValuePair.Create(Partitions, found)]
            : [];

    protected override PreparedTraining<Lm1bOptions> Prepare(Lm1bOptions options, CompressionPlan pipeline, int workers, CommandEnvironment environment)
    {
        string folder = DataFolder(options.Datadir, environment);
        bool sample = FolderOf(options.Datadir, environment) is null;
        options = options with
        {
            Datadir = sample ? CorpusLocation.SampleName : folder,
            CkptDir = environment.FullPathOrEmpty(options.CkptDir),
        };
        if (options.CkptDir.Length > 0 && options.Resume.Length == 0 && new CheckpointStore(options.CkptDir).FindLatest() is { } other)
        {
            throw new UserErrorException(
                ExitCode.Usage, $"--ckpt_dir {options.CkptDir}: holds checkpoints of another run ({Path.GetFileName(other)}); go on with that run by --resume RUN, or choose another folder.");
        }

        var rows = Components.ComposeRows(options.RowCompressor);
        var corpus = Lm1bCorpus.Open(folder, options.Hyper().VocabSize);
        int holders = options.Way == RunOption.Mpi ? 1 : workers + options.ServerRanks;
        Lm1bMemory.Need(options.Hyper(), holders, MemoryNeed.Residuals(pipeline, options)).Require(options);
        Lm1bTrainer.Check(options, pipeline, rows, workers, corpus);
        return new PreparedTraining<Lm1bOptions>(
            options, sample ? $"embedded sample corpus: {corpus.Description} (no other is at hand or asked for: get One Billion Words with `./run.sh data lm1b`; {SampleRun.Remark})" : corpus.Description, corpus.Sha256, corpus.Parts(),
            context =>
            {
                LinkCheckpoints(options, context);
                return Lm1bTrainer.Train(options, corpus, rows, context, found => Show(found, options, context.RunFolder));
            })
        {
            MemoryOptions = Lm1bMemory.Options,
            Gpus = options.ResourceInfoFile.Length > 0 ? MachineList.GpusHere(options.ResourceInfoFile, environment) : [],
            Notes = [.. corpus.Warnings, .. Lm1bHyperparameters.Idle(options.Hpconfig, trains: true, options.Sync)],
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

    private static void Show(PartitionSearchResult found, Lm1bOptions options, string runFolder)
    {
        string caption = FormattableString.Invariant($"{options.NumWorkers} {Plural.Of(options.NumWorkers, "worker")}, {options.RunOption}, {(options.Hpconfig.Length > 0 ? options.Hpconfig.Replace(",", ", ", StringComparison.Ordinal) : "default sizes")}.");
        PictureFiles.Write(PartitionPicture.Compose(found, caption), Path.Combine(runFolder, RunFiles.Plots));
    }

    // The folder that holds the corpus; the sample's where none does.
    private static string DataFolder(string datadir, CommandEnvironment environment) =>
        FolderOf(datadir, environment) ?? SampleShards.FolderIn(environment.CorpusCache);

    // The caller's folder first, then the repository, then where corpora are kept; null where the sample corpus is meant, or nothing is at hand.
    private static string? FolderOf(string datadir, CommandEnvironment environment)
    {
        string[] candidates = datadir.Length > 0
            ? [environment.FullPath(datadir), Path.GetFullPath(datadir, environment.RepositoryRoot)]
            : [.. environment.DatasetFolders.Select(place => Path.Combine(place, Folder))];

        // Shards in a usual place are meant to be the corpus: a vocabulary that they lack is an error.
        return candidates.FirstOrDefault(folder => File.Exists(Path.Combine(folder, Lm1bCorpus.VocabularyFile))
                || (datadir.Length == 0 && Directory.Exists(Path.Combine(folder, ShardFolder.TrainingFolder))))
            ?? (datadir is "" or CorpusLocation.SampleName ? null : throw new UserErrorException(
                ExitCode.Environment,
                $"--datadir {datadir}: no {Lm1bCorpus.VocabularyFile} there (looked in {string.Join(", ", candidates.Distinct())}); get or make the data with `./run.sh data lm1b`."));
    }
}
