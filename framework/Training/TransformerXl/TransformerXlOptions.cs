using System.Collections.Immutable;
using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Training.Optimizers;
using Compression.Training.Sessions;
using Compression.Training.TransformerXl.Layers;
using static Compression.Training.Sessions.TrainerRules;

namespace Compression.Training.TransformerXl;

/// <summary>Every option of the Transformer-XL trainer, under the names of the published code; the initial values are its defaults.</summary>
public sealed record TransformerXlOptions : TrainerOptions
{
    private const string DataGroup = "Data";
    private const string ModelGroup = "Model";
    private const string OptimizationGroup = "Optimization";
    private const string EvaluationGroup = "Evaluation";
    private const string RunGroup = "Run";
    private const string TextGroup = "Text";

    /// <summary>The defaults.</summary>
    public TransformerXlOptions() => ExpName = "transformer-xl";

    /// <summary>The text.</summary>
    [Option("dataset", "text to train on; not given and no wikitext-103 at hand: sample, the embedded corpus, with a small model", Group = DataGroup)]
    public TextDataset Dataset { get; init; } = TextDataset.Wt103;

    /// <summary>Folder of the text.</summary>
    [Option("data", "folder of the text; empty: wikitext-103, wikitext-2, ptb, lm1b, enwik8 or text8 below COMPRESSION_DATA, then below datasets", Group = DataGroup, Scope = OptionScope.Host, Aliases = "datadir", IsPath = true)]
    public string Data { get; init; } = "";

    /// <summary>Pieces of words.</summary>
    [Option("bpe", "tokens are the pieces of GPT-2's byte-pair encoding, 50257 of them, in place of words (wt103, wt2 and ptb)", Group = DataGroup)]
    public bool Bpe { get; init; }

    /// <summary>A published set-up.</summary>
    [Option("config", "published set-up that other options overrule", Group = ModelGroup,
        Choices = "none|one_gpu|one_machine|two_machines|four_machines|eight_machines|sixteen_machines|test_1|test_2|test_4|test_8|test_16|single_machine")]
    public string Config { get; init; } = "none";

    /// <summary>Print what would be run.</summary>
    [Option("dry_run", "print the resolved options, parameters, memory and the command of the machines, and run nothing", Group = RunGroup, Scope = OptionScope.Call)]
    public bool DryRun { get; init; }

    /// <summary>Layers.</summary>
    [Option("n_layer", "layers", Group = ModelGroup, Min = 1, Max = 256, Aliases = "num_layers")]
    public int NLayer { get; init; } = 12;

    /// <summary>Heads.</summary>
    [Option("n_head", "heads of attention", Group = ModelGroup, Min = 1, Max = 1024)]
    public int NHead { get; init; } = 10;

    /// <summary>Width of a head.</summary>
    [Option("d_head", "width of a head", Group = ModelGroup, Min = 1, Max = 65536)]
    public int DHead { get; init; } = 50;

    /// <summary>Width of word vectors.</summary>
    [Option("d_embed", "width of word vectors; -1: d_model", Group = ModelGroup, Min = -1, Max = 65536)]
    public int DEmbed { get; init; } = -1;

    /// <summary>Width of hidden states.</summary>
    [Option("d_model", "width of hidden states; even", Group = ModelGroup, Min = 2, Max = 65536)]
    public int DModel { get; init; } = 500;

    /// <summary>Width of the feed-forward layers.</summary>
    [Option("d_inner", "hidden units of the feed-forward layers", Group = ModelGroup, Min = 1, Max = 1048576)]
    public int DInner { get; init; } = 1000;

    /// <summary>Dropout of hidden states.</summary>
    [Option("dropout", "dropout probability on hidden states", Group = ModelGroup, Min = 0, Max = 1, MaxExclusive = true)]
    public double Dropout { get; init; }

    /// <summary>Dropout of attention.</summary>
    [Option("dropatt", "dropout probability on weights of attention", Group = ModelGroup, Min = 0, Max = 1, MaxExclusive = true)]
    public double Dropatt { get; init; }

