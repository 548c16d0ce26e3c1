namespace Compression.Core.Catalog;

/// <summary>
/// Names that methods have in other systems: GradComp, GRACE, PyTorch's communication hooks (DDP), DeepSpeed, Horovod, BytePS, MXNet, CNTK and GaussianK-SGD.
/// What means the same here acts under their name; for the others the options that come nearest are named.
/// </summary>
public static class NamesElsewhere
{
    private const string Compressor = "--compressor", Memory = "--memory", Exchange = "--exchange";

    /// <summary>Names of compressors that act, with the compositions that they stand for.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Compositions { get; } =
    [
        // GradComp, and its names as they are written in reports.
        new("none", "dense+float32"),
        new("efsignsgd", "sign"),
        new("topk_efsignsgd", "topk+sign"),
        new("topk_terngrad", "topk+terngrad"),
        new("adacomp_efsignsgd", "adacomp+sign"),
        new("adacomp_terngrad", "adacomp+terngrad"),
        new("efsigntopk", "topk+sign"),
        new("terngradtopk", "topk+terngrad"),
        new("efsignadacomp", "adacomp+sign"),
        new("terngradadacomp", "adacomp+terngrad"),
        new("varbased", "variance"),

        // GRACE; fp16 and bf16 are also Horovod's and DeepSpeed's.
        new("fp16", "float16"),
        new("bf16", "bfloat16"),
        new("fp32", "float32"),
        new("natural_cuda", "natural"),
        new("qsgd_cuda", "qsgd"),

        // DDP, CNTK, GaussianK-SGD.
        new("allreduce_hook", "float32"),
        new("fp16_compress_hook", "float16"),
        new("bf16_compress_hook", "bfloat16"),
        new("1bit", "onebit"),
        new("eftopk", "topk"),
        new("gaussian", "gaussiank"),
        new("dgcsampling", "dgc"),
    ];

    /// <summary>Names that do not act, by the option that they are written behind.</summary>
    public static IReadOnlyList<NameElsewhere> Others { get; } =
    [
        new(Compressor, "adacomp2", "GradComp", "AdaComp with a clip", "--compressor adacomp", IsBuilt: false),
        new(Compressor, "signsgd", "GRACE", "vote on signs", "--compressor sign --exchange majority"),
        new(Compressor, "signum", "GRACE", "vote on the signs of velocities", "--compressor sign --exchange 'majority(momentum=0.9)'"),
        new(Compressor, "adaq", "GRACE", "mean for each sign of the largest entries", "--compressor topk+onebit"),
        new(Compressor, "inceptionn", "GRACE", "code of fewer bits for smaller exponents", "--compressor natural", IsBuilt: false),
        new(Compressor, "sketch", "GRACE", "code by quantiles", "--compressor 'uniform(bits=8)'", IsBuilt: false),
        new(Compressor, "u8bit", "GRACE", "table of 8-bit floats", "--compressor 'uniform(bits=8,range=max)'", IsBuilt: false),
        new(Compressor, "powersgd_hook", "DDP", "PowerSGD", "--exchange powersgd"),
        new(Compressor, "batched_powersgd_hook", "DDP", "PowerSGD of all parameters as one matrix", "--exchange powersgd", IsBuilt: false),
        new(Compressor, "quantization_pertensor_hook", "DDP", "8-bit code with one range a tensor", "--compressor 'uniform(bits=8,rounding=nearest)'", IsBuilt: false),
        new(Compressor, "quantization_perchannel_hook", "DDP", "8-bit code in buckets", "--compressor 'uniform(bits=8,rounding=nearest)'"),
        new(Compressor, "onebitadam", "DeepSpeed", "optimizer", "--compressor sign --memory residual", IsBuilt: false),
        new(Compressor, "zerooneadam", "DeepSpeed", "optimizer", "--compressor sign --memory residual", IsBuilt: false),
        new(Compressor, "onebitlamb", "DeepSpeed", "optimizer", "--compressor sign --memory residual", IsBuilt: false),
        new(Compressor, "dithering", "BytePS", "rounding at random between levels", "--compressor 'qsgd(norm=max)'"),
        new(Compressor, "2bit", "MXNet", "threshold with one magnitude", "--compressor 'threshold(tau=0.5)+sign'"),
        new(Compressor, "gaussian2", "GaussianK-SGD", "other search for the threshold", "--compressor gaussiank", IsBuilt: false),
        new(Compressor, "randomkec", "GaussianK-SGD", "random entries with error compensation", "--compressor randomk --memory residual"),
        new(Compressor, "redsync", "GaussianK-SGD", "threshold between mean and maximum", "--compressor gaussiank", IsBuilt: false),
        new(Compressor, "redsynctrim", "GaussianK-SGD", "threshold between mean and maximum", "--compressor gaussiank", IsBuilt: false),
        new(Memory, "dgc", "GRACE", "momentum correction", "--compressor dgc --memory momentum"),
        new(Memory, "efsignsgd", "GRACE", "residual in units of the step", "--compressor sign --memory residual"),
        new(Exchange, "broadcast", "GRACE", "broadcast by each worker", "--exchange allgather"),
        new(Exchange, "alltoall", "GRACE", "exchange of shards", "--exchange reducescatter"),
    ];
}

/// <summary>A name that another system has for what is written otherwise here.</summary>
/// <param name="Option">The option that it is written behind, with dashes.</param>
/// <param name="Name">The name there, in lower case.</param>
/// <param name="System">The other system.</param>
/// <param name="Meaning">What it is there.</param>
/// <param name="Write">What to write here, as in a shell.</param>
/// <param name="IsBuilt">It does the same; else it comes nearest.</param>
public sealed record NameElsewhere(string Option, string Name, string System, string Meaning, string Write, bool IsBuilt = true);
