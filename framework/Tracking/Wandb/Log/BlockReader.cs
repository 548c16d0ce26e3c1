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
            throw new InvalidDataException("it has not the header of a .wandb file");
        }

        Position = header.Length;
    }

    /// <summary>Where the next record begins: all before is whole.</summary>
    public long Position { get; private set; }

    /// <summary>Whether <see cref="TryRead"/> stopped before bytes that are no record, or not all of one: what a kill or a crash leaves.</summary>
    public bool IsTorn { get; private set; }

    /// <summary>Reads the next record.</summary>
    /// <param name="end">Bytes of the file that are known to be written.</param>
    /// <param name="record">Valid until the next call.</param>
    /// <returns>False where there is none; a later call tries again at the same place.</returns>
    public bool TryRead(long end, out ReadOnlySpan<byte> record)
    {
        _record.ResetWrittenCount();
        long position = Position;
        for (bool isFirst = true; ; isFirst = false)
        {
            int room = BlockFormat.BlockSize - (int)(position % BlockFormat.BlockSize);
            position += room < BlockFormat.HeaderSize ? room : 0;
            if (ReadFragment(position, end) is not { } fragment || (fragment.Type is Fragment.Full or Fragment.First) != isFirst)
            {
                IsTorn = position < end || !isFirst;
                record = default;
                return false;
            }

            _record.Write(_fragment.AsSpan(0, fragment.Length));
            position += BlockFormat.HeaderSize + fragment.Length;
            if (fragment.Type is Fragment.Full or Fragment.Last)
            {
                (Position, IsTorn) = (position, false);
                record = _record.WrittenSpan;
                return true;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

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
        var payload = _fragment.AsSpan(0, Math.Min(length, _fragment.Length));
        var type = (Fragment)header[6];
        return position + header.Length + length <= end
            && type is >= Fragment.Full and <= Fragment.Last
            && _stream.ReadAtLeast(payload, payload.Length, throwOnEndOfStream: false) == length
            && BlockFormat.Checksum(type, payload) == BinaryPrimitives.ReadUInt32LittleEndian(header)
                ? (type, length)
                : null;
    }
}
