namespace Compression.Tracking.Wandb.Api;

/// <summary>What becomes of a run that the server knows already.</summary>
public enum WandbResume
{
    /// <summary>Its rows are replaced.</summary>
    No,

    /// <summary>It is continued; one that does not exist is started.</summary>
    Allow,

    /// <summary>It is continued; one that does not exist is an error.</summary>
    Must,

    /// <summary>It is an error.</summary>
    Never,
}
