using Compression.Core.Catalog;
using Compression.Training.ModelParallel.Buckets;
using Compression.Training.Optimizers;
using Compression.Training.Recurrent;
using Compression.Training.Sessions;

namespace Compression.Training.ModelParallel;

/// <summary>Every option of the model-parallel LSTM; the initial values are the defaults of the system it descends from.</summary>
public sealed record ModelParallelOptions : TrainerOptions
{
    /// <summary>Ranks of one replica where nothing else is said.</summary>
    public const int DefaultStages = 2;

    private const string DataGroup = "Data";
    private const string ModelGroup = "Model";
    private const string StagesGroup = "Pipeline";
    private const string OptimizationGroup = "Optimization";

    /// <summary>The defaults.</summary>
    public ModelParallelOptions() => ExpName = "model-parallel";

    /// <summary>Folder of the corpus.</summary>
    [Option("data", "folder with ptb.train.txt, ptb.valid.txt and ptb.test.txt; empty: PTB where it is found, else the sample corpus", Group = DataGroup, Scope = OptionScope.Host, Aliases = "datadir", IsPath = true)]
    public string Data { get; init; } = "";

    /// <summary>Lengths of buckets.</summary>
    [Option("buckets", "tokens that the sentences of each bucket may have, ascending; none: one bucket of seq_len", Group = DataGroup)]
    public string Buckets { get; init; } = "8,16,24,32,60";

    /// <summary>Length of the only bucket.</summary>
    [Option("seq_len", "length of the only bucket where buckets is none", Group = DataGroup, Min = 1, Max = 65536, Needs = "buckets=none")]
    public int SeqLen { get; init; } = 35;

    /// <summary>What ends a sentence.</summary>
    [Option("sentence_end", "a sentence ends with its line, or also with a word that ends in a period", Group = DataGroup)]
    public SentenceEnd SentenceEnd { get; init; } = SentenceEnd.Period;

    /// <summary>Size of word vectors.</summary>
    [Option("emb_size", "size of word vectors", Group = ModelGroup, Min = 1, Max = 65536)]
    public int EmbSize { get; init; } = 200;

    /// <summary>Hidden units of a layer.</summary>
    [Option("num_hid", "hidden units of a layer", Group = ModelGroup, Min = 1, Max = 65536)]
    public int NumHid { get; init; } = 400;

    /// <summary>LSTM layers.</summary>
    [Option("num_layers", "LSTM layers", Group = ModelGroup, Min = 1, Max = 256, Aliases = "n_layer")]
    public int NumLayers { get; init; } = 8;

    /// <summary>Dropout probability.</summary>
    [Option("dropout", "dropout probability on embedding, between layers and before the decoder", Group = ModelGroup, Min = 0, Max = 1, MaxExclusive = true)]
    public double Dropout { get; init; } = 0.5;

    /// <summary>Width of the initial weights.</summary>
    [Option("init_range", "initial weights are uniform within plus and minus this", Group = ModelGroup, Min = 0, MinExclusive = true, Max = 10)]
    public double InitRange { get; init; } = 0.1;

    /// <summary>S.</summary>
    [Option("stages", "stages of the pipeline; num_workers is a multiple of it (replicas x stages), or 1: then one process computes them in turn", Group = StagesGroup, Min = 1, Max = 256, Scope = OptionScope.Run)]
    public int Stages { get; init; } = DefaultStages;

    /// <summary>Devices of the stages of one process.</summary>
    [Option("devices", "devices of the stages of one process, each a thread, as in cuda:0,cuda:1 or cpu,cpu; empty: each stage is a rank", Group = StagesGroup, Scope = OptionScope.Run)]
    public string Devices { get; init; } = "";

    /// <summary>Which layer lies where.</summary>
    [Option("placement", "stage of each layer, as in 0,0,1,1; even: layer i on stage i*stages/num_layers; auto: balanced by measured cost", Group = StagesGroup, Scope = OptionScope.Run)]
    public string Placement { get; init; } = StagePlacement.Evenly;

    /// <summary>Memory that a stage may take.</summary>
    [Option("stage_memory", "MiB that a stage may take where placement is auto; 0: no limit", Group = StagesGroup, Min = 0, Max = 1_000_000_000, Scope = OptionScope.Run)]
    public long StageMemory { get; init; }

