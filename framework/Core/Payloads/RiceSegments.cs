using System.Buffers;
using System.Buffers.Binary;
using Compression.Core.Kernels;

namespace Compression.Core.Payloads;

/// <summary>
/// Rice-coded gaps of many indices, cut into segments that threads write and read independently. Each segment starts at a byte; before
/// them stands, for all but the last, its length and its last index: 64 bits for 16,384 indices.
/// </summary>
internal unsafe ref struct RiceSegments
{
    private const int SegmentLength = 64 * RiceGaps.BlockLength;
    private const int EntryBytes = 2 * sizeof(int);

    private readonly ThreadTeam _team;
    private readonly ReadOnlySpan<int> _indices;
    private readonly byte[] _parameters;
    private readonly int[] _lengths;
    private readonly int _segments;

    /// <summary>Plans the code.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="indices">Strictly ascending.</param>
    public RiceSegments(ThreadTeam team, ReadOnlySpan<int> indices)
    {
        _team = team;
        _indices = indices;
        _segments = CountSegments(indices.Length);
        _parameters = ArrayPool<byte>.Shared.Rent(RiceGaps.CountBlocks(indices.Length));
        _lengths = ArrayPool<int>.Shared.Rent(_segments);
        fixed (int* first = indices, lengths = _lengths)
        fixed (byte* parameters = _parameters)
        {
            var job = new PlanJob(first, indices.Length, parameters, lengths);
            team.Run(ref job, _segments);
        }

        Bytes = TableBytes(_segments);
        foreach (int length in _lengths.AsSpan(0, _segments))
        {
            Bytes = checked(Bytes + length);
        }
    }

    /// <summary>Length of the code.</summary>
    public int Bytes { get; }

    /// <summary>Writes the code.</summary>
    /// <param name="room">As many bytes as it has.</param>
    public readonly void Write(Span<byte> room)
    {
        int[] starts = ArrayPool<int>.Shared.Rent(_segments);
        int start = TableBytes(_segments);
        for (int segment = 0; segment < _segments; segment++)
        {
            starts[segment] = start;
            start += _lengths[segment];
            if (segment < _segments - 1)
            {
                var entry = room[(segment * EntryBytes)..];
                BinaryPrimitives.WriteInt32LittleEndian(entry, _lengths[segment]);
                BinaryPrimitives.WriteInt32LittleEndian(entry[sizeof(int)..], _indices[((segment + 1) * SegmentLength) - 1]);
            }
        }

        fixed (int* indices = _indices, begins = starts, lengths = _lengths)
        fixed (byte* parameters = _parameters, bytes = room)
        {
            var job = new WriteJob(indices, _indices.Length, parameters, bytes, begins, lengths);
            _team.Run(ref job, _segments);
        }

        ArrayPool<int>.Shared.Return(starts);
    }

    /// <summary>Gives the room of the plan back.</summary>
    public readonly void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_parameters);
        ArrayPool<int>.Shared.Return(_lengths);
    }

    /// <summary>Reads as many indices as there is room for.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="reader">The payload.</param>
    /// <param name="dimension">What all indices are below.</param>
    /// <param name="indices">Strictly ascending afterwards.</param>
    /// <exception cref="PayloadException">Not what <see cref="Write"/> writes.</exception>
    public static void Read(ThreadTeam team, ref PayloadReader reader, int dimension, Span<int> indices)
    {
        int segments = CountSegments(indices.Length);
        var table = reader.ReadBytes(TableBytes(segments));
        int[] starts = ArrayPool<int>.Shared.Rent(segments);
        try
        {
            int total = 0;
            for (int segment = 0; segment < segments - 1; segment++)
            {
                int length = BinaryPrimitives.ReadInt32LittleEndian(table[(segment * EntryBytes)..]);
                starts[segment] = total;
                total = (uint)length <= (uint)(reader.Remaining - total)
                    ? total + length
                    : throw new PayloadException("A segment of indices is longer than the payload.");
            }

            starts[segments - 1] = total;
            fixed (byte* bytes = reader.PeekRest(), entries = table)
            fixed (int* first = indices, begins = starts)
            {
                var job = new ReadJob(bytes, reader.Remaining, entries, begins, segments, dimension, first, indices.Length);
                team.Run(ref job, segments);
                reader.ReadBytes(job.End());
            }
        }
        finally
        {
            ArrayPool<int>.Shared.Return(starts);
        }
    }

    private static int CountSegments(int count) => (count + SegmentLength - 1) / SegmentLength;

    private static int TableBytes(int segments) => (segments - 1) * EntryBytes;

    private static int LengthOf(int segment, int count) => Math.Min(SegmentLength, count - (segment * SegmentLength));

    private readonly struct PlanJob(int* indices, int count, byte* parameters, int* lengths) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = part * SegmentLength, length = LengthOf(part, count), firstBlock = start / RiceGaps.BlockLength;
            var blocks = new Span<byte>(parameters + firstBlock, RiceGaps.CountBlocks(length));
            long bits = RiceGaps.Plan(new ReadOnlySpan<int>(indices + start, length), part == 0 ? -1 : indices[start - 1], blocks);
            lengths[part] = checked((int)((bits + 7) / 8));
        }
    }

    private readonly struct WriteJob(int* indices, int count, byte* parameters, byte* bytes, int* starts, int* lengths) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = part * SegmentLength, length = LengthOf(part, count), firstBlock = start / RiceGaps.BlockLength;
            RiceGaps.Write(
                new ReadOnlySpan<int>(indices + start, length),
                part == 0 ? -1 : indices[start - 1],
                new ReadOnlySpan<byte>(parameters + firstBlock, RiceGaps.CountBlocks(length)),
                new Span<byte>(bytes + starts[part], lengths[part]));
        }
    }

    private struct ReadJob(byte* bytes, int length, byte* table, int* starts, int segments, int dimension, int* indices, int count) : IKernelJob
    {
        private PayloadException? _failure;
        private int _end;

        // The end of the last segment, or the failure of any.
        public readonly int End() => _failure is null ? _end : throw _failure;

        public void Execute(int part)
        {
            try
            {
                bool isLast = part == segments - 1;
                int begin = starts[part], end = isLast ? length : starts[part + 1];
                var segment = new Span<int>(indices + (part * SegmentLength), LengthOf(part, count));
                int previous = part == 0 ? -1 : LastIndexOf(part - 1);
                int used = RiceGaps.Read(new ReadOnlySpan<byte>(bytes + begin, end - begin), dimension, previous, segment);
                if (isLast)
                {
                    _end = begin + used;
                }
                else if (used != end - begin || segment[^1] != LastIndexOf(part))
                {
                    throw new PayloadException("A segment of indices does not end where its table says.");
                }
            }
            catch (PayloadException failure)
            {
                _failure = failure;
            }
        }

        private readonly int LastIndexOf(int segment) =>
            BinaryPrimitives.ReadInt32LittleEndian(new ReadOnlySpan<byte>(table + (segment * EntryBytes) + sizeof(int), sizeof(int)));
    }
}
