using System.Numerics.Tensors;
using Compression.Core.Composition;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Reporting;

namespace Compression.Training.RowSparse;

/// <summary>
/// Writes one worker's row gradients: a payload for each owner and piece, with the rows of all tables. Piece p of an owner holds its local
/// rows p, p + P, p + 2P, ..., so that frequent and rare words are spread evenly. What a biased compressor does not send stays here by row.
/// </summary>
/// <param name="tables">In the order in which payloads hold them.</param>
/// <param name="plan">The compressor of rows; a residual is kept where it wants a memory.</param>
/// <param name="pieces">P.</param>
public sealed class RowSender(IReadOnlyList<RowTable> tables, CompressionPlan plan, int pieces) : ICheckpointable
{
    private readonly IReadOnlyList<RowTable> _tables = tables;
    private readonly RowCodec[] _codecs = [.. tables.Select(table => new RowCodec(table.Name, table.Width, plan))];
    private readonly RowResidual?[] _residuals = [.. tables.Select(table => plan.Traits.WantsMemory ? new RowResidual(table.Name, table.Width) : null)];
    private readonly uint _fingerprint = FingerprintOf(tables, plan, pieces);
    private readonly int[][] _order = [.. tables.Select(_ => Array.Empty<int>())];
    private readonly int[][] _ends = [.. tables.Select(table => new int[table.Partition.Owners * pieces])];
    private readonly Scratch<int> _indices = new();

    /// <summary>P.</summary>
    public int Pieces { get; } = pieces;

    /// <summary>All payloads, by owner and within an owner by piece.</summary>
    public PayloadWriter Payloads { get; } = new();

    /// <summary>Bytes of each payload.</summary>
    public int[] Lengths { get; } = new int[tables[0].Partition.Owners * pieces];

    /// <summary>Bytes of a table's rows by owner, without the payloads' headers.</summary>
    public long[][] LengthsOfTables { get; } = [.. tables.Select(_ => new long[tables[0].Partition.Owners])];

    /// <summary>What is not yet sent, in pieces.</summary>
    public IEnumerable<ReadOnlyMemory<float>> Residuals => _residuals.OfType<RowResidual>().SelectMany(residual => residual.Pieces);

    /// <summary>A checksum by which a receiver refuses payloads of other tables, compressors or pieces.</summary>
    public static uint FingerprintOf(IReadOnlyList<RowTable> tables, CompressionPlan plan, int pieces) =>
        BucketLayout.Create(tables.Select(table => (table.Name, (IReadOnlyList<long>)[table.Partition.Rows, table.Width]))).Fingerprint
            ^ Checksum.Crc32C($"{plan.Compressor}|{pieces}");

    /// <summary>Writes the gradients of a batch into <see cref="Payloads"/>, and counts its time and payload.</summary>
    /// <param name="batches">By table.</param>
    /// <param name="step">Keys random numbers.</param>
    public void Compress(IReadOnlyList<RowBatch> batches, StepContext step)
    {
        using (step.Meter.Measure(StepPhase.Compress))
        {
            Write(batches, step);
        }

        step.Meter.AddPayload(Payloads.NominalBits, Payloads.FloorBits);
    }

    public void Save(IStateWriter writer)
    {
        foreach (var residual in _residuals)
        {
            residual?.Save(writer);
        }
    }

    public void Load(IStateReader reader)
    {
        foreach (var residual in _residuals)
        {
            residual?.Load(reader);
        }
    }

    private void Write(IReadOnlyList<RowBatch> batches, StepContext step)
    {
        for (int table = 0; table < batches.Count; table++)
        {
            Sort(table, batches[table]);
            Array.Clear(LengthsOfTables[table]);
        }

        Payloads.Reset();
        for (int payload = 0; payload < Lengths.Length; payload++)
        {
            int start = PayloadFrame.BeginNext(Payloads);
            for (int table = 0; table < batches.Count; table++)
            {
                int section = Payloads.Length;
                WriteRows(table, batches[table], payload, step);
                LengthsOfTables[table][payload / Pieces] += Payloads.Length - section;
            }

            PayloadFrame.Finish(Payloads, _fingerprint, start);
            Lengths[payload] = Payloads.Length - start;
        }
    }

    // A counting sort of the rows by payload, which keeps them ascending within each.
    private void Sort(int table, RowBatch batch)
    {
        var partition = _tables[table].Partition;
        if (_order[table].Length < batch.Count)
        {
            _order[table] = new int[batch.Count];
        }

        int[] ends = _ends[table];
        Array.Clear(ends);
        foreach (int row in batch.Ascending)
        {
            ends[PayloadOf(partition, row)]++;
        }

        int start = 0;
        for (int payload = 0; payload < ends.Length; payload++)
        {
            (start, ends[payload]) = (start + ends[payload], start);
        }

        for (int i = 0; i < batch.Count; i++)
        {
            _order[table][ends[PayloadOf(partition, batch.Ascending[i])]++] = i;
        }
    }

    private int PayloadOf(RowPartition partition, int row) => (partition.OwnerOf(row) * Pieces) + (partition.LocalOf(row) % Pieces);

    private void WriteRows(int table, RowBatch batch, int payload, StepContext step)
    {
        var partition = _tables[table].Partition;
        int width = _tables[table].Width, start = payload == 0 ? 0 : _ends[table][payload - 1];
        var order = _order[table].AsSpan(start, _ends[table][payload] - start);
        var indices = _indices.Take(order.Length);
        for (int i = 0; i < order.Length; i++)
        {
            indices[i] = partition.LocalOf(batch.Ascending[order[i]]) / Pieces;
        }

        IndexCoding.Write(indices, RowReceiver.RowsOfPiece(partition, payload / Pieces, Pieces), Payloads, ThreadTeam.Single);
        foreach (int i in order)
        {
            int row = batch.Ascending[i];
            var gradient = batch.Gradients.Slice(batch.NumbersAscending[i] * width, width);
            if (_residuals[table] is not { } residual)
            {
                _codecs[table].Write(row, gradient, step, Payloads);
                continue;
            }

            var whole = residual.Of(row);
            TensorPrimitives.Add(whole, gradient, whole);
            int section = Payloads.Length;
            _codecs[table].Write(row, whole, step, Payloads);
            var sent = new PayloadReader(Payloads.Written[section..]);
            _codecs[table].ReadAdd(row, ref sent, whole, -1, step);
        }
    }
}
