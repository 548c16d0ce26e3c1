using Compression.Core.Catalog;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <see cref="Evaluate"/>.</summary>
public sealed record EvaluateOptions
{
    /// <summary>What is evaluated.</summary>
    [Option("weights", "safetensors file under PyTorch's names, a checkpoint, or a run's folder (its newest checkpoint)", IsPath = true)]
    public string Weights { get; init; } = "";

    /// <summary>Which text.</summary>
    [Option("split", "text to evaluate on", Choices = "both|valid|test")]
    public string Split { get; init; } = "both";

    /// <summary>Folder of the corpus.</summary>
    [Option("data", "folder of the corpus; empty: the run's own, else PTB where it is found, else the sample corpus", IsPath = true)]
    public string Data { get; init; } = "";

    /// <summary>Columns on valid.</summary>
    [Option("eval_batch_size", "sequences of a batch on valid", Min = 1, Max = int.MaxValue)]
    public int EvalBatchSize { get; init; } = 10;

    /// <summary>Columns on test.</summary>
    [Option("test_batch_size", "sequences of a batch on test", Min = 1, Max = int.MaxValue)]
    public int TestBatchSize { get; init; } = 10;

    /// <summary>Steps at a time.</summary>
    [Option("bptt", "time steps at a time; the result does not depend on it", Min = 1, Max = int.MaxValue)]
    public int Bptt { get; init; } = 35;

    /// <summary>Threads.</summary>
    [Option("threads", "threads; 0: all cores", Min = 0, Max = 1024)]
    public int Threads { get; init; }

    /// <summary>Compute on a GPU.</summary>
    [Option("use_gpu", "compute on CUDA")]
    public bool UseGpu { get; init; }
}
