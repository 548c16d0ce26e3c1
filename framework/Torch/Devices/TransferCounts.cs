namespace Compression.Torch.Devices;

/// <summary>What one thread has moved between host and device.</summary>
/// <param name="ToDevice">Copies from the host, or from another device.</param>
/// <param name="ToHost">Copies to the host.</param>
/// <param name="Reads">Single values that were read.</param>
/// <param name="Bytes">Of all copies.</param>
/// <param name="Ticks">Ticks of the stopwatch for which the thread stood still for copies.</param>
public readonly record struct TransferCounts(long ToDevice, long ToHost, long Reads, long Bytes, long Ticks)
{
    /// <summary>What was moved since an earlier reading.</summary>
    public TransferCounts Since(TransferCounts earlier) => new(
        ToDevice - earlier.ToDevice, ToHost - earlier.ToHost, Reads - earlier.Reads, Bytes - earlier.Bytes, Ticks - earlier.Ticks);
}