    /// <summary>Norms first.</summary>
    [Option("pre_lnorm", "normalize before attention and feed-forward layers, in place of after", Group = ModelGroup)]
    public bool PreLnorm { get; init; }

    /// <summary>Kind of attention.</summary>
    [Option("attn_type", "0: relative sinusoids, 1: learned distances, 2: sinusoids added to the input, 3: learned positions added in every layer (2 and 3 need mem_len 0)",
        Group = ModelGroup, Min = 0, Max = 3)]
    public int AttnType { get; init; }

    /// <summary>Distances that are told apart.</summary>
    [Option("clamp_len", "distance beyond which all look alike; -1: none", Group = ModelGroup, Min = -1, Max = int.MaxValue)]
    public int ClampLen { get; init; } = -1;

    /// <summary>Equal reach.</summary>
    [Option("same_length", "every word sees mem_len words, itself included (needs mem_len above 0)", Group = ModelGroup)]
    public bool SameLength { get; init; }

    /// <summary>Tables of their own.</summary>
    [Option("not_tied", "the decoder has a table of its own", Group = ModelGroup)]
    public bool NotTied { get; init; }

    /// <summary>Adaptive embedding and softmax.</summary>
    [Option("adaptive", "adaptive embedding and softmax, with the clusters of the text or of --cutoffs", Group = ModelGroup)]
    public bool Adaptive { get; init; }

    /// <summary>Ends of clusters.</summary>
    [Option("cutoffs", "ends of the clusters of an adaptive softmax, separated by commas; empty: 20000,40000,200000, of lm1b 60000,100000,640000, as far as the vocabulary goes", Group = ModelGroup)]
    public string Cutoffs { get; init; } = "";

    /// <summary>Narrower vectors.</summary>
    [Option("div_val", "each cluster's word vectors are so many times narrower than the last one's", Group = ModelGroup, Min = 1, Max = 65536)]
    public int DivVal { get; init; } = 1;

    /// <summary>How weights are drawn.</summary>
    [Option("init", "weights are drawn from a normal distribution of init_std, or uniformly within init_range", Group = ModelGroup, Choices = "normal|uniform")]
    public string Init { get; init; } = "normal";

    /// <summary>Width of uniform weights.</summary>
    [Option("init_range", "half the width of uniform initial weights", Group = ModelGroup, Min = 0, Max = 1e38, Needs = "init=uniform")]
    public double InitRange { get; init; } = 0.1;

    /// <summary>Deviation of weights.</summary>
    [Option("init_std", "standard deviation of initial weights", Group = ModelGroup, Min = 0, Max = 1e38)]
    public double InitStd { get; init; } = 0.02;

    /// <summary>Deviation of projections.</summary>
    [Option("proj_init_std", "standard deviation of the initial projections of word vectors", Group = ModelGroup, Min = 0, Max = 1e38, Needs = "d_embed!=-1 or div_val!=1")]
    public double ProjInitStd { get; init; } = 0.01;

    /// <summary>Start from these weights.</summary>
    [Option("init_weights", "safetensors file to start from, under the published code's names", Group = ModelGroup, Scope = OptionScope.Host, IsPath = true)]
    public string InitWeights { get; init; } = "";

    /// <summary>Leave the weights here.</summary>
    [Option("save_weights", "safetensors file to write at the end: the published code's whole state_dict", Group = ModelGroup, Scope = OptionScope.Host, IsPath = true)]
    public string SaveWeights { get; init; } = "";

    /// <summary>The optimizer.</summary>
    [Option("optim", "optimizer; adamw shrinks the weights by wd apart from the gradient", Group = OptimizationGroup, Choices = "adam|sgd|adagrad|lamb|adamw")]
    public string Optim { get; init; } = "adam";

