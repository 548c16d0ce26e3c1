using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Reporting;

namespace Compression.Training.Sessions;

/// <summary>
/// Sends groups of gradients while the backward pass computes the next: a thread of its own compresses and exchanges a group as soon as all
/// its gradients are there, always in the same order on all ranks. Between <see cref="Begin"/> and <see cref="Finish"/> it alone uses the
/// communicator and the aggregator.
/// </summary>
public sealed class OverlappedExchange : IDisposable
{
    private readonly GroupedAggregator _aggregator;
    private readonly GradientBucket _bucket;
    private readonly MeteredCommunicator _communicator;
    private readonly Action<int> _arrive;
    private readonly StepMeter _meter = new();
    private readonly Thread _thread;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly SemaphoreSlim _finished = new(0);
    private readonly int[][] _slots;
    private readonly int[] _missing;
    private StepContext? _step;
    private ExceptionDispatchInfo? _failure;
    private int _next;
    private long _busyTicks;
    private bool _stopping;

    /// <param name="aggregator">Of this worker.</param>
    /// <param name="bucket">Its gradients.</param>
    /// <param name="communicator">The peers; stays its owner's.</param>
    /// <param name="arrive">Waits until a slot's gradient, which is complete, lies in the bucket.</param>
    public OverlappedExchange(GroupedAggregator aggregator, GradientBucket bucket, ICommunicator communicator, Action<int> arrive)
    {
        _arrive = arrive;
        _aggregator = aggregator;
        _bucket = bucket;
        _communicator = new MeteredCommunicator(communicator, _meter);
        _missing = new int[aggregator.Count];
        _slots = [.. Enumerable.Range(0, aggregator.Count).Select(group =>
            Enumerable.Range(0, bucket.Layout.Slots.Length).Where(slot => aggregator.GroupOf(slot) == group).ToArray())];
        _thread = new Thread(Work) { IsBackground = true, Name = "exchange" };
        _thread.Start();
    }

    /// <summary>Before the backward pass.</summary>
    /// <param name="step">The step; its meter receives times and bytes in <see cref="Finish"/>.</param>
    public void Begin(StepContext step)
    {
        lock (_lock)
        {
            _step = step with { Meter = _meter };
            _next = 0;
            _busyTicks = 0;
            for (int group = 0; group < _missing.Length; group++)
            {
                _missing[group] = _slots[group].Length;
            }
        }
    }

    /// <summary>A slot's gradient is complete; called from within the backward pass.</summary>
    /// <param name="slot">Its index.</param>
    public void Ready(int slot)
    {
        lock (_lock)
        {
            int group = _aggregator.GroupOf(slot);
            if (--_missing[group] == 0)
            {
                _wake.Release();
            }
        }
    }

    /// <summary>After the backward pass: sends what is left, waits, and counts times and bytes.</summary>
    /// <param name="meter">Takes them; what passed during the backward pass counts as hidden as well.</param>
    public void Finish(StepMeter meter)
    {
        long start = Stopwatch.GetTimestamp();
        lock (_lock)
        {
            // Parameters that took no part in the loss are never reported.
            Array.Clear(_missing);
            _wake.Release();
        }

        _finished.Wait();
        long waited = Stopwatch.GetTimestamp() - start;
        meter.TakeOver(_meter);
        meter.AddTicks(StepPhase.Hidden, Math.Max(0, _busyTicks - waited));
        var failure = _failure;
        _failure = null;
        failure?.Throw();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _stopping = true;
            _wake.Release();
        }

        // A thread that hangs in an exchange with a dead peer ends with the process.
        if (_thread.Join(TimeSpan.FromSeconds(1)))
        {
            _wake.Dispose();
            _finished.Dispose();
        }
    }

    private void Work()
    {
        while (true)
        {
            _wake.Wait();
            StepContext? step;
            while (TakeNext(out int group, out step))
            {
                Exchange(group, step!);
            }

            lock (_lock)
            {
                if (_stopping)
                {
                    return;
                }

                if (_step is not null && _next == _missing.Length)
                {
                    _step = null;
                    _finished.Release();
                }
            }
        }
    }

    private bool TakeNext(out int group, out StepContext? step)
    {
        lock (_lock)
        {
            (group, step) = (_next, _step);
            bool isReady = step is not null && group < _missing.Length && _missing[group] == 0;
            _next += isReady ? 1 : 0;
            return isReady;
        }
    }

    private void Exchange(int group, StepContext step)
    {
        if (_failure is not null)
        {
            return;
        }

        long start = Stopwatch.GetTimestamp();
        try
        {
            foreach (int slot in _slots[group])
            {
                _arrive(slot);
            }

            _meter.AddTicks(StepPhase.Copy, Stopwatch.GetTimestamp() - start);
            _aggregator.Aggregate(group, _bucket, step, _communicator);
        }
#pragma warning disable CA1031 // It is thrown again by Finish, on the thread that trains.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _failure = ExceptionDispatchInfo.Capture(failure);
        }

        _busyTicks += Stopwatch.GetTimestamp() - start;
    }
}
