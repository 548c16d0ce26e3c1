using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Kernels;

namespace Compression.Compressors.Sparsifiers.Sidco;

/// <summary>What the magnitudes are taken to follow.</summary>
public enum SidcoTail
{
    /// <summary>An exponential distribution.</summary>
    Exponential,

    /// <summary>A generalised Pareto distribution.</summary>
    Pareto,
}

/// <summary>Options of <see cref="SidcoSparsifier"/>.</summary>
public sealed record SidcoOptions : RatioOptions
{
    /// <summary>The distribution.</summary>
    [Option("tail", "distribution that is fitted to the magnitudes, and in later stages to what exceeds the last threshold", Flag = "sidco_tail")]
    public SidcoTail Tail { get; init; } = SidcoTail.Exponential;

    /// <summary>Most stages.</summary>
    [Option("stages", "most stages of fitting; their number adapts to how well the target is met", Flag = "sidco_stages", Min = 1, Max = 10)]
    public int Stages { get; init; } = 4;
}

/// <summary>
/// SIDCo (Abdelmoniem et al. 2021, "An efficient statistical-based gradient compression technique for distributed training systems",
/// Algorithm 1): a threshold fitted to the magnitudes by moments, refined in stages, each of which lets through a quarter of what
/// reaches it and refits to what exceeds the last threshold. The number of stages follows the mean count of the last five steps: one fewer
/// where it exceeds the target by a fifth, one more where it falls short by a fifth.
/// </summary>
[Algorithm(
    "sidco", AlgorithmRole.Sparsifier, "Abdelmoniem et al. 2021",
    DiffersFromPaper = "each parameter has its own number of stages; tail pareto is the variant that fits generalised Pareto distributions in all stages, and the one that begins with a gamma distribution is left out")]
public sealed class SidcoSparsifier : ISparsifier
{
    private const double StageRatio = 0.25;
    private const double Tolerance = 0.2;
    private const int AdaptEvery = 5;

    // The first stage lets too much through to collect it.
    private const int CollectingStage = 2;

    private readonly SidcoOptions _options;
    private readonly ComponentContext _context;
    private readonly State[] _states;
    private readonly Candidates _chosen = new();

    /// <param name="options">Ratio, distribution, stages.</param>
    /// <param name="context">Parameters and threads.</param>
    public SidcoSparsifier(SidcoOptions options, ComponentContext context)
    {
        _options = options;
        _context = context;
        _states = [.. context.Layout.Slots.Select(_ => new State())];
    }

    public Selection Select(in GradientView gradient)
    {
        var values = gradient.Compensated;
        if (values.IsEmpty)
        {
            return default;
        }

        var state = _states[gradient.Slot.Index];
        double ratio = gradient.Step.RatioOf(_options.Ratio);
        Choose(values, ratio, state);
        state.Adapt(_chosen.Count, Math.Max(1, ratio * values.Length), _options.Stages);
        return new Selection(_chosen.Positions, _chosen.Values);
    }

    public void Save(IStateWriter writer)
    {
        foreach (var slot in _context.Layout.Slots)
        {
            writer.Write($"sidco/{slot.Name}", _states[slot.Index].ToArray());
        }
    }

    public void Load(IStateReader reader)
    {
        double[] saved = new double[3];
        foreach (var slot in _context.Layout.Slots)
        {
            reader.Read($"sidco/{slot.Name}", saved);
            _states[slot.Index].Restore(saved);
        }
    }

    // Two trips through memory: the second one's moments are over a quarter of the entries, and it also collects what is likely to exceed
    // the threshold that follows from them. Later stages look at what was collected. That the guess was right is checked.
    private void Choose(ReadOnlySpan<float> values, double ratio, State state)
    {
        double threshold = 0, left = ratio;
        bool isCollected = false;
        for (int stage = 1; stage <= state.Stages && left < 1; stage++)
        {
            bool collects = stage >= Math.Min(CollectingStage, state.Stages);
            uint guess = collects && !isCollected ? state.Guess(threshold) : 0;
            var (count, sum, squares) = TailMoments.Invoke(
                _context.Team, isCollected ? _chosen.Values : values, (float)threshold, guess, guess > 0 ? _chosen : null);
            if (count == 0)
            {
                break;
            }

            // Zeros count in the first stage, as they are entries that a threshold must hold back.
            double n = stage == 1 ? values.Length : count, share = stage == state.Stages ? left : Math.Max(StageRatio, left);
            double excess = Excess(sum / n, squares / n, share);
            if (collects && !isCollected)
            {
                state.Learn(threshold, excess);
            }

            threshold += excess;
            left /= share;
            if (collects)
            {
                Collect(values, threshold, isCollected ? 1 : guess);
                isCollected = true;
            }
        }

        if (!isCollected)
        {
            Collect(values, threshold, collectedFrom: 0);
        }
    }

    // From what was collected, if that goes down far enough, or else from all values. Zeros are never sent.
    private void Collect(ReadOnlySpan<float> values, double threshold, uint collectedFrom)
    {
        uint least = Math.Max(1, MagnitudeBits.Of((float)threshold));
        if (collectedFrom > 0 && least >= collectedFrom)
        {
            _chosen.KeepAbove(_context.Team, least);
        }
        else
        {
            CollectAbove.Invoke(_context.Team, values, least, _chosen);
        }
    }

    // The value that the fitted distribution exceeds with probability `share`.
    private double Excess(double mean, double meanSquare, double share)
    {
        double variance = meanSquare - (mean * mean);
        if (_options.Tail == SidcoTail.Exponential || variance <= 0)
        {
            return -mean * Math.Log(share);
        }

        // Moments of the generalised Pareto distribution: shape ½(1 − μ²/σ²), scale ½μ(1 + μ²/σ²).
        double quotient = mean * mean / variance, shape = 0.5 * (1 - quotient), scale = 0.5 * mean * (1 + quotient);
        return Math.Abs(shape) < 1e-6 ? -scale * Math.Log(share) : scale / shape * (Math.Pow(share, -shape) - 1);
    }

    // What adapts the number of stages of one parameter, and what its collecting stage came to.
    private sealed class State
    {
        // From one step to the next the excess may shrink by a tenth before the guess is in vain. It costs time then, no accuracy.
        private const double Caution = 0.9;

        private double _lastThreshold;
        private double _lastExcess;
        private double _counted;
        private int _steps;

        public int Stages { get; private set; } = 1;

        // Magnitude bits that the threshold after the collecting stage will hardly lie below; 0 without a step to go by.
        public uint Guess(double threshold)
        {
            double scale = _lastThreshold > 0 ? threshold / _lastThreshold : 1, guess = threshold + (Caution * scale * _lastExcess);
            return _lastExcess > 0 && (threshold > 0) == (_lastThreshold > 0) && float.IsFinite((float)guess) ? MagnitudeBits.Of((float)guess) : 0;
        }

        public void Learn(double threshold, double excess) => (_lastThreshold, _lastExcess) = (threshold, excess);

        public void Adapt(int count, double target, int most)
        {
            _counted += count / target;
            if (++_steps < AdaptEvery)
            {
                return;
            }

            double mean = _counted / _steps;
            Stages = Math.Clamp(Stages + (mean > 1 + Tolerance ? -1 : mean < 1 - Tolerance ? 1 : 0), 1, most);
            (_counted, _steps) = (0, 0);
        }

        public double[] ToArray() => [Stages, _counted, _steps];

        public void Restore(double[] saved) => (Stages, _counted, _steps) = ((int)saved[0], saved[1], (int)saved[2]);
    }
}