    /// <summary>Definition of LAMB.</summary>
    [Option("lamb_version", "definition of LAMB: of the runs of May 2019 (rate corrected for the moments' start, trust at most 10), or of the paper's third version", Group = OptimizationGroup, Choices = "2019-05|v3", Needs = "optim=lamb")]
    public string LambVersionName { get; init; } = "2019-05";

    /// <summary>The rate.</summary>
    [Option("lr", "highest learning rate", Group = OptimizationGroup, Min = 0, MinExclusive = true, Max = 1e38, Aliases = "init_lr|learning_rate")]
    public double Lr { get; init; } = 2.5e-4;

    /// <summary>Momentum of SGD.</summary>
    [Option("mom", "momentum of SGD", Group = OptimizationGroup, Min = 0, Max = 1, MaxExclusive = true, Needs = "optim=sgd", Aliases = "momentum")]
    public double Mom { get; init; }

    /// <summary>Decay of Adam's first moment.</summary>
    [Option("beta1", "decay of Adam's first moment", Group = OptimizationGroup, Min = 0, Max = 1, MaxExclusive = true, Needs = "optim=adam|adamw")]
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of Adam's second moment.</summary>
    [Option("beta2", "decay of Adam's second moment", Group = OptimizationGroup, Min = 0, Max = 1, MaxExclusive = true, Needs = "optim=adam|adamw")]
    public double Beta2 { get; init; } = 0.999;

    /// <summary>What keeps Adam's step finite.</summary>
    [Option("adam_eps", "what Adam adds to the root of its second moment", Group = OptimizationGroup, Min = 1e-37, Max = 1e37, Needs = "optim=adam|adamw")]
    public double AdamEps { get; init; } = 1e-8;

    /// <summary>Weight decay.</summary>
    [Option("wd", "weight decay: an L2 penalty, of adamw and --update sign apart from the gradient", Group = OptimizationGroup, Min = 0, Max = 1e38, Aliases = "weight_decay")]
    public double Wd { get; init; }

    /// <summary>Half precision.</summary>
    [Option("fp16", "compute in half precision, with a loss scale that follows overflows: float16 on CUDA; on a CPU bfloat16 stands in", Group = OptimizationGroup)]
    public bool Fp16 { get; init; }

    /// <summary>First loss scale of fp16.</summary>
    [Option("loss_scale", "first loss scale of fp16; halved when a gradient overflows, doubled after 1000 steps without", Group = OptimizationGroup, Min = 1, Max = 1e300)]
    public double LossScale { get; init; } = LossScaler.UsualScale;

    /// <summary>Largest 2-norm of the gradient.</summary>
    [Option("clip", "largest 2-norm of the gradient; 0: no clipping", Group = OptimizationGroup, Min = 0, Max = 1e38)]
    public double Clip { get; init; } = 0.25;

    /// <summary>What is clipped.</summary>
    [Option("clip_scope", "clip each worker's gradient before compression, or the average after it", Group = OptimizationGroup, Needs = "clip!=0")]
    public ClipScope ClipScope { get; init; } = ClipScope.Local;

    /// <summary>How the rate changes.</summary>
    [Option("scheduler", "how the rate falls: as a cosine to eta_min, as the inverse root, by decay_rate when valid loss stops falling, or not", Group = OptimizationGroup,
        Choices = "cosine|inv_sqrt|dev_perf|constant", Aliases = "lr_schedule")]
    public string Scheduler { get; init; } = "cosine";

    /// <summary>Tokens of warm-up.</summary>
    [Option("warmup_tokens", "tokens of all workers over which the rate rises from 0; with max_tokens, schedules count tokens", Group = OptimizationGroup, Min = 0, Max = 1e18)]
    public double WarmupTokens { get; init; }

    /// <summary>Tokens of training.</summary>
    [Option("max_tokens", "end after so many tokens of all workers, and the schedule's length; 0: max_step counts", Group = OptimizationGroup, Min = 0, Max = 1e18, Scope = OptionScope.Run)]
    public double MaxTokens { get; init; }

