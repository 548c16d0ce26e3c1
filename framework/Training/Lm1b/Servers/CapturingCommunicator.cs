using Compression.Core.Communication;

namespace Compression.Training.Lm1b.Servers;

/// <summary>A world of one that keeps the payload of its last all-gather: what the exchange would send to peers goes to the server instead.</summary>
internal sealed class CapturingCommunicator : LocalCommunicator
{
    private readonly GatheredPayloads _last = new();

    /// <summary>The payload of the last all-gather.</summary>
    public ReadOnlySpan<byte> Payload => _last[0];

    public override void AllGather(ReadOnlySpan<byte> payload, GatheredPayloads gathered)
    {
        base.AllGather(payload, gathered);
        _last.ShareWith(gathered);
    }
}
