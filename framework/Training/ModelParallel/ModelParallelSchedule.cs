namespace Compression.Training.ModelParallel;

/// <summary>The rate halves after every round that has not brought the perplexity on valid more than 1 below the best so far.</summary>
public sealed class ModelParallelSchedule
{
    private const double LeastGain = 1;

    /// <param name="rate">Of the round to come.</param>
    /// <param name="bestLoss">The lowest loss on valid so far, nats per token; null for none.</param>
    public ModelParallelSchedule(double rate, double? bestLoss = null) => (Rate, BestLoss) = (rate, bestLoss);

    /// <summary>The rate now.</summary>
    public double Rate { get; private set; }

    /// <summary>The lowest loss on valid so far.</summary>
    public double? BestLoss { get; private set; }

    /// <summary>A round is over.</summary>
    /// <param name="validLoss">Nats per token.</param>
    public void EndRound(double validLoss)
    {
        if (BestLoss is { } best && !(Math.Exp(best) - Math.Exp(validLoss) > LeastGain))
        {
            Rate /= 2;
        }

        BestLoss = Math.Min(BestLoss ?? double.PositiveInfinity, validLoss);
    }
}