    /// <summary>Steps of warm-up.</summary>
    [Option("warmup_step", "steps over which the rate rises from 0, where max_tokens is 0", Group = OptimizationGroup, Min = 0, Max = long.MaxValue)]
    public long WarmupStep { get; init; }

    /// <summary>Steps of training.</summary>
    [Option("max_step", "end after so many steps, where max_tokens is 0", Group = OptimizationGroup, Min = 1, Max = long.MaxValue, Scope = OptionScope.Run, Needs = "max_tokens=0", Aliases = "max_steps")]
    public long MaxStep { get; init; } = 100000;

    /// <summary>Lowest rate of the cosine.</summary>
    [Option("eta_min", "lowest rate of the cosine", Group = OptimizationGroup, Min = 0, Max = 1e38, Needs = "scheduler=cosine")]
    public double EtaMin { get; init; }

    /// <summary>Factor of dev_perf.</summary>
    [Option("decay_rate", "factor of the rate in dev_perf", Group = OptimizationGroup, Min = 0, MinExclusive = true, Max = 1, MaxExclusive = true, Needs = "scheduler=dev_perf")]
    public double DecayRate { get; init; } = 0.5;

    /// <summary>Patience of dev_perf.</summary>
    [Option("patience", "evaluations without progress that dev_perf lets pass", Group = OptimizationGroup, Min = 0, Max = int.MaxValue, Needs = "scheduler=dev_perf")]
    public int Patience { get; init; }

    /// <summary>Lowest rate of dev_perf.</summary>
    [Option("lr_min", "lowest rate of dev_perf", Group = OptimizationGroup, Min = 0, Max = 1e38, Needs = "scheduler=dev_perf")]
    public double LrMin { get; init; }

    /// <summary>Sequences a worker.</summary>
    [Option("batch_size", "sequences of a batch, per worker", Group = OptimizationGroup, Min = 1, Max = int.MaxValue)]
    public int BatchSize { get; init; } = 60;

    /// <summary>Chunks of a batch.</summary>
    [Option("batch_chunk", "passes that a batch is made in, to save memory; the gradient is that of the whole batch", Group = OptimizationGroup, Min = 1, Max = int.MaxValue)]
    public int BatchChunk { get; init; } = 1;

    /// <summary>Length of a segment.</summary>
    [Option("tgt_len", "words that a segment predicts", Group = OptimizationGroup, Min = 1, Max = 65536)]
    public int TgtLen { get; init; } = 70;

    /// <summary>Length of the extension.</summary>
    [Option("ext_len", "words before a segment that it reads again", Group = OptimizationGroup, Min = 0, Max = 65536)]
    public int ExtLen { get; init; }

    /// <summary>Length of the memory.</summary>
    [Option("mem_len", "hidden states that are remembered from earlier segments", Group = OptimizationGroup, Min = 0, Max = 65536)]
    public int MemLen { get; init; }

    /// <summary>Segments of varying length.</summary>
    [Option("varlen", "segments of varying length around tgt_len", Group = OptimizationGroup)]
    public bool Varlen { get; init; }

    /// <summary>Length of segments in evaluation.</summary>
    [Option("eval_tgt_len", "words that a segment predicts in evaluation; the memory is longer by what it is shorter", Group = EvaluationGroup, Min = 1, Max = 65536)]
    public int EvalTgtLen { get; init; } = 50;

    /// <summary>Sequences in evaluation.</summary>
    [Option("eval_batch_size", "sequences of a batch in evaluation, dealt out over the ranks", Group = EvaluationGroup, Min = 1, Max = int.MaxValue)]
    public int EvalBatchSize { get; init; } = 10;

    /// <summary>Steps between evaluations.</summary>
    [Option("eval_interval", "steps between two evaluations of valid", Group = EvaluationGroup, Min = 1, Max = long.MaxValue, Scope = OptionScope.Run)]
    public long EvalInterval { get; init; } = 4000;

