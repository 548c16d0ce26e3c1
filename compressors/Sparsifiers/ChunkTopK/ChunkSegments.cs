using System.Buffers;
using System.Buffers.Binary;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Compressors.Sparsifiers.ChunkTopK;

/// <summary>
/// The code of all chunks of a parameter (<see cref="ChunkCode"/>), in segments of whole chunks that threads write and read independently. Each segment
/// begins at a byte; before them stands the length of each but the last.
/// </summary>
internal static unsafe class ChunkSegments
{
    /// <summary>Writes, and books the entropy.</summary>
    /// <param name="team">Threads, on which the bytes do not depend.</param>
    /// <param name="grid">The chunks.</param>
    /// <param name="indices">The entries that were chosen, as many as the grid says.</param>
    /// <param name="writer">The payload.</param>
    /// <param name="nominalBits">What the method's paper counts for an index.</param>
    public static void Write(ThreadTeam team, in ChunkGrid grid, ReadOnlySpan<int> indices, PayloadWriter writer, double nominalBits)
    {
        writer.CountBits(
            nominalBits * indices.Length,
            ((grid.Count - 1) * EntropyFloor.Indices(grid.Chunk, grid.Chosen)) + EntropyFloor.Indices(grid.LengthOf(grid.Count - 1), grid.ChosenLast));
        int segments = grid.Segments;
        int[] lengths = ArrayPool<int>.Shared.Rent(segments), starts = ArrayPool<int>.Shared.Rent(segments);
        fixed (int* positions = indices, toLengths = lengths, fromStarts = starts)
        {
            var plan = new PlanJob(grid, positions, toLengths);
            team.Run(ref plan, segments);
            int bytes = 0;
            foreach (int length in lengths.AsSpan(0, segments))
            {
                bytes = checked(bytes + length);
            }

            var table = writer.Append(TableBytes(segments));
            for (int segment = 0; segment < segments - 1; segment++)
            {
                BinaryPrimitives.WriteInt32LittleEndian(table[(sizeof(int) * segment)..], lengths[segment]);
            }

            starts[0] = 0;
            for (int segment = 1; segment < segments; segment++)
            {
                starts[segment] = starts[segment - 1] + lengths[segment - 1];
            }

            fixed (byte* room = writer.Append(bytes))
            {
                var job = new WriteJob(grid, positions, room, fromStarts, toLengths);
                team.Run(ref job, segments);
            }
        }

        ArrayPool<int>.Shared.Return(lengths);
        ArrayPool<int>.Shared.Return(starts);
    }

    /// <summary>Reads.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="grid">The chunks.</param>
    /// <param name="reader">The payload.</param>
    /// <param name="indices">Room for as many as the grid says.</param>
    /// <exception cref="PayloadException">The payload ends early.</exception>
    public static void Read(ThreadTeam team, in ChunkGrid grid, ref PayloadReader reader, Span<int> indices)
    {
        int segments = grid.Segments;
        var table = reader.ReadBytes(TableBytes(segments));
        int[] starts = ArrayPool<int>.Shared.Rent(segments);
        try
        {
            starts[0] = 0;
            for (int segment = 1; segment < segments; segment++)
            {
                int length = BinaryPrimitives.ReadInt32LittleEndian(table[(sizeof(int) * (segment - 1))..]);
                starts[segment] = (uint)length <= (uint)(reader.Remaining - starts[segment - 1])
                    ? starts[segment - 1] + length
                    : throw new PayloadException("A segment of indices is longer than the payload.");
            }

            fixed (byte* bytes = reader.PeekRest())
            fixed (int* positions = indices, fromStarts = starts)
            {
                var job = new ReadJob(grid, bytes, reader.Remaining, fromStarts, positions);
                team.Run(ref job, segments);
                reader.ReadBytes(job.End());
            }
        }
        finally
        {
            ArrayPool<int>.Shared.Return(starts);
        }
    }

    private static int TableBytes(int segments) => (segments - 1) * sizeof(int);

    private readonly struct PlanJob(ChunkGrid grid, int* positions, int* lengths) : IKernelJob
    {
        public void Execute(int part)
        {
            long bits = 0;
            int end = Math.Min(grid.Count, (part + 1) * grid.ChunksOfSegment);
            for (int chunk = part * grid.ChunksOfSegment; chunk < end; chunk++)
            {
                bits += ChunkCode.LengthOf(new ReadOnlySpan<int>(positions + ((long)chunk * grid.Chosen), grid.ChosenOf(chunk)), grid.StartOf(chunk), grid.LengthOf(chunk));
            }

            lengths[part] = (int)((bits + 7) / 8);
        }
    }

    private readonly struct WriteJob(ChunkGrid grid, int* positions, byte* room, int* starts, int* lengths) : IKernelJob
    {
        public void Execute(int part)
        {
            var bits = new BitAppender(room + starts[part], room + starts[part] + lengths[part]);
            int end = Math.Min(grid.Count, (part + 1) * grid.ChunksOfSegment);
            for (int chunk = part * grid.ChunksOfSegment; chunk < end; chunk++)
            {
                ChunkCode.Write(
                    new ReadOnlySpan<int>(positions + ((long)chunk * grid.Chosen), grid.ChosenOf(chunk)), grid.StartOf(chunk), grid.LengthOf(chunk), ref bits);
            }

            bits.EndByte();
        }
    }

    private struct ReadJob(ChunkGrid grid, byte* bytes, int length, int* starts, int* positions) : IKernelJob
    {
        private bool _endsEarly;
        private int _end;

        // The end of the last segment.
        public readonly int End() => _endsEarly ? throw new PayloadException("The bits of a segment of indices end early.") : _end;

        public void Execute(int part)
        {
            bool isLast = part == grid.Segments - 1;
            int begin = starts[part], bound = isLast ? length : starts[part + 1];
            var bits = new BitReader(new ReadOnlySpan<byte>(bytes + begin, bound - begin));
            int end = Math.Min(grid.Count, (part + 1) * grid.ChunksOfSegment);
            for (int chunk = part * grid.ChunksOfSegment; chunk < end; chunk++)
            {
                ChunkCode.Read(
                    new Span<int>(positions + ((long)chunk * grid.Chosen), grid.ChosenOf(chunk)), grid.StartOf(chunk), grid.LengthOf(chunk), ref bits);
            }

            if (bits.BytesUsed > bound - begin)
            {
                _endsEarly = true;
            }

            if (isLast)
            {
                _end = begin + bits.BytesUsed;
            }
        }
    }
}
