namespace Compression.Core.Catalog;

/// <summary>
/// Names that methods have in other systems: GradComp, GRACE, PyTorch's communication hooks (DDP), DeepSpeed, Horovod, BytePS, MXNet, CNTK and GaussianK-SGD.
/// What means the same here acts under their name; for the others the options that come nearest are known.
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
        new(Compressor, "adacomp2", "GradComp", "AdaComp clipped at 60 standard deviations", "--compressor adacomp"),
        new(Compressor, "signsgd", "GRACE", "a vote on signs", "--compressor sign --exchange majority"),
        new(Compressor, "signum", "GRACE", "a vote on the signs of momenta", "--compressor sign --exchange 'majority(momentum=0.9)'"),
        new(Compressor, "adaq", "GRACE", "a mean for each sign of the largest entries", "--compressor topk+onebit"),
        new(Compressor, "inceptionn", "GRACE", "fewer bits for smaller exponents, not built here; the nearest is", "--compressor natural"),
        new(Compressor, "sketch", "GRACE", "quantile buckets, not built here; the nearest is", "--compressor 'uniform(bits=8)'"),
        new(Compressor, "u8bit", "GRACE", "a table of 8-bit floats, not built here; the nearest is", "--compressor 'uniform(bits=8,range=max)'"),
        new(Compressor, "powersgd_hook", "DDP", "an exchange here", "--exchange powersgd"),
        new(Compressor, "batched_powersgd_hook", "DDP", "an exchange here, of every matrix by itself", "--exchange powersgd"),
        new(Compressor, "quantization_pertensor_hook", "DDP", "8 bits, in buckets here", "--compressor 'uniform(bits=8,rounding=nearest)'"),
        new(Compressor, "quantization_perchannel_hook", "DDP", "8 bits, in buckets here", "--compressor 'uniform(bits=8,rounding=nearest)'"),
        new(Compressor, "onebitadam", "DeepSpeed", "an optimizer, not built here; the nearest is", "--compressor sign --memory residual"),
        new(Compressor, "zerooneadam", "DeepSpeed", "an optimizer, not built here; the nearest is", "--compressor sign --memory residual"),
        new(Compressor, "onebitlamb", "DeepSpeed", "an optimizer, not built here; the nearest is", "--compressor sign --memory residual"),
        new(Compressor, "dithering", "BytePS", "QSGD by the largest magnitude", "--compressor 'qsgd(norm=max)'"),
        new(Compressor, "2bit", "MXNet", "a threshold, and signs", "--compressor 'threshold(tau=0.5)+sign'"),
        new(Compressor, "gaussian2", "GaussianK-SGD", "another search for the threshold", "--compressor gaussiank"),
        new(Compressor, "randomkec", "GaussianK-SGD", "random entries with a memory", "--compressor randomk --memory residual"),
        new(Compressor, "redsync", "GaussianK-SGD", "a threshold between mean and maximum, not built here; the nearest is", "--compressor gaussiank"),
        new(Compressor, "redsynctrim", "GaussianK-SGD", "a threshold between mean and maximum, not built here; the nearest is", "--compressor gaussiank"),
        new(Memory, "dgc", "GRACE", "momentum correction", "--compressor dgc --memory momentum"),
        new(Memory, "efsignsgd", "GRACE", "a residual, which follows the learning rate behind sign", "--compressor sign --memory residual"),
        new(Exchange, "broadcast", "GRACE", "one broadcast a worker", "--exchange allgather"),
        new(Exchange, "alltoall", "GRACE", "shards to their owners", "--exchange reducescatter"),
    ];
}

/// <summary>A name that another system has for what is written otherwise here.</summary>
/// <param name="Option">The option that it is written behind, with dashes.</param>
/// <param name="Name">The name there, in lower case.</param>
/// <param name="System">The other system.</param>
/// <param name="Meaning">What it is, in a few words that <paramref name="Write"/> may follow.</param>
/// <param name="Write">What to write here, as in a shell.</param>
public sealed record NameElsewhere(string Option, string Name, string System, string Meaning, string Write);
