using Compression.Core.Catalog;
using Compression.Training.Optimizers;
using Compression.Training.Recurrent;
using Compression.Training.Sessions;

namespace Compression.Training.Ptb;

/// <summary>Every option of the PTB LSTM trainer, under the names of the system it descends from; the initial values are the defaults.</summary>
public sealed record PtbOptions : TrainerOptions
{
    private const string DataGroup = "Data";
    private const string ModelGroup = "Model";
    private const string OptimizationGroup = "Optimization";
    private const string CompressionGroup = "Compression";

    /// <summary>The defaults.</summary>
    public PtbOptions() => ExpName = "ptb-lstm";

    /// <summary>Folder of the corpus.</summary>
    [Option("data", "folder with ptb.train.txt, ptb.valid.txt and ptb.test.txt; empty: PTB where it is found, else the sample corpus", Group = DataGroup, Scope = OptionScope.Host, Aliases = "datadir", IsPath = true)]
    public string Data { get; init; } = "";

    /// <summary>A set of values that the command line overrules.</summary>
    [Option("preset", "published settings that other options overrule; on the sample corpus, sample unless another is named", Group = ModelGroup,
        Choices = "none|sample|zaremba-small|zaremba-medium|zaremba-large|pytorch-1500-tied|gradcomp")]
    public string Preset { get; init; } = "none";

    /// <summary>The recurrent cell.</summary>
    [Option("model", "recurrent cell", Group = ModelGroup, ChoicesFrom = nameof(Models))]
    public string Model { get; init; } = RecurrentLayers.Default;

    /// <summary>The names that <see cref="Model"/> may have.</summary>
    public static IReadOnlyList<string> Models => RecurrentLayers.Names;

    /// <summary>Size of word vectors.</summary>
    [Option("emb_size", "size of word vectors", Group = ModelGroup, Min = 1, Max = 65536)]
    public int EmbSize { get; init; } = 200;

    /// <summary>Hidden units of a layer.</summary>
    [Option("num_hid", "hidden units of a layer", Group = ModelGroup, Min = 1, Max = 65536)]
    public int NumHid { get; init; } = 200;

    /// <summary>Recurrent layers.</summary>
    [Option("num_layers", "recurrent layers", Group = ModelGroup, Min = 1, Max = 64, Aliases = "n_layer")]
    public int NumLayers { get; init; } = 2;

    /// <summary>Dropout probability.</summary>
    [Option("dropout", "dropout probability on embedding, between layers and before the decoder", Group = ModelGroup, Min = 0, Max = 1, MaxExclusive = true)]
    public double Dropout { get; init; } = 0.2;

    /// <summary>Embedding and decoder share their weights.</summary>
    [Option("tied", "decoder shares the embedding's weights (needs emb_size = num_hid)", Group = ModelGroup)]
    public bool Tied { get; init; }

    /// <summary>Width of the initial weights.</summary>
    [Option("init_range", "initial weights are uniform within plus and minus this", Group = ModelGroup, Min = 0, MinExclusive = true, Max = 10)]
    public double InitRange { get; init; } = 0.1;

    /// <summary>Start from these weights.</summary>
    [Option("init_weights", "safetensors file to start from, under PyTorch's names", Group = ModelGroup, Scope = OptionScope.Host, IsPath = true)]
    public string InitWeights { get; init; } = "";

    /// <summary>Leave the weights here.</summary>
    [Option("save_weights", "safetensors file to write at the end, under PyTorch's names", Group = ModelGroup, Scope = OptionScope.Host, IsPath = true)]
    public string SaveWeights { get; init; } = "";

    /// <summary>Leave the weights in this folder.</summary>
    [Option("save", "folder to write the weights of the end into, as model.safetensors: another name of --save_weights", Group = ModelGroup, Scope = OptionScope.Host, IsPath = true)]
    public string Save { get; init; } = "";

    /// <summary>Learning rate of the first step.</summary>
    [Option("init_lr", "initial learning rate; with adam and adamw 0.001 where it is not given", Group = OptimizationGroup, Min = 0, MinExclusive = true, Max = 1e38, Aliases = "lr|learning_rate")]
    public double InitLr { get; init; } = 20;

    /// <summary>How the rate falls.</summary>
    [Option("lr_schedule", "plateau: a quarter when valid loss stops falling; step: times lr_decay in each epoch after decay_after; gradcomp: see lr_decay", Group = OptimizationGroup, Aliases = "scheduler")]
    public ScheduleKind LrSchedule { get; init; } = ScheduleKind.Plateau;

    /// <summary>How fast it falls.</summary>
    [Option("lr_decay", "step: the factor of an epoch; gradcomp, which it means where it is given alone: D, the rate times (1/(1+D))^(epoch-6) at each epoch from the 7th on", Group = OptimizationGroup, Min = 0, Max = 1e38)]
    public double LrDecay { get; init; }

