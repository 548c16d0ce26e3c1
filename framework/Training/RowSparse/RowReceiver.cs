using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Reporting;

namespace Compression.Training.RowSparse;

/// <summary>An owner's side: adds up the row gradients that workers sent, a piece at a time, and has the tables take one step for each row.</summary>
public sealed class RowReceiver
{
    private readonly IReadOnlyList<RowTable> _tables;
    private readonly RowCodec[] _codecs;
    private readonly int _owner;
    private readonly int _pieces;
    private readonly uint _fingerprint;
    private readonly int[][] _numbers;
    private readonly Scratch<int> _indices = new();
    private int[] _positions = [];
    private int[] _rows = [];
    private int[] _places = [];
    private float[] _sums = [];
    private int _count;

    /// <param name="tables">In the order in which payloads hold them.</param>
    /// <param name="plan">The compressor of rows.</param>
    /// <param name="pieces">P.</param>
    /// <param name="owner">Whose rows these are.</param>
    public RowReceiver(IReadOnlyList<RowTable> tables, CompressionPlan plan, int pieces, int owner)
    {
        _tables = tables;
        _codecs = [.. tables.Select(table => new RowCodec(table.Name, table.Width, plan))];
        _fingerprint = RowSender.FingerprintOf(tables, plan, pieces);
        (_owner, _pieces) = (owner, pieces);
        _numbers = [.. tables.Select(table =>
        {
            int[] numbers = new int[RowsOfPiece(table.Partition, owner, pieces)];
            Array.Fill(numbers, -1);
            return numbers;
        })];
    }

    /// <summary>Rows of an owner's piece, or a little more.</summary>
    public static int RowsOfPiece(RowPartition partition, int owner, int pieces) => (partition.LocalCount(owner) + pieces - 1) / pieces;

    /// <summary>Adds up what workers sent of one piece, and takes the step.</summary>
    /// <param name="piece">Below P.</param>
    /// <param name="payloads">One from each worker, whose mean is taken.</param>
    /// <param name="step">The step in which they were made; its rate is the tables' too.</param>
    /// <exception cref="CommunicationException">A payload cannot be read.</exception>
    public void Apply(int piece, GatheredPayloads payloads, StepContext step)
    {
        if (_positions.Length != payloads.Count)
        {
            _positions = new int[payloads.Count];
        }

        Array.Clear(_positions);
        for (int table = 0; table < _tables.Count; table++)
        {
            using (step.Meter.Measure(StepPhase.Decompress))
            {
                AddUp(table, piece, payloads, step);
            }

            using (step.Meter.Measure(StepPhase.Update))
            {
                _tables[table].Update(_rows.AsMemory(0, _count), _sums.AsMemory(0, _count * _tables[table].Width), step.LearningRate);
            }
        }
    }

    private void AddUp(int table, int piece, GatheredPayloads payloads, StepContext step)
    {
        _count = 0;
        for (int worker = 0; worker < payloads.Count; worker++)
        {
            try
            {
                Add(table, piece, payloads[worker], ref _positions[worker], 1f / payloads.Count, step);
            }
            catch (PayloadException failure)
            {
                throw new CommunicationException($"The rows of worker {worker} cannot be read: {failure.Message}", failure);
            }
        }

        for (int i = 0; i < _count; i++)
        {
            _numbers[table][_places[i]] = -1;
        }
    }

    private void Add(int table, int piece, ReadOnlySpan<byte> payload, ref int position, float scale, StepContext step)
    {
        if (position == 0)
        {
            PayloadFrame.Open(payload, _fingerprint);
            position = PayloadFrame.HeaderLength;
        }

        var reader = new PayloadReader(payload[position..]);
        var partition = _tables[table].Partition;
        int width = _tables[table].Width, most = _numbers[table].Length;
        var indices = _indices.Take(IndexCoding.ReadCount(ref reader, most));
        IndexCoding.Read(ref reader, most, indices, ThreadTeam.Single);
        Reserve(_count + indices.Length, width);
        foreach (int index in indices)
        {
            int row = partition.RowOf(_owner, (index * _pieces) + piece);
            if (row >= partition.Rows)
            {
                throw new PayloadException($"{_tables[table].Name} has {partition.Rows} {Plural.Of(partition.Rows, "row")}, not row {row}.");
            }

            ref int number = ref _numbers[table][index];
            if (number < 0)
            {
                number = _count++;
                (_rows[number], _places[number]) = (row, index);
                _sums.AsSpan(number * width, width).Clear();
            }

            _codecs[table].ReadAdd(row, ref reader, _sums.AsSpan(number * width, width), scale, step);
        }

        position = payload.Length - reader.Remaining;
        if (table == _tables.Count - 1)
        {
            reader.ExpectEnd();
        }
    }

    private void Reserve(int rows, int width)
    {
        if (_rows.Length < rows)
        {
            Array.Resize(ref _rows, Math.Max(rows, 2 * _rows.Length));
            Array.Resize(ref _places, _rows.Length);
        }

        if (_sums.Length < rows * width)
        {
            Array.Resize(ref _sums, Math.Max(rows * width, 2 * _sums.Length));
        }
    }
}
