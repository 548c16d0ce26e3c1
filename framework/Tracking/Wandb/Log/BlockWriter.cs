using System.Buffers;

namespace Compression.Tracking.Wandb.Log;

/// <summary>Cuts records into fragments; see <see cref="BlockFormat"/>.</summary>
internal sealed class BlockWriter
{
    private readonly Stream _stream;
    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <param name="stream">An empty file, or one that <see cref="BlockReader"/> has read to its end.</param>
    public BlockWriter(Stream stream)
    {
        _stream = stream;
        if (stream.Length == 0)
        {
            stream.Write(BlockFormat.FileHeader);
        }

        stream.Position = stream.Length;
    }

    /// <summary>Bytes of the file; all up to here is whole records.</summary>
    public long Length => _stream.Position;

    /// <summary>Adds a record in one write to the system: a kill leaves it whole, or torn at the end of the file.</summary>
    public void Append(ReadOnlySpan<byte> record)
    {
        _buffer.ResetWrittenCount();
        int room = BlockFormat.BlockSize - (int)(_stream.Position % BlockFormat.BlockSize);
        bool isFirst = true;
        bool isLast = false;
        while (!isLast)
        {
            if (room < BlockFormat.HeaderSize)
            {
                _buffer.GetSpan(room)[..room].Clear();
                _buffer.Advance(room);
                room = BlockFormat.BlockSize;
            }

            int size = Math.Min(record.Length, room - BlockFormat.HeaderSize);
            isLast = size == record.Length;
            var type = (isFirst, isLast) switch
            {
                (true, true) => Fragment.Full,
                (true, false) => Fragment.First,
                (false, true) => Fragment.Last,
                _ => Fragment.Middle,
            };
            var target = _buffer.GetSpan(BlockFormat.HeaderSize + size);
            BlockFormat.WriteHeader(target, type, record[..size]);
            record[..size].CopyTo(target[BlockFormat.HeaderSize..]);
            _buffer.Advance(BlockFormat.HeaderSize + size);
            record = record[size..];
            room -= BlockFormat.HeaderSize + size;
            isFirst = false;
        }

        _stream.Write(_buffer.WrittenSpan);
    }
}
