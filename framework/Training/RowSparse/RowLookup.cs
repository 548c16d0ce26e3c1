using System.Runtime.InteropServices;
using Compression.Core.Communication;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Training.RowSparse;

/// <summary>How a worker asks an owner for rows of all tables, and how the owner answers: the numbers, then the values in their order.</summary>
public sealed class RowLookup(IReadOnlyList<RowTable> tables)
{
    private readonly Scratch<int> _indices = new();
    private float[] _values = [];
    private int[] _rows = [];

    /// <summary>Appends which rows of an owner the batches need.</summary>
    public void WriteRequest(IReadOnlyList<RowBatch> batches, int owner, PayloadWriter writer)
    {
        for (int table = 0; table < tables.Count; table++)
        {
            var partition = tables[table].Partition;
            var indices = _indices.Take(batches[table].Count);
            int count = 0;
            foreach (int row in batches[table].Ascending)
            {
                if (partition.OwnerOf(row) == owner)
                {
                    indices[count++] = partition.LocalOf(row);
                }
            }

            IndexCoding.Write(indices[..count], partition.LocalCount(owner), writer, ThreadTeam.Single);
        }
    }

    /// <summary>Appends the values of the rows that a request names.</summary>
    /// <exception cref="CommunicationException">The request cannot be read.</exception>
    public void WriteAnswer(ReadOnlySpan<byte> request, int owner, PayloadWriter writer)
    {
        try
        {
            var reader = new PayloadReader(request);
            foreach (var table in tables)
            {
                int most = table.Partition.LocalCount(owner);
                var indices = _indices.Take(IndexCoding.ReadCount(ref reader, most));
                IndexCoding.Read(ref reader, most, indices, ThreadTeam.Single);
                Answer(table, indices, owner, writer);
            }

            reader.ExpectEnd();
        }
        catch (PayloadException failure)
        {
            throw new CommunicationException($"A request for rows cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>Puts an owner's answer where the batches want the values.</summary>
    public void Take(IReadOnlyList<RowBatch> batches, int owner, ReadOnlySpan<byte> answer)
    {
        for (int table = 0; table < tables.Count; table++)
        {
            var partition = tables[table].Partition;
            int width = tables[table].Width;
            var values = batches[table].Values.Span;
            for (int i = 0; i < batches[table].Count; i++)
            {
                if (partition.OwnerOf(batches[table].Ascending[i]) == owner)
                {
                    var row = MemoryMarshal.Cast<byte, float>(answer[..(width * sizeof(float))]);
                    row.CopyTo(values.Slice(batches[table].NumbersAscending[i] * width, width));
                    answer = answer[(width * sizeof(float))..];
                }
            }
        }
    }

    private void Answer(RowTable table, ReadOnlySpan<int> indices, int owner, PayloadWriter writer)
    {
        if (_rows.Length < indices.Length)
        {
            _rows = new int[indices.Length];
        }

        if (_values.Length < indices.Length * table.Width)
        {
            _values = new float[indices.Length * table.Width];
        }

        for (int i = 0; i < indices.Length; i++)
        {
            _rows[i] = Math.Min(table.Partition.RowOf(owner, indices[i]), table.Partition.Rows - 1);
        }

        table.Gather(_rows.AsMemory(0, indices.Length), _values.AsMemory(0, indices.Length * table.Width));
        var bytes = MemoryMarshal.AsBytes(_values.AsSpan(0, indices.Length * table.Width));
        bytes.CopyTo(writer.Append(bytes.Length));
    }
}
