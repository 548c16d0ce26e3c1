using System.Runtime.InteropServices;
using Compression.Core.Contracts;

namespace Compression.Training.RowSparse;

/// <summary>What a worker has not yet sent of single rows: a vector for each row that ever had a gradient here, none for the others.</summary>
/// <param name="table">The table's name.</param>
/// <param name="width">Elements of a row.</param>
public sealed class RowResidual(string table, int width) : ICheckpointable
{
    private const int RowsAChunk = 1024;

    private readonly Dictionary<int, int> _places = [];
    private readonly List<float[]> _chunks = [];

    /// <summary>Rows with a residual.</summary>
    public int Count => _places.Count;

    /// <summary>All residuals, in pieces.</summary>
    public IEnumerable<ReadOnlyMemory<float>> Pieces => _chunks.Select((chunk, index) =>
        (ReadOnlyMemory<float>)chunk.AsMemory(0, Math.Min(RowsAChunk, Count - (index * RowsAChunk)) * width));

    /// <summary>A row's residual, 0 at first.</summary>
    public Span<float> Of(int row)
    {
        ref int place = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, row, out bool known);
        if (!known)
        {
            place = _places.Count - 1;
            if (place == _chunks.Count * RowsAChunk)
            {
                _chunks.Add(new float[RowsAChunk * width]);
            }
        }

        return At(place);
    }

    public void Save(IStateWriter writer)
    {
        int[] rows = new int[Count];
        foreach (var (row, place) in _places)
        {
            rows[place] = row;
        }

        writer.Write($"{table}/residual/count", [Count]);
        writer.Write($"{table}/residual/rows", rows);
        int index = 0;
        foreach (var piece in Pieces)
        {
            writer.Write($"{table}/residual/values-{index++}", piece.Span);
        }
    }

    public void Load(IStateReader reader)
    {
        int[] count = new int[1];
        reader.Read($"{table}/residual/count", count);
        int[] rows = new int[count[0]];
        reader.Read($"{table}/residual/rows", rows);
        _places.Clear();
        _chunks.Clear();
        foreach (int row in rows)
        {
            Of(row);
        }

        for (int index = 0; index < _chunks.Count; index++)
        {
            reader.Read($"{table}/residual/values-{index}", _chunks[index].AsSpan(0, Math.Min(RowsAChunk, Count - (index * RowsAChunk)) * width));
        }
    }

    private Span<float> At(int place) => _chunks[place / RowsAChunk].AsSpan(place % RowsAChunk * width, width);
}
