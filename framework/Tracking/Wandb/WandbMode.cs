namespace Compression.Tracking.Wandb;

/// <summary>Whether, and how, a run is reported to Weights &amp; Biases.</summary>
public enum WandbMode
{
    /// <summary>Not at all.</summary>
    Disabled,

    /// <summary>Into a file, to be uploaded later.</summary>
    Offline,

    /// <summary>Into the file, and from there to the server while the run goes on.</summary>
    Online,
}

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
