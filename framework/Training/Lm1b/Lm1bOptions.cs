using Compression.Core.Catalog;
using Compression.Training.Data;
using Compression.Training.Sessions;

namespace Compression.Training.Lm1b;

/// <summary>Every option of the LM-1B trainer, under the names of the systems it descends from; the initial values are the defaults.</summary>
public sealed record Lm1bOptions : TrainerOptions
{
    private const string DataGroup = "Data";
    private const string ModelGroup = "Model";
    private const string TrainingGroup = "Training and evaluation";
    private const string ExchangeGroup = "Tables and servers";
    private const string RunGroup = "Run";

    /// <summary>The defaults.</summary>
    public Lm1bOptions()
    {
        ExpName = "lm1b";
        LogInterval = 100;
    }

    /// <summary>Folder of the data.</summary>
    [Option("datadir", "folder with 1b_word_vocab.txt and the folders of training and held-out shards (see ./run.sh data lm1b), or sample; empty: where it is found, else the sample corpus with a small model", Group = DataGroup, Scope = OptionScope.Host, Aliases = "data", IsPath = true)]
    public string Datadir { get; init; } = "";

    /// <summary>Hyperparameters as pairs.</summary>
    [Option("hpconfig", "hyperparameters as key=value pairs, separated by commas; those left out keep the defaults that docs/lm1b.md lists", Group = ModelGroup)]
    public string Hpconfig { get; init; } = "";

    /// <summary>What is done.</summary>
    [Option("mode", "train; or evaluate each new checkpoint of --logdir on the held-out shard, with averaged weights (ave), or on training shards", Group = TrainingGroup,
        Choices = "train|eval_test|eval_test_ave|eval_train", Scope = OptionScope.Call)]
    public string Mode { get; init; } = "train";

    /// <summary>Batches of an evaluation.</summary>
    [Option("eval_steps", "most batches of an evaluation", Group = TrainingGroup, Min = 1, Max = int.MaxValue, Scope = OptionScope.Run, Needs = "eval_n_per_epoch!=0")]
    public int EvalSteps { get; init; } = 70;

    /// <summary>Evaluate one checkpoint only.</summary>
    [Option("eval_once", "evaluate the newest checkpoint and end, rather than wait for others", Group = TrainingGroup, Scope = OptionScope.Call, Needs = "mode!=train")]
    public bool EvalOnce { get; init; }

    /// <summary>Evaluations within training.</summary>
    [Option("eval_n_per_epoch", "evaluations on the held-out shard in each epoch of training, and one at the end; 0: none", Group = TrainingGroup, Min = 0, Max = int.MaxValue, Scope = OptionScope.Run)]
    public int EvalNPerEpoch { get; init; }

    /// <summary>Steps of training.</summary>
    [Option("max_steps", "end after so many steps", Group = TrainingGroup, Min = 1, Max = long.MaxValue, Scope = OptionScope.Run, Aliases = "max_step")]
    public long MaxSteps { get; init; } = 1_000_000;

    /// <summary>Workers wait for each other.</summary>
    [Option("sync", "workers take each step together; false: each pulls and pushes when it is ready (--run_option PS only)", Group = ExchangeGroup)]
    public bool Sync { get; init; } = true;

    /// <summary>How gradients travel.</summary>
    [Option("run_option", "PS: all by parameter servers; MPI: all-reduce, and all-gather of rows; HYBRID: all-reduce for dense weights, servers for the tables", Group = ExchangeGroup,
        Choices = "PS|MPI|HYBRID")]
    public string RunOption { get; init; } = "HYBRID";

    /// <summary>Servers of unsynchronised training.</summary>
    [Option("num_servers", "server ranks beside the workers, with --sync false", Group = ExchangeGroup, Min = 1, Max = 1024, Needs = "sync=false")]
    public int NumServers { get; init; } = 1;

    /// <summary>The compressor of row gradients.</summary>
    [Option("row_compressor", "compressor of the tables' row gradients, row by row; biased ones keep a residual by row", Group = ExchangeGroup)]
    public string RowCompressor { get; init; } = "none";

    /// <summary>Pieces of a table's traffic.</summary>
    [Option("num_variable_shards", "pieces into which a server's rows are cut: one is added up while the next are under way", Group = ExchangeGroup, Min = 1, Max = 4096, Scope = OptionScope.Run, Needs = "num_workers!=1 or sync=false")]
    public int NumVariableShards { get; init; } = 32;

    /// <summary>Look for the best number of pieces.</summary>
    [Option("search_partitions", "find the best num_variable_shards before training, by timing steps", Group = ExchangeGroup, Scope = OptionScope.Run)]
    public bool SearchPartitions { get; init; }

    /// <summary>The machines.</summary>
    [Option("resource_info_file", "file with a line host[:gpu,gpu...] for each machine; the first is the master", Group = ExchangeGroup, Scope = OptionScope.Host, IsPath = true)]
    public string ResourceInfoFile { get; init; } = "";

    /// <summary>Folder of checkpoints.</summary>
    [Option("ckpt_dir", "folder of the checkpoints; empty: checkpoints/ in the run's folder", Group = RunGroup, Scope = OptionScope.Host, Needs = "checkpoint_every!=0 or checkpoint_each_epoch=true or save_n_ckpts_per_epoch!=-1|0", IsPath = true)]
    public string CkptDir { get; init; } = "";

    /// <summary>Checkpoints by share of an epoch.</summary>
    [Option("save_n_ckpts_per_epoch", "checkpoints in each epoch; -1: none by this rule", Group = RunGroup, Min = -1, Max = int.MaxValue, Scope = OptionScope.Run)]
    public int SaveNCkptsPerEpoch { get; init; } = -1;

    public override IReadOnlyDictionary<string, string> Refusals => new Dictionary<string, string>
    {
        ["method"] = "weights are shared in every step, and moved by Adagrad; use --method none.",
        ["local_steps"] = "the tables are shared, and their rows travel in every step; use --local_steps 1.",
        ["outer_optimizer"] = "weights are shared in every step; use --outer_optimizer sgd.",
        ["outer_lr"] = "weights are shared in every step; use --outer_lr 1.",
        ["outer_momentum"] = "weights are shared in every step; use --outer_momentum 0.",
        ["update"] = "tables and dense weights are moved by Adagrad, which has its own step; use --update mean.",
        ["overlap"] = "the gradient is clipped by its own norm (max_grad_norm), which is known only after the backward pass; use --overlap false.",
    };

    public override bool WritesCheckpoints => base.WritesCheckpoints || SaveNCkptsPerEpoch > 0;

    public override bool NamesHosts => base.NamesHosts || ResourceInfoFile.Length > 0;

    public override int ServerRanks => Sync ? 0 : NumServers;

    public override string NameOf(int rank) => rank < NumWorkers ? base.NameOf(rank) : FormattableString.Invariant($"server {rank - NumWorkers}");

    /// <summary>How gradients travel.</summary>
    public RunOption Way => Enum.Parse<RunOption>(RunOption, ignoreCase: true);

    /// <summary>The text is the sample corpus, by its name in place of a folder.</summary>
    public bool IsSample => Datadir == CorpusLocation.SampleName;

    /// <summary>The hyperparameters.</summary>
    /// <exception cref="Core.Reporting.UserErrorException"><see cref="Core.Reporting.ExitCode.Usage"/>: a pair is none, or its key or value is unknown.</exception>
    public Lm1bHyperparameters Hyper() => Lm1bHyperparameters.Parse(Hpconfig, IsSample);
}
