namespace Compression.Training.Ptb;

/// <summary>
/// The rate of each epoch. <c>step</c>: init · decay^max(epoch − decay_after, 0), the epoch counted from 1 and decay_after at least 1. <c>gradcomp</c>: with
/// f = 1/(1 + decay) the rate is multiplied by f^(epoch − 6) at the start of each epoch from the seventh on. <c>plateau</c>: a quarter whenever the
/// loss on valid has not fallen.
/// </summary>
public sealed class PtbSchedule
{
    private const double Annealing = 4;
    private const int FlatEpochs = 6;

    private readonly PtbOptions _options;

    /// <param name="options">init_lr, lr_schedule, lr_decay, decay_after.</param>
    /// <param name="rate">The rate to go on with; null for a new run.</param>
    /// <param name="bestValidLoss">The lowest loss so far; null for none.</param>
    public PtbSchedule(PtbOptions options, double? rate = null, double? bestValidLoss = null)
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
        int epoch = epochsDone + 1;
        Rate = _options.LrSchedule switch
        {
            ScheduleKind.Step => _options.InitLr * Math.Pow(_options.LrDecay, Math.Max(epoch - Math.Max(1, _options.DecayAfter), 0)),
            ScheduleKind.Gradcomp => Rate * Math.Pow(1 / (1 + _options.LrDecay), Math.Max(epoch - FlatEpochs, 0)),
            ScheduleKind.Plateau when validLoss >= BestValidLoss => Rate / Annealing,
            _ => Rate,
        };
        BestValidLoss = Math.Min(BestValidLoss ?? double.PositiveInfinity, validLoss);
    }
}
