namespace Compression.Core.Reporting;

/// <summary>A row of evaluations.csv.</summary>
public sealed record EvaluationRecord
{
    /// <summary>Steps done.</summary>
    public required long Step { get; init; }

    /// <summary>Epochs done, with fraction.</summary>
    public required double Epoch { get; init; }

    /// <summary>Tokens seen in training by all workers.</summary>
    public required long Tokens { get; init; }

    /// <summary><c>valid</c> or <c>test</c>.</summary>
    public required string Split { get; init; }

    /// <summary>Nats per token: the sum over the whole split by the number of targets.</summary>
    public required double Loss { get; init; }

    /// <summary>exp(<see cref="Loss"/>).</summary>
    public double Perplexity => Math.Exp(Loss);

    /// <summary>Bytes that all workers put on the wire since the start.</summary>
    public required long WireBytesTotal { get; init; }

    /// <summary>Wall-clock since the start, resumed parts included.</summary>
    public required double SecondsTotal { get; init; }
}
