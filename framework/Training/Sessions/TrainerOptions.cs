using System.Collections.Immutable;
using Compression.Core.Catalog;
using Compression.Training.Optimizers;

namespace Compression.Training.Sessions;

/// <summary>The options that every trainer has: compression, workers, the run's records. The initial values are the defaults.</summary>
public abstract record TrainerOptions
{
    private const string OptimizationGroup = "Optimization";
    private const string CompressionGroup = "Compression";
    private const string WorkersGroup = "Workers";
    private const string LocalGroup = "Local steps";
    private const string RunGroup = "Run";
    private const string WandbGroup = "Weights & Biases (without an option, its variables WANDB_... count)";

    /// <summary>Key of all random numbers.</summary>
    [Option("seed", "key of all random numbers", Group = OptimizationGroup, Min = 0, Max = long.MaxValue)]
    public long Seed { get; init; } = 1111;

    /// <summary>What becomes of a step whose loss or gradient is not finite.</summary>
    [Option("on_nonfinite", "a loss or gradient that is not finite ends the run, or has all workers skip the step", Group = OptimizationGroup, Scope = OptionScope.Run)]
    public NonFiniteAction OnNonfinite { get; init; } = NonFiniteAction.Abort;

    /// <summary>What the step takes of the mean gradient.</summary>
    [Option("update", "a step of SGD without momentum goes by the mean gradient, or by the sign of its entries (signSGD, DeMo), with decoupled weight decay", Group = OptimizationGroup)]
    public UpdateRule Update { get; init; } = UpdateRule.Mean;

    /// <summary>The compressor.</summary>
    [Option("compressor", "sparsifier, quantizer or both, as in topk(ratio=0.001)+sign; see ./run.sh list compressors", Group = CompressionGroup, Scope = OptionScope.Run)]
    public string Compressor { get; init; } = "none";

    /// <summary>The memory.</summary>
    [Option("memory", "what becomes of what was not sent; auto: residual for compressors that want a memory, none for others", Group = CompressionGroup, Scope = OptionScope.Run)]
    public string Memory { get; init; } = "auto";

    /// <summary>The exchange.</summary>
    [Option("exchange", "how gradients become their average; auto: allreduce for dense float32, allgather for all others", Group = CompressionGroup, Scope = OptionScope.Run)]
    public string Exchange { get; init; } = "auto";

    /// <summary>Small parameters go dense.</summary>
    [Option("min_slot_size", "parameters with fewer elements are sent dense", Group = CompressionGroup, Min = 0, Max = int.MaxValue)]
    public int MinSlotSize { get; init; }

    /// <summary>Compressors of single parameters.</summary>
    [Option("slot", "other compressors for some parameters, as in 'decoder.*=none; *bias*=float16'; the first match counts", Group = CompressionGroup)]
    public string Slot { get; init; } = "";

    /// <summary>Epochs of warm-up.</summary>
    [Option("warmup_epochs", "epochs W in which more is sent: ratio^((e+1)/(W+1)) in epoch e, or all where a method has no ratio", Group = CompressionGroup, Min = 0, Max = int.MaxValue)]
    public int WarmupEpochs { get; init; }

    /// <summary>A published method, whose values the command line overrules.</summary>
    [Option("method", "published way to train that talks rarely, whose settings other options overrule; see ./run.sh list presets", Group = LocalGroup, Choices = MethodPresets.Choices)]
    public string Method { get; init; } = "none";

    /// <summary>H: steps of a worker from one exchange to the next.</summary>
    [Option("local_steps", "steps that each worker takes by itself, with an optimizer of its own, before what they have come to is exchanged in place of gradients", Group = LocalGroup, Min = 1, Max = int.MaxValue)]
    public int LocalSteps { get; init; } = 1;

    /// <summary>What moves the shared weights.</summary>
    [Option("outer_optimizer", "what moves the shared weights by the mean of how far the workers have come", Group = LocalGroup, Choices = "sgd|nesterov", Needs = "outer_momentum!=0")]
    public string OuterOptimizer { get; init; } = "sgd";

    /// <summary>α.</summary>
    [Option("outer_lr", "learning rate of the outer optimizer; 1 without momentum: the mean of the workers' weights", Group = LocalGroup, Min = 0, MinExclusive = true, Max = 1e38)]
    public double OuterLr { get; init; } = 1;

