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