    /// <summary>The schedule.</summary>
    [Option("schedule", "order of work: blocks of time steps as a wave, or micro-batches (all forward first, or one forward one backward)", Group = StagesGroup,
        Choices = "wavefront|gpipe|1f1b")]
    public string Schedule { get; init; } = "wavefront";

    /// <summary>Time steps of a block.</summary>
    [Option("time_block", "time steps of a block of the wavefront", Group = StagesGroup, Min = 1, Max = 65536, Needs = "schedule=wavefront")]
    public int TimeBlock { get; init; } = 8;

    /// <summary>Parts of a batch.</summary>
    [Option("micro_batches", "parts of a batch for gpipe and 1f1b", Group = StagesGroup, Min = 1, Max = int.MaxValue, Needs = "schedule=gpipe|1f1b")]
    public int MicroBatches { get; init; } = 4;

    /// <summary>Steps of the timeline.</summary>
    [Option("timeline_steps", "steps, after the first five, whose timeline is written; 0: none", Group = StagesGroup, Min = 0, Max = 1000, Scope = OptionScope.Run)]
    public int TimelineSteps { get; init; } = 2;

    /// <summary>Learning rate of the first round.</summary>
    [Option("lr", "initial learning rate, for a loss summed over the sentence", Group = OptimizationGroup, Min = 0, MinExclusive = true, Max = 1e38, Aliases = "init_lr|learning_rate")]
    public double Lr { get; init; } = 0.1;

    /// <summary>Largest 2-norm of the gradient.</summary>
    [Option("clip", "largest 2-norm of the gradient; 0: no clipping", Group = OptimizationGroup, Min = 0, Max = 1e38)]
    public double Clip { get; init; } = 5;

    /// <summary>What is clipped.</summary>
    [Option("clip_scope", "clip each replica's gradient before compression, or the average after it", Group = OptimizationGroup, Needs = "clip!=0")]
    public ClipScope ClipScope { get; init; } = ClipScope.Local;

    /// <summary>Sentences of a replica's batch.</summary>
    [Option("batch_size", "sentences of a batch, per replica", Group = OptimizationGroup, Min = 1, Max = int.MaxValue)]
    public int BatchSize { get; init; } = 20;

    /// <summary>Sentences of a batch in evaluations.</summary>
    [Option("eval_batch_size", "sentences of a batch on valid and test", Group = OptimizationGroup, Min = 1, Max = int.MaxValue)]
    public int EvalBatchSize { get; init; } = 50;

    /// <summary>How much is evaluated.</summary>
    [Option("eval_sentences", "sentences of valid and test that are evaluated, from their start; 0: all", Group = OptimizationGroup, Min = 0, Max = int.MaxValue)]
    public int EvalSentences { get; init; }

    /// <summary>Passes over the training text.</summary>
    [Option("num_round", "passes over the training text", Group = OptimizationGroup, Min = 1, Max = int.MaxValue, Scope = OptionScope.Run, Aliases = "epochs")]
    public int NumRound { get; init; } = 25;

    /// <summary>Steps after which training ends.</summary>
    [Option("max_steps", "end after so many steps; 0: no limit", Group = OptimizationGroup, Min = 0, Max = long.MaxValue, Scope = OptionScope.Run, Aliases = "max_step")]
    public long MaxSteps { get; init; }

    public override IReadOnlyDictionary<string, string> Refusals => new Dictionary<string, string>
    {
        ["overlap"] = "a stage's gradients are complete only when its last unit is done; use --overlap false.",
    };

    public override bool UsesPlainSgd => true;

    public override int GradientWorkers => Math.Max(Math.Max(1, NumWorkers / Stages), VirtualWorkers);

    /// <summary>The schedule by its name.</summary>
    public StageSchedule Order => Schedule switch
    {
        "gpipe" => StageSchedule.Gpipe,
        "1f1b" => StageSchedule.OneForwardOneBackward,
        _ => StageSchedule.Wavefront,
    };

    public override string NameOf(int rank) => NumWorkers < Stages
        ? base.NameOf(rank)
        : FormattableString.Invariant($"stage {rank % Stages}{(NumWorkers > Stages ? $" of replica {rank / Stages}" : "")} (rank {rank})");

    /// <summary>Sizes of the model for a corpus: its words, and the padding.</summary>
    /// <param name="words">Of the corpus.</param>
    public RecurrentModelOptions ModelFor(int words) => new(words + 1, EmbSize, NumHid, NumLayers, Dropout, Tied: false);
}
