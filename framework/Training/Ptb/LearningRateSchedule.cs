namespace Compression.Training.Ptb;

/// <summary>
/// The rate of each epoch: with a decay factor, init · factor^max(epochs done − decay_after + 1, 0) as in Zaremba et al. 2014; with
/// factor 0, divided by 4 whenever the loss on valid has not fallen, as in PyTorch's word_language_model.
/// </summary>
public sealed class LearningRateSchedule
{
    private const double Annealing = 4;

    private readonly PtbOptions _options;

    /// <param name="options">init_lr, lr_decay, decay_after.</param>
    /// <param name="rate">The rate to go on with; null for a new run.</param>
    /// <param name="bestValidLoss">The lowest loss so far; null for none.</param>
    public LearningRateSchedule(PtbOptions options, double? rate = null, double? bestValidLoss = null)
    {
        _options = options;
        Rate = rate ?? options.InitLr;
        BestValidLoss = bestValidLoss;
    }

    /// <summary>The rate now.</summary>
    public double Rate { get; private set; }

    /// <summary>The lowest loss on valid so far.</summary>
    public double? BestValidLoss { get; private set; }

    /// <summary>Sets the rate of the epoch to come.</summary>
    /// <param name="epochsDone">Epochs done.</param>
    /// <param name="validLoss">Loss after the last of them.</param>
    public void EndEpoch(int epochsDone, double validLoss)
    {
        if (_options.LrDecay > 0)
        {
            Rate = _options.InitLr * Math.Pow(_options.LrDecay, Math.Max(epochsDone + 1 - Math.Max(1, _options.DecayAfter), 0));
        }
        else if (BestValidLoss is { } best && validLoss >= best)
        {
            Rate /= Annealing;
        }

        BestValidLoss = Math.Min(BestValidLoss ?? double.PositiveInfinity, validLoss);
    }
}