    /// <summary>β.</summary>
    [Option("outer_momentum", "momentum of the outer optimizer", Group = LocalGroup, Min = 0, Max = 1, MaxExclusive = true)]
    public double OuterMomentum { get; init; }

    /// <summary>Exchange during the backward pass.</summary>
    [Option("overlap", "exchange gradients while the backward pass still runs; same results as without, for the same bucket_bytes", Group = CompressionGroup, Scope = OptionScope.Run)]
    public bool Overlap { get; init; }

    /// <summary>Size of the groups in which gradients are exchanged.</summary>
    [Option("bucket_bytes", "bytes of gradient that are exchanged together, last layers first; 0: all at once, or 4 MiB with overlap", Group = CompressionGroup, Min = 0, Max = long.MaxValue, Scope = OptionScope.Run)]
    public long BucketBytes { get; init; }

    /// <summary>MPI ranks.</summary>
    [Option("num_workers", "workers, each an MPI rank", Group = WorkersGroup, Min = 1, Max = 65536, Scope = OptionScope.Run)]
    public int NumWorkers { get; init; } = 1;

    /// <summary>Workers simulated in this process.</summary>
    [Option("virtual_workers", "workers simulated one after another in one process; 0: none", Group = WorkersGroup, Min = 0, Max = 1024)]
    public int VirtualWorkers { get; init; }

    /// <summary>Hosts of the ranks.</summary>
    [Option("hostfile", "file with the hosts of the ranks, one a line: host, host:2 or host slots=2", Group = WorkersGroup, Scope = OptionScope.Host, IsPath = true)]
    public string Hostfile { get; init; } = "";

    /// <summary>Threads of a rank.</summary>
    [Option("threads", "threads a rank; 0: cores by ranks on the host", Group = WorkersGroup, Min = 0, Max = 1024, Scope = OptionScope.Host)]
    public int Threads { get; init; }

    /// <summary>Train on a GPU.</summary>
    [Option("use_gpu", "compute on CUDA", Group = WorkersGroup)]
    public bool UseGpu { get; init; }

    /// <summary>Seconds that an exchange may take.</summary>
    [Option("comm_timeout", "seconds after which a waiting exchange fails, or the start of the ranks; 0: no limit, and 300 for the start", Group = WorkersGroup, Min = 0, Max = 2_000_000, Scope = OptionScope.Host, Needs = "num_workers!=1")]
    public double CommTimeout { get; init; }

    /// <summary>Steps between two rows of metrics.</summary>
    [Option("log_interval", "steps between two rows of metrics", Group = RunGroup, Min = 1, Max = int.MaxValue, Scope = OptionScope.Run, Aliases = "log_frequency")]
    public int LogInterval { get; init; } = 200;

    /// <summary>Name of the run.</summary>
    [Option("exp_name", "name of the run", Group = RunGroup, Scope = OptionScope.Host)]
    public string ExpName { get; init; } = "";

    /// <summary>Name of the project.</summary>
    [Option("project_name", "name of the project that the run is filed under", Group = RunGroup, Scope = OptionScope.Host, Needs = "wandb!=disabled")]
    public string ProjectName { get; init; } = "gradient-compression";

    /// <summary>Folder of the results.</summary>
    [Option("out", "folder of the results; empty: runs/<exp_name>-<time>", Group = RunGroup, Scope = OptionScope.Call, Aliases = "logdir|work_dir", IsPath = true)]
    public string Out { get; init; } = "";

    /// <summary>Write event files.</summary>
    [Option("tensorboard", "write event files into tensorboard/ of the run's folder", Group = RunGroup, Scope = OptionScope.Run)]
    public bool Tensorboard { get; init; }

    /// <summary>Report to Weights &amp; Biases.</summary>
    [Option("wandb", "report to Weights & Biases; offline: into a file for ./run.sh wandb sync", Group = WandbGroup, Choices = "disabled|offline|online", Scope = OptionScope.Host)]
    public string Wandb { get; init; } = "disabled";

    /// <summary>User or team.</summary>
    [Option("wandb_entity", "user or team of the project; empty: the key's own", Group = WandbGroup, Scope = OptionScope.Host, Needs = "wandb!=disabled")]
    public string WandbEntity { get; init; } = "";

    /// <summary>Group of runs.</summary>
    [Option("wandb_group", "group that the run belongs to", Group = WandbGroup, Scope = OptionScope.Host, Needs = "wandb!=disabled")]
    public string WandbGroupName { get; init; } = "";