    /// <summary>Evaluate alone.</summary>
    [Option("eval_only", "evaluate valid and test by the weights of --resume or --init_weights, and train nothing", Group = EvaluationGroup, Scope = OptionScope.Call)]
    public bool EvalOnly { get; init; }

    /// <summary>Go on.</summary>
    [Option("restart", "another name of --resume latest", Group = RunGroup, Scope = OptionScope.Call)]
    public bool Restart { get; init; }

    /// <summary>Write on.</summary>
    [Option("generate", "go on with this text, by the weights of --resume or --init_weights, and train nothing", Group = TextGroup, Scope = OptionScope.Call)]
    public string Generate { get; init; } = "";

    /// <summary>Words to write.</summary>
    [Option("tokens", "words that --generate writes", Group = TextGroup, Min = 1, Max = 1000000, Scope = OptionScope.Call, Needs = "generate!=")]
    public int Tokens { get; init; } = 50;

    /// <summary>Temperature of sampling.</summary>
    [Option("temperature", "--generate draws from the probabilities to the power of its inverse; 0: the likeliest word", Group = TextGroup, Min = 0, Max = 100, Scope = OptionScope.Call, Needs = "generate!=")]
    public double Temperature { get; init; } = 1;

    /// <summary>Words to draw from.</summary>
    [Option("top_k", "--generate draws from the likeliest so many words; 0: from all", Group = TextGroup, Min = 0, Max = int.MaxValue, Scope = OptionScope.Call, Needs = "generate!=")]
    public int TopK { get; init; } = 40;

    public override double OptimizerMomentum => Optim == "sgd" ? Mom : 0;

    public override bool UsesAdam => Optim is "adam" or "adamw";

    public override bool UsesPlainSgd => Optim == "sgd" && Mom == 0;

    /// <summary>What Adam computes with.</summary>
    internal AdamSettings AdamSettings => new() { Beta1 = Beta1, Beta2 = Beta2, Epsilon = AdamEps, WeightDecay = Wd, DecouplesDecay = Optim == "adamw" };

    public override string MomentumOption => "--mom";

    /// <summary>True where schedules count tokens.</summary>
    internal bool CountsTokens => MaxTokens > 0 || WarmupTokens > 0;

    /// <summary>The definition of LAMB.</summary>
    internal LambVersion LambVersion => LambVersionName == "v3" ? LambVersion.V3 : LambVersion.May2019;

    /// <summary>Memory in evaluation: longer where its segments are shorter, so that words see as much.</summary>
    internal int EvalMemLen => MemLen == 0 ? 0 : MemLen + TgtLen - EvalTgtLen;

    /// <summary>Extension in evaluation: takes the part of the memory where there is none.</summary>
    internal int EvalExtLen => MemLen == 0 ? ExtLen + TgtLen - EvalTgtLen : ExtLen;

    /// <summary>Refuses pieces of words where the text has none.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>.</exception>
    public void RequireText() => Require(
        !Bpe || (Dataset != TextDataset.Sample && TextForm.Of(Dataset).ClosesLines),
        $"--bpe true: {TransformerXlCorpus.Name(Dataset)} has tokens of its own; use --bpe false, or --dataset wt103, wt2 or ptb.");

