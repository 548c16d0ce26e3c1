namespace Compression.Core.Communication;

/// <summary>The payloads of all workers after an all-gather, in one buffer that is reused from step to step.</summary>
public sealed class GatheredPayloads
{
    private byte[] _bytes = [];
    private int[] _ends = [];
    private bool _isShared;

    /// <summary>Number of payloads.</summary>
    public int Count => _ends.Length;

    /// <summary>Bytes of all payloads together.</summary>
    public int TotalLength => _ends.Length == 0 ? 0 : _ends[^1];

    /// <summary>The payload of one worker.</summary>
    public ReadOnlySpan<byte> this[int rank] => _bytes.AsSpan(Start(rank), _ends[rank] - Start(rank));

    /// <summary>Makes room for payloads of the given lengths; their content is undefined until written through <see cref="Slot"/>.</summary>
    /// <exception cref="CommunicationException">Together they exceed what one buffer can hold (2 GiB).</exception>
    public void Allocate(ReadOnlySpan<int> lengths)
    {
        if (_isShared)
        {
            // Others read what is here.
            (_bytes, _ends, _isShared) = ([], [], false);
        }

        if (_ends.Length != lengths.Length)
        {
            _ends = new int[lengths.Length];
        }

        long end = 0;
        for (int rank = 0; rank < lengths.Length; rank++)
        {
            end += lengths[rank];
            if (end > Array.MaxLength)
            {
                throw new CommunicationException("The gathered payloads of one step exceed 2 GiB; compress more or use fewer workers.");
            }

            _ends[rank] = (int)end;
        }

        if (_bytes.Length < end)
        {
            _bytes = GC.AllocateUninitializedArray<byte>((int)Math.Min(Array.MaxLength, end + (end / 4)), pinned: true);
        }
    }

    /// <summary>The room of one worker's payload, to be filled by a communicator.</summary>
    public Span<byte> Slot(int rank) => _bytes.AsSpan(Start(rank), _ends[rank] - Start(rank));

    /// <summary>The same room, for an exchange that goes on by itself.</summary>
    public Memory<byte> SlotMemory(int rank) => _bytes.AsMemory(Start(rank), _ends[rank] - Start(rank));

    /// <summary>All payloads one after another, to be filled by a communicator.</summary>
    public Span<byte> All => _bytes.AsSpan(0, TotalLength);

    /// <summary>Shows the payloads of <paramref name="other"/> without copying them.</summary>
    public void ShareWith(GatheredPayloads other)
    {
        _bytes = other._bytes;
        _ends = other._ends;
        _isShared = true;
    }

    private int Start(int rank) => rank == 0 ? 0 : _ends[rank - 1];
}