    /// <summary>Kind of job.</summary>
    [Option("wandb_job_type", "kind of job", Group = WandbGroup, Scope = OptionScope.Host, Needs = "wandb!=disabled")]
    public string WandbJobType { get; init; } = "";

    /// <summary>Labels.</summary>
    [Option("wandb_tags", "labels, separated by commas", Group = WandbGroup, Scope = OptionScope.Host, Needs = "wandb!=disabled")]
    public string WandbTags { get; init; } = "";

    /// <summary>Free text.</summary>
    [Option("wandb_notes", "free text on the run", Group = WandbGroup, Scope = OptionScope.Host, Needs = "wandb!=disabled")]
    public string WandbNotes { get; init; } = "";

    /// <summary>The run's id.</summary>
    [Option("wandb_run_id", "id of the run; empty: a new one, or that of the run that --resume continues", Group = WandbGroup, Scope = OptionScope.Host, Needs = "wandb!=disabled")]
    public string WandbRunId { get; init; } = "";

    /// <summary>What becomes of a run that exists.</summary>
    [Option("wandb_resume", "a run of this id that exists is replaced, continued, must exist, or must not", Group = WandbGroup, Choices = "no|allow|must|never", Scope = OptionScope.Host, Needs = "wandb!=disabled")]
    public string WandbResume { get; init; } = "no";

    /// <summary>Steps between two checkpoints.</summary>
    [Option("checkpoint_every", "steps between two checkpoints; 0: none", Group = RunGroup, Min = 0, Max = long.MaxValue, Scope = OptionScope.Run, Aliases = "save_ckpt_steps")]
    public long CheckpointEvery { get; init; }

    /// <summary>A checkpoint after each epoch.</summary>
    [Option("checkpoint_each_epoch", "write a checkpoint after each epoch", Group = RunGroup, Scope = OptionScope.Run)]
    public bool CheckpointEachEpoch { get; init; }

    /// <summary>Go on from a checkpoint.</summary>
    [Option("resume", "go on from a checkpoint folder; latest: from the newest in --out (or of the newest run); auto: likewise, or begin where --out holds no run", Group = RunGroup, Scope = OptionScope.Call, IsPath = true)]
    public string Resume { get; init; } = "";

    /// <summary>Print only warnings and the end.</summary>
    [Option("quiet", "print only warnings and the last line", Group = RunGroup, Scope = OptionScope.Host)]
    public bool Quiet { get; init; }

    /// <summary>Options that this trainer has of the others and always refuses, by name, each with its reason and cure.</summary>
    public virtual IReadOnlyDictionary<string, string> Refusals => ImmutableDictionary<string, string>.Empty;

    /// <summary>The momentum that the optimizer has of its own; some memories replace it.</summary>
    public virtual double OptimizerMomentum => 0;

    /// <summary>The optimizer is Adam, or AdamW.</summary>
    public virtual bool UsesAdam => false;

    /// <summary>The optimizer is SGD without momentum.</summary>
    public virtual bool UsesPlainSgd => false;

    /// <summary>The optimizer's step is the learning rate times the average.</summary>
    public bool IsPlainSgd => UsesPlainSgd && Update == UpdateRule.Mean;

    /// <summary>The option that sets the optimizer's momentum.</summary>
    public virtual string MomentumOption => "--momentum";

    /// <summary>Workers that exchange gradients with each other.</summary>
    public virtual int GradientWorkers => Math.Max(NumWorkers, VirtualWorkers);

    /// <summary>Whether a file names the hosts of the ranks.</summary>
    public virtual bool NamesHosts => Hostfile.Length > 0;

    /// <summary>Ranks that serve the workers and are started beside them.</summary>
    public virtual int ServerRanks => 0;

    /// <summary>What messages call a rank.</summary>
    public virtual string NameOf(int rank) => FormattableString.Invariant($"rank {rank}");

    /// <summary>True where the run writes checkpoints.</summary>
    public virtual bool WritesCheckpoints => CheckpointEvery > 0 || CheckpointEachEpoch;

    /// <summary>Whether workers have weights of their own. One local step and the mean of the weights is what a mean gradient comes to, and needs none.</summary>
    public bool HasLocalWeights => LocalSteps > 1 || OuterLr != 1 || OuterMomentum > 0;

    /// <summary>The size of groups that acts; 0 for one exchange of all.</summary>
    public long GroupBytes => BucketBytes == 0 && Overlap ? 4 << 20 : BucketBytes;
}
