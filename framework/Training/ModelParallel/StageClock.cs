using System.Diagnostics;

namespace Compression.Training.ModelParallel;

/// <summary>Takes the time of what a stage does: sums always, single events while it records.</summary>
/// <param name="stage">The stage.</param>
/// <param name="replica">Its replica.</param>
public sealed class StageClock(int stage, int replica)
{
    private readonly List<StageEvent> _events = [];
    private readonly long[] _ticks = new long[Enum.GetValues<StageActivity>().Length];
    private readonly long[] _positions = new long[Enum.GetValues<StageActivity>().Length];
    private long _origin;
    private long _step = -1;

    /// <summary>The stage's replica.</summary>
    public int Replica => replica;

    /// <summary>What was recorded.</summary>
    public IReadOnlyList<StageEvent> Events => _events;

    /// <summary>Seconds of an activity since the start.</summary>
    public double Seconds(StageActivity activity) => (double)_ticks[(int)activity] / Stopwatch.Frequency;

    /// <summary>Positions of batches that an activity went through.</summary>
    public long Positions(StageActivity activity) => _positions[(int)activity];

    /// <summary>Records events from now on, until <see cref="Stop"/>.</summary>
    /// <param name="step">The training step.</param>
    /// <param name="origin">The <see cref="Stopwatch"/> ticks that count as 0.</param>
    public void Record(long step, long origin) => (_step, _origin) = (step, origin);

    /// <summary>Records no more events.</summary>
    public void Stop() => _step = -1;

    /// <summary>Takes the time until the result is disposed of.</summary>
    public Measurement Measure(StageActivity activity, int unit, int positions) => new(this, activity, unit, positions);

    /// <summary>A stretch of time in progress.</summary>
    public readonly struct Measurement : IDisposable
    {
        private readonly StageClock _clock;
        private readonly StageActivity _activity;
        private readonly int _unit;
        private readonly int _positions;
        private readonly long _start;

        internal Measurement(StageClock clock, StageActivity activity, int unit, int positions)
        {
            (_clock, _activity, _unit, _positions) = (clock, activity, unit, positions);
            _start = Stopwatch.GetTimestamp();
        }

        /// <summary>Ends it.</summary>
        public void Dispose() => _clock.Add(_activity, _unit, _positions, _start, Stopwatch.GetTimestamp());
    }

    private void Add(StageActivity activity, int unit, int positions, long start, long end)
    {
        _ticks[(int)activity] += end - start;
        _positions[(int)activity] += positions;
        if (_step >= 0)
        {
            _events.Add(new StageEvent(
                stage, replica, _step, activity, unit, (double)(start - _origin) / Stopwatch.Frequency, (double)(end - _origin) / Stopwatch.Frequency));
        }
    }
}
