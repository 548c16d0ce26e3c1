namespace Compression.Tracking.Files;

/// <summary>Names inside a run directory; scripts and reports rely on them.</summary>
public static class RunFiles
{
    /// <summary>Every resolved option.</summary>
    public const string Config = "config.json";

    /// <summary>Machine, libraries, commit, data.</summary>
    public const string Environment = "environment.json";

    /// <summary>A row each log interval.</summary>
    public const string Metrics = "metrics.csv";

    /// <summary>A row each evaluation.</summary>
    public const string Evaluations = "evaluations.csv";

    /// <summary>The run in one object, written at its end.</summary>
    public const string Summary = "summary.json";

    /// <summary>Messages and warnings with their times.</summary>
    public const string Log = "log.txt";

    /// <summary>Folder of event files.</summary>
    public const string TensorBoard = "tensorboard";

    /// <summary>Folder of the offline Weights &amp; Biases run.</summary>
    public const string Wandb = "wandb";

    /// <summary>Folder of checkpoints.</summary>
    public const string Checkpoints = "checkpoints";

    /// <summary>Folder of plots.</summary>
    public const string Plots = "plots";
}
