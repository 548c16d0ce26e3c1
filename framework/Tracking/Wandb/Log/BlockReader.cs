using System.Buffers;
using System.Buffers.Binary;

namespace Compression.Tracking.Wandb.Log;

/// <summary>Puts the fragments of records together; see <see cref="BlockFormat"/>. Reads a file that is being written, too.</summary>
internal sealed class BlockReader : IDisposable
{
    private readonly FileStream _stream;
    private readonly ArrayBufferWriter<byte> _record = new();
    private readonly byte[] _fragment = new byte[BlockFormat.BlockSize];

    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidDataException">Its header is another's.</exception>
    public BlockReader(string path)
    {
        _stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> header = stackalloc byte[BlockFormat.FileHeader.Length];
        if (_stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !header.SequenceEqual(BlockFormat.FileHeader))
        {
            _stream.Dispose();
            throw new InvalidDataException("it has not the header of a .wandb file, so that nothing of it can be read");
        }

        Position = header.Length;
    }

    /// <summary>Where the next record begins.</summary>
    public long Position { get; private set; }

    /// <summary>Whether what follows <see cref="Position"/>, where <see cref="TryRead"/> found no record, is one that a kill or a crash cut off.</summary>
    public bool IsTorn { get; private set; }

    /// <summary>First byte that is neither a record nor a torn end; null where there is none so far.</summary>
    public long? DamagedAt { get; private set; }

    /// <summary>Reads the next record; what is damaged is passed over, up to the next fragment that a record begins with.</summary>
    /// <param name="end">Bytes of the file that are known to be written.</param>
    /// <param name="record">Valid until the next call.</param>
    /// <returns>False where there is none; a later call tries again at the same place.</returns>
    public bool TryRead(long end, out ReadOnlySpan<byte> record)
    {
        _record.ResetWrittenCount();
        long position = Position;
        long? damage = null;
        bool isOpen = false;
        while (true)
        {
            position = AfterFilling(position);
            if (ReadFragment(position, end) is not { } fragment)
            {
                if (NextFragment(position + 1, end) is { } next)
                {
                    damage ??= position;
                    Restart(ref isOpen);
                    position = next;
                    continue;
                }

                IsTorn = position < end ? IsCutOff(position, end) : isOpen;
                DamagedAt ??= damage ?? (position < end && !IsTorn ? position : null);
                record = default;
                return false;
            }

            bool begins = fragment.Type is Fragment.Full or Fragment.First;
            if (begins == isOpen)
            {
                // The end of a record, or the beginning, is missing.
                damage ??= position;
                Restart(ref isOpen);
                position += begins ? 0 : BlockFormat.HeaderSize + fragment.Length;
                continue;
            }

            _record.Write(_fragment.AsSpan(0, fragment.Length));
            position += BlockFormat.HeaderSize + fragment.Length;
            isOpen = fragment.Type is Fragment.First or Fragment.Middle;
            if (!isOpen)
            {
                (Position, IsTorn, DamagedAt) = (position, false, DamagedAt ?? damage);
                record = _record.WrittenSpan;
                return true;
            }
        }
    }

    public void Dispose() => _stream.Dispose();

    private void Restart(ref bool isOpen)
    {
        _record.ResetWrittenCount();
        isOpen = false;
    }

    private static long AfterFilling(long position)
    {
        int room = RoomAt(position);
        return room < BlockFormat.HeaderSize ? position + room : position;
    }

    private static int RoomAt(long position) => BlockFormat.BlockSize - (int)(position % BlockFormat.BlockSize);

    // A checksum of 32 bits finds the place at which fragments go on, byte by byte.
    private long? NextFragment(long position, long end)
    {
        for (; position + BlockFormat.HeaderSize <= end; position = AfterFilling(position + 1))
        {
            if (ReadFragment(position, end) is not null)
            {
                return position;
            }
        }

        return null;
    }

    // A write that did not come to its end, or zeros, which file systems leave in its place.
    private bool IsCutOff(long position, long end)
    {
        _stream.Position = position;
        var rest = _fragment.AsSpan(0, (int)Math.Min(end - position, RoomAt(position)));
        int here = _stream.ReadAtLeast(rest, rest.Length, throwOnEndOfStream: false);
        if (here < BlockFormat.HeaderSize)
        {
            return true;
        }

        int size = BlockFormat.HeaderSize + BinaryPrimitives.ReadUInt16LittleEndian(_fragment.AsSpan(4));
        bool isLast = position + here == end;

        // With all of its bytes there, it is the length that is wrong.
        bool isComplete = isLast && BlockFormat.Checksum((Fragment)_fragment[6], _fragment.AsSpan(BlockFormat.HeaderSize, here - BlockFormat.HeaderSize))
            == BinaryPrimitives.ReadUInt32LittleEndian(_fragment);
        return (position + size > end && size <= RoomAt(position) && !isComplete) || (isLast && !_fragment.AsSpan(0, here).ContainsAnyExcept((byte)0));
    }

    private (Fragment Type, int Length)? ReadFragment(long position, long end)
    {
        Span<byte> header = stackalloc byte[BlockFormat.HeaderSize];
        if (position + header.Length > end)
        {
            return null;
        }

        _stream.Position = position;
        if (_stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
        {
            return null;
        }

        int length = BinaryPrimitives.ReadUInt16LittleEndian(header[4..]);
        var type = (Fragment)header[6];
        if (header.Length + length > RoomAt(position))
        {
            return null;
        }

        var payload = _fragment.AsSpan(0, length);
        return position + header.Length + length <= end
            && type is >= Fragment.Full and <= Fragment.Last
            && _stream.ReadAtLeast(payload, payload.Length, throwOnEndOfStream: false) == length
            && BlockFormat.Checksum(type, payload) == BinaryPrimitives.ReadUInt32LittleEndian(header)
                ? (type, length)
                : null;
    }
}
