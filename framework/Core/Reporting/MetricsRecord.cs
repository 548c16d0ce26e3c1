namespace Compression.Core.Reporting;

/// <summary>A row of metrics.csv. Losses are nats per token, times seconds; the split covers the interval since the last row.</summary>
public sealed record MetricsRecord
{
    /// <summary>Steps done.</summary>
    public required long Step { get; init; }

    /// <summary>Epochs done, with fraction.</summary>
    public required double Epoch { get; init; }

    /// <summary>Tokens seen by all workers.</summary>
    public required long Tokens { get; init; }

    /// <summary>Mean over the interval and over the workers.</summary>
    public required double TrainLoss { get; init; }

    /// <summary>The optimizer's rate.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Tokens of all workers per second, over the interval.</summary>
    public required double WordsPerSecond { get; init; }

    /// <summary>2-norm of the local gradient before clipping, of rank 0, last step.</summary>
    public required double GradNorm { get; init; }

    /// <summary>2-norm of what rank 0's memory holds back, last step.</summary>
    public required double ResidualNorm { get; init; }

    /// <summary>Bytes that all workers put on the wire since the start.</summary>
    public required long WireBytesTotal { get; init; }

    /// <summary>Wall-clock since the start, resumed parts included.</summary>
    public required double SecondsTotal { get; init; }

    /// <summary>Seconds of the interval by part.</summary>
    public required PhaseSeconds Seconds { get; init; }
}
