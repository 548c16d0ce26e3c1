namespace Compression.Core.Reporting;

/// <summary>How far a run is.</summary>
/// <param name="Epoch">The epoch in progress, from 1.</param>
/// <param name="Epochs">Epochs planned.</param>
/// <param name="Step">Steps done in the whole run.</param>
/// <param name="TotalSteps">Steps planned for the whole run.</param>
/// <param name="Loss">Loss of the last step, nats per token; averaged over the interval so far.</param>
/// <param name="WordsPerSecond">Tokens of all workers per second of training.</param>
/// <param name="WireCompressionRatio">Dense bytes over wire bytes so far.</param>
public readonly record struct ProgressRecord(
    int Epoch, int Epochs, long Step, long TotalSteps, double Loss, double WordsPerSecond, double WireCompressionRatio);
