using System.Collections.Immutable;
using Compression.Core.Communication;
using Compression.Core.Reporting;
using Compression.Torch.Devices;

namespace Compression.Training.Sessions;

/// <summary>What a run adds up, across restarts: tokens, bytes, seconds, losses.</summary>
internal sealed class TrainingCounters
{
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly PhaseSeconds _secondsBefore;
    private readonly double _totalBefore;
    private readonly double _wireBefore;
    private readonly double _nominalBefore;
    private readonly double _floorBefore;

    /// <param name="time">The clock.</param>
    /// <param name="saved">What a checkpoint counted; empty for a new run.</param>
    /// <param name="rank">Sums over all ranks go on in rank 0 alone.</param>
    public TrainingCounters(TimeProvider time, IReadOnlyDictionary<string, double> saved, int rank)
    {
        _time = time;
        _start = time.GetTimestamp();
        double Saved(string name) => saved.GetValueOrDefault(name);
        double SavedSum(string name) => rank == 0 ? Saved(name) : 0;
        _totalBefore = Saved("seconds_total");
        _wireBefore = SavedSum("wire_bytes");
        _nominalBefore = SavedSum("nominal_bits");
        _floorBefore = SavedSum("floor_bits");
        Tokens = (long)Saved("tokens");
        SkippedSteps = (long)Saved("skipped_steps");
        EpochLoss = new RunningMean(SavedSum("epoch_loss_sum"), (long)SavedSum("epoch_loss_count"));
        LastEpochLoss = saved.TryGetValue("last_epoch_loss", out double last) ? last : null;
        _secondsBefore = new PhaseSeconds(
            Saved("forward_backward"), Saved("compress"), Saved("communicate"), Saved("decompress"), Saved("update"), Saved("evaluate"),
            Saved("checkpoint"))
        {
            Hidden = Saved("hidden"),
            Copy = Saved("copy"),
        };
    }

    /// <summary>Takes this process's time and bytes.</summary>
    public StepMeter Meter { get; } = new();

    /// <summary>Steps done since this process started.</summary>
    public long StepsHere { get; set; }

    /// <summary>Steps that all workers left out, since something was not finite.</summary>
    public long SkippedSteps { get; set; }

    /// <summary>Targets of all workers.</summary>
    public long Tokens { get; set; }

    /// <summary>Loss of this process's workers in the epoch in progress.</summary>
    public RunningMean EpochLoss { get; set; }

    /// <summary>Mean over all workers, of the last epoch that ended.</summary>
    public double? LastEpochLoss { get; set; }

    /// <summary>Bytes that this process's workers put on the wire.</summary>
    public long WireBytes => (long)_wireBefore + Meter.WireBytes;

    /// <summary>Nominal bits of this process's workers.</summary>
    public double NominalBits => _nominalBefore + Meter.NominalBits;

    /// <summary>Entropy floor of this process's workers, in bits.</summary>
    public double FloorBits => _floorBefore + Meter.FloorBits;

    /// <summary>Wall-clock, resumed parts included.</summary>
    public double SecondsTotal => _totalBefore + _time.GetElapsedTime(_start).TotalSeconds;

    /// <summary>Seconds by part, resumed parts included.</summary>
    public PhaseSeconds Seconds => PhaseSeconds.Of(Meter).Plus(_secondsBefore);

    /// <summary>Seconds of training: all but evaluations and checkpoints.</summary>
    public double TrainingSeconds => SecondsTotal - Seconds.Evaluate - Seconds.Checkpoint;

    /// <summary>Books the time until the returned value is disposed: copies between host and device for themselves.</summary>
    public ComputeMeasurement MeasureCompute(StepPhase phase) => new(Meter.Measure(phase), DeviceTransfer.Counts);

    /// <summary>What a checkpoint keeps; a collective, since some of it is summed over the ranks.</summary>
    public ImmutableSortedDictionary<string, double> Save(ICommunicator communicator)
    {
        var seconds = Seconds;
        Span<double> sums = [WireBytes, NominalBits, FloorBits, EpochLoss.Sum, EpochLoss.Count];
        communicator.AllReduce(sums);
        var values = new Dictionary<string, double>
        {
            ["seconds_total"] = SecondsTotal,
            ["wire_bytes"] = sums[0],
            ["nominal_bits"] = sums[1],
            ["floor_bits"] = sums[2],
            ["tokens"] = Tokens,
            ["skipped_steps"] = SkippedSteps,
            ["epoch_loss_sum"] = sums[3],
            ["epoch_loss_count"] = sums[4],
            ["forward_backward"] = seconds.ForwardBackward,
            ["compress"] = seconds.Compress,
            ["communicate"] = seconds.Communicate,
            ["decompress"] = seconds.Decompress,
            ["update"] = seconds.Update,
            ["evaluate"] = seconds.Evaluate,
            ["checkpoint"] = seconds.Checkpoint,
            ["hidden"] = seconds.Hidden,
            ["copy"] = seconds.Copy,
        };
        if (LastEpochLoss is { } loss)
        {
            values["last_epoch_loss"] = loss;
        }

        return values.ToImmutableSortedDictionary();
    }
}

/// <summary>A running measurement of a part that may copy; dispose it once.</summary>
internal readonly record struct ComputeMeasurement(StepMeter.Measurement Whole, TransferCounts Before) : IDisposable
{
    /// <summary>Ends the measurement.</summary>
    public void Dispose()
    {
        Whole.Dispose();
        long copies = DeviceTransfer.Counts.Since(Before).Ticks;
        Whole.Meter.AddTicks(Whole.Phase, -copies);
        Whole.Meter.AddTicks(StepPhase.Copy, copies);
    }
}

/// <summary>A sum of losses and their number.</summary>
internal readonly record struct RunningMean(double Sum, long Count)
{
    public RunningMean Add(double value) => new(Sum + value, Count + 1);
}