    /// <summary>Epochs at the initial rate, of the step schedule.</summary>
    [Option("decay_after", "epochs at the initial rate before lr_decay acts (lr_schedule step)", Group = OptimizationGroup, Min = 0, Max = int.MaxValue)]
    public int DecayAfter { get; init; }

    /// <summary>The optimizer.</summary>
    [Option("optim", "optimizer; adamw shrinks the weights by weight_decay apart from the gradient", Group = OptimizationGroup, Choices = "sgd|adam|adamw")]
    public string Optim { get; init; } = "sgd";

    /// <summary>Momentum of SGD.</summary>
    [Option("momentum", "momentum of SGD", Group = OptimizationGroup, Min = 0, Max = 1, MaxExclusive = true, Needs = "optim=sgd", Aliases = "mom")]
    public double Momentum { get; init; }

    /// <summary>Decay of Adam's first moment.</summary>
    [Option("beta1", "decay of Adam's first moment", Group = OptimizationGroup, Min = 0, Max = 1, MaxExclusive = true, Needs = "optim=adam|adamw")]
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of Adam's second moment.</summary>
    [Option("beta2", "decay of Adam's second moment", Group = OptimizationGroup, Min = 0, Max = 1, MaxExclusive = true, Needs = "optim=adam|adamw")]
    public double Beta2 { get; init; } = 0.999;

    /// <summary>What keeps Adam's step finite.</summary>
    [Option("adam_eps", "what Adam adds to the root of its second moment", Group = OptimizationGroup, Min = 1e-37, Max = 1e37, Needs = "optim=adam|adamw")]
    public double AdamEps { get; init; } = 1e-8;

    /// <summary>L2 penalty.</summary>
    [Option("weight_decay", "weight decay: an L2 penalty, of adamw and --update sign apart from the gradient", Group = OptimizationGroup, Min = 0, Max = 1e38, Aliases = "wd")]
    public double WeightDecay { get; init; }

    /// <summary>Largest 2-norm of the gradient.</summary>
    [Option("clip", "largest 2-norm of the gradient; 0: no clipping", Group = OptimizationGroup, Min = 0, Max = 1e38)]
    public double Clip { get; init; } = 0.25;

    /// <summary>What is clipped.</summary>
    [Option("clip_scope", "clip each worker's gradient before compression, or the average after it", Group = OptimizationGroup, Needs = "clip!=0")]
    public ClipScope ClipScope { get; init; } = ClipScope.Local;

    /// <summary>α of variance-based compression under its first name.</summary>
    [Option("alpha", "another name of --variance_alpha", Group = CompressionGroup, Min = 0, MinExclusive = true, Max = 1e38)]
    public double Alpha { get; init; } = 1;

    /// <summary>Steps of truncated backpropagation through time.</summary>
    [Option("bptt", "time steps of truncated backpropagation", Group = OptimizationGroup, Min = 1, Max = int.MaxValue)]
    public int Bptt { get; init; } = 35;

    /// <summary>Columns of a worker's batch.</summary>
    [Option("batch_size", "sequences of a batch, per worker", Group = OptimizationGroup, Min = 1, Max = int.MaxValue)]
    public int BatchSize { get; init; } = 20;

    /// <summary>Columns of the batch on valid.</summary>
    [Option("eval_batch_size", "sequences of a batch on valid", Group = OptimizationGroup, Min = 1, Max = int.MaxValue)]
    public int EvalBatchSize { get; init; } = 10;

    /// <summary>Columns of the batch on test.</summary>
    [Option("test_batch_size", "sequences of a batch on test", Group = OptimizationGroup, Min = 1, Max = int.MaxValue)]
    public int TestBatchSize { get; init; } = 10;

    /// <summary>Passes over the training text.</summary>
    [Option("epochs", "passes over the training text", Group = OptimizationGroup, Min = 1, Max = int.MaxValue, Scope = OptionScope.Run, Aliases = "num_round")]
    public int Epochs { get; init; } = 40;

    /// <summary>Steps after which training ends.</summary>
    [Option("max_steps", "end after so many steps; 0: no limit", Group = OptimizationGroup, Min = 0, Max = long.MaxValue, Scope = OptionScope.Run, Aliases = "max_step")]
    public long MaxSteps { get; init; }

    public override double OptimizerMomentum => Optim == "sgd" ? Momentum : 0;

    public override bool UsesAdam => Optim is "adam" or "adamw";

    public override bool UsesPlainSgd => Optim == "sgd" && Momentum == 0;

    /// <summary>What Adam computes with.</summary>
    internal AdamSettings AdamSettings => new() { Beta1 = Beta1, Beta2 = Beta2, Epsilon = AdamEps, WeightDecay = WeightDecay, DecouplesDecay = Optim == "adamw" };

    /// <summary>The sizes of the model for a vocabulary of so many words.</summary>
    public RecurrentModelOptions ModelFor(int vocabulary) =>
        new(vocabulary, EmbSize, NumHid, NumLayers, Dropout, Tied) { Layer = RecurrentLayers.Find(Model) };
}