    /// <summary>The model for a vocabulary.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: options that contradict each other.</exception>
    public TransformerXlShape ShapeFor(int vocabulary)
    {
        var cutoffs = ClusterEnds(vocabulary);
        var shape = new TransformerXlShape
        {
            Vocabulary = vocabulary,
            Layers = NLayer,
            Heads = NHead,
            HeadWidth = DHead,
            ModelWidth = DModel,
            EmbeddingWidth = DEmbed == -1 ? DModel : DEmbed,
            InnerWidth = DInner,
            Dropout = Dropout,
            AttentionDropout = Dropatt,
            PreNorm = PreLnorm,
            Attention = (AttentionType)AttnType,
            ClampLength = ClampLen,
            SameLength = SameLength,
            Tied = !NotTied,
            Cutoffs = cutoffs,

            // The published code ties all projections but the head's on WikiText-103, and so on every text here but with one cluster; on lm1b none.
            TiedProjections = [.. Enumerable.Range(0, cutoffs.Length + 1).Select(cluster => cluster > 0 && Dataset != TextDataset.Lm1b)],
            DivisorOfWidths = DivVal,
            MaxKeys = TgtLen + ExtLen + MemLen,
        };
        Require(DEmbed != 0, "--d_embed 0: must be -1 for d_model, or at least 1.");
        Require(DModel % 2 == 0, $"--d_model {DModel}: sinusoids come in pairs; the nearest is {DModel + 1}.");
        if (shape.WidthOf(shape.Clusters - 1) == 0)
        {
            throw new UserErrorException(
                ExitCode.Usage, $"--div_val {DivVal}: leaves cluster {shape.Clusters - 1} word vectors of width 0, from {shape.EmbeddingWidth}; the largest that works is {LargestDivisor(shape)}.");
        }

        Require(AttnType < 2 || MemLen == 0, $"--mem_len {MemLen}: attn_type {AttnType} has no memory; use --mem_len 0, or --attn_type 0.");
        Require(AttnType != 3 || NHead * DHead == DModel, $"--attn_type 3: its positions are added to the hidden states, so n_head * d_head ({NHead * DHead}) must be d_model ({DModel}).");
        Require(AttnType != 3 || !Varlen, "--varlen true: attn_type 3 has learned positions for tgt_len words, and segments may be longer; use --varlen false, or another --attn_type.");
        Require(!SameLength || MemLen > 0, "--same_length true: needs --mem_len above 0, which is how far words see.");
        Require(EvalMemLen >= 0 && EvalExtLen >= 0, $"--eval_tgt_len {EvalTgtLen}: leaves a negative {(MemLen == 0 ? "extension" : "memory")} in evaluation; the largest that works is {(MemLen == 0 ? ExtLen : MemLen) + TgtLen}.");
        Require(!SameLength || EvalMemLen > 0, $"--eval_tgt_len {EvalTgtLen}: leaves no memory in evaluation, which --same_length needs; the largest that works is {MemLen + TgtLen - 1}.");
        return shape;
    }

    private ImmutableArray<int> ClusterEnds(int vocabulary)
    {
        if (!Adaptive)
        {
            Require(Cutoffs.Length == 0, $"--cutoffs {Cutoffs}: needs --adaptive true.");
            Require(DivVal == 1, $"--div_val {DivVal}: needs the clusters of --adaptive true.");
            return [];
        }

        if (Cutoffs.Length == 0)
        {
            int[] published = Dataset == TextDataset.Lm1b ? [60000, 100000, 640000] : [20000, 40000, 200000];
            return [.. published.Where(end => end < vocabulary)];
        }

        var ends = ImmutableArray.CreateBuilder<int>();
        foreach (string text in Cutoffs.Split(','))
        {
            Require(
                int.TryParse(text.Trim(), System.Globalization.CultureInfo.InvariantCulture, out int end) && end > (ends.Count > 0 ? ends[^1] : 0),
                $"--cutoffs {Cutoffs}: '{text}' must be a whole number above {(ends.Count > 0 ? ends[^1] : 0)}.");
            Require(end < vocabulary, $"--cutoffs {Cutoffs}: {end} lies beyond the vocabulary of {vocabulary} {Plural.Of(vocabulary, "word")}; the largest that works is {vocabulary - 1}.");
            ends.Add(end);
        }

        return ends.ToImmutable();
    }

    // Of a shape whose divisor is too large: there is one that is not.
    private static int LargestDivisor(TransformerXlShape shape)
    {
        int divisor = 1;
        while ((shape with { DivisorOfWidths = divisor + 1 }).WidthOf(shape.Clusters - 1) > 0)
        {
            divisor++;
        }

        return divisor;
    }
}
