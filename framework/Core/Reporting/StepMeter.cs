using System.Diagnostics;

namespace Compression.Core.Reporting;

/// <summary>Adds up a worker's seconds by phase and bytes by kind. Not for use by several threads at once.</summary>
public sealed class StepMeter
{
    // Sums of such shares of a bit are exact up to 2^43 bits, whatever their order: a resumed run ends with the same digits.
    private const double BitShares = 1024;

    private readonly long[] _ticks = new long[Enum.GetValues<StepPhase>().Length];

    /// <summary>Bits by the formula of the method's paper.</summary>
    public double NominalBits { get; private set; }

    /// <summary>Bits at the entropy of the method's code.</summary>
    public double FloorBits { get; private set; }

    /// <summary>Bytes that this worker really put on the wire.</summary>
    public long WireBytes { get; private set; }

    /// <summary>Bytes that the wire brought to this worker.</summary>
    public long ReceivedBytes { get; private set; }

    /// <summary>Seconds of one phase.</summary>
    public double Seconds(StepPhase phase) => (double)_ticks[(int)phase] / Stopwatch.Frequency;

    /// <summary>Books the time until the returned value is disposed.</summary>
    public Measurement Measure(StepPhase phase) => new(this, phase, Stopwatch.GetTimestamp());

    /// <summary>Books time, in ticks of <see cref="Stopwatch"/>.</summary>
    public void AddTicks(StepPhase phase, long ticks) => _ticks[(int)phase] += ticks;

    /// <summary>Books bytes on the wire.</summary>
    public void AddWireBytes(long bytes) => WireBytes += bytes;

    /// <summary>Books bytes that came over the wire.</summary>
    public void AddReceivedBytes(long bytes) => ReceivedBytes += bytes;

    /// <summary>Books a payload's nominal size and its floor, in bits.</summary>
    public void AddPayload(double nominalBits, double floorBits)
    {
        NominalBits += nominalBits;
        FloorBits += Math.Round(floorBits * BitShares) / BitShares;
    }

    /// <summary>Adds what another meter holds, and empties that.</summary>
    public void TakeOver(StepMeter other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (int phase = 0; phase < _ticks.Length; phase++)
        {
            _ticks[phase] += other._ticks[phase];
        }

        AddPayload(other.NominalBits, other.FloorBits);
        AddWireBytes(other.WireBytes);
        AddReceivedBytes(other.ReceivedBytes);
        Array.Clear(other._ticks);
        (other.NominalBits, other.FloorBits, other.WireBytes, other.ReceivedBytes) = (0, 0, 0, 0);
    }

    /// <summary>A running measurement; dispose it once.</summary>
    public readonly record struct Measurement(StepMeter Meter, StepPhase Phase, long Start) : IDisposable
    {
        /// <summary>Ends the measurement.</summary>
        public void Dispose() => Meter.AddTicks(Phase, Stopwatch.GetTimestamp() - Start);
    }
}
