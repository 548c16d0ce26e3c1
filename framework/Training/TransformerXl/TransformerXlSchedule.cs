using Compression.Core.Contracts;

namespace Compression.Training.TransformerXl;

/// <summary>
/// The learning rate by tokens or steps. With t the count after the step in question and w that of the warm-up: t/w of the highest rate up
/// to w; then η_min + (η − η_min)(1 + cos πt/T)/2 (cosine), the highest rate (constant), or that times the factor that a valid loss which
/// stopped falling has left (dev_perf). inv_sqrt is η·min(t/w^1.5, t^−0.5).
/// </summary>
public sealed class TransformerXlSchedule
{
    private const double Progress = 1e-4;
    private const string StateName = "schedule";

    private readonly TransformerXlOptions _options;
    private double _factor = 1;
    private double _best = double.PositiveInfinity;
    private int _withoutProgress;

    /// <param name="options">lr, scheduler and its lengths.</param>
    public TransformerXlSchedule(TransformerXlOptions options) => _options = options;

    /// <summary>The lowest loss on valid so far; null for none.</summary>
    public double? BestValidLoss => double.IsInfinity(_best) ? null : _best;

    /// <summary>The rate of a step.</summary>
    /// <param name="steps">Steps that are done once it is.</param>
    /// <param name="tokens">Tokens of all workers that are done once it is.</param>
    public double RateOf(long steps, double tokens)
    {
        var (t, warmUp, length) = _options.CountsTokens
            ? (tokens, _options.WarmupTokens, _options.MaxTokens)
            : (steps, _options.WarmupStep, _options.MaxStep);
        if (_options.Scheduler == "inv_sqrt")
        {
            return _options.Lr * (t > warmUp ? 1 / Math.Sqrt(t) : t / Math.Pow(warmUp, 1.5));
        }

        if (t < warmUp)
        {
            return _options.Lr * t / warmUp;
        }

        return _options.Scheduler switch
        {
            "cosine" when length > 0 => _options.EtaMin + ((_options.Lr - _options.EtaMin) * (1 + Math.Cos(Math.PI * Math.Min(1, t / length))) / 2),
            "dev_perf" => Math.Max(Math.Min(_options.LrMin, _options.Lr), _options.Lr * _factor),
            _ => _options.Lr,
        };
    }

    /// <summary>Takes notice of a loss on valid.</summary>
    public void Evaluated(double validLoss)
    {
        _withoutProgress = validLoss < _best * (1 - Progress) ? 0 : _withoutProgress + 1;
        _best = Math.Min(_best, validLoss);
        if (_withoutProgress > _options.Patience)
        {
            _factor *= _options.DecayRate;
            _withoutProgress = 0;
        }
    }

    /// <summary>Writes what the schedule remembers of evaluations; the lowest loss is kept by the run.</summary>
    public void Save(IStateWriter writer) => writer.Write(StateName, [(int)Math.Round(Math.Log(_factor) / Math.Log(_options.DecayRate)), _withoutProgress]);

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    public void Load(IStateReader reader)
    {
        int[] state = new int[2];
        reader.Read(StateName, state);
        (_factor, _withoutProgress) = (Math.Pow(_options.DecayRate, state[0]), state[1]);
    }

    /// <summary>Goes on from the lowest loss of the run that is resumed.</summary>
    public void Resume(double? bestValidLoss) => _best = bestValidLoss ?? double.PositiveInfinity;
}
