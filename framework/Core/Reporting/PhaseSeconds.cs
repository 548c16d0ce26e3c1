namespace Compression.Core.Reporting;

/// <summary>Seconds by part of the step; see <see cref="StepPhase"/>.</summary>
public sealed record PhaseSeconds(
    double ForwardBackward, double Compress, double Communicate, double Decompress, double Update, double Evaluate, double Checkpoint)
{
    /// <summary>See <see cref="StepPhase.Hidden"/>; contained in the others.</summary>
    public double Hidden { get; init; }

    /// <summary>See <see cref="StepPhase.Copy"/>.</summary>
    public double Copy { get; init; }

    /// <summary>Reads the totals of a meter.</summary>
    public static PhaseSeconds Of(StepMeter meter) => new(
        meter.Seconds(StepPhase.ForwardBackward), meter.Seconds(StepPhase.Compress), meter.Seconds(StepPhase.Communicate),
        meter.Seconds(StepPhase.Decompress), meter.Seconds(StepPhase.Update), meter.Seconds(StepPhase.Evaluate),
        meter.Seconds(StepPhase.Checkpoint))
    {
        Hidden = meter.Seconds(StepPhase.Hidden),
        Copy = meter.Seconds(StepPhase.Copy),
    };

    /// <summary>Adds what earlier parts of a run took.</summary>
    public PhaseSeconds Plus(PhaseSeconds other) => new(
        ForwardBackward + other.ForwardBackward, Compress + other.Compress, Communicate + other.Communicate,
        Decompress + other.Decompress, Update + other.Update, Evaluate + other.Evaluate, Checkpoint + other.Checkpoint)
    {
        Hidden = Hidden + other.Hidden,
        Copy = Copy + other.Copy,
    };

    /// <summary>What was added since an earlier reading.</summary>
    public PhaseSeconds Since(PhaseSeconds earlier) => new(
        ForwardBackward - earlier.ForwardBackward, Compress - earlier.Compress, Communicate - earlier.Communicate,
        Decompress - earlier.Decompress, Update - earlier.Update, Evaluate - earlier.Evaluate, Checkpoint - earlier.Checkpoint)
    {
        Hidden = Hidden - earlier.Hidden,
        Copy = Copy - earlier.Copy,
    };
}
