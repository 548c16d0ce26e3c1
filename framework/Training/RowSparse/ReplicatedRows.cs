using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Contracts;

namespace Compression.Training.RowSparse;

/// <summary>Every process holds whole tables, and all workers' row gradients are gathered by all: what an all-reduce is for dense gradients.</summary>
public sealed class ReplicatedRows(IReadOnlyList<RowTable> tables, CompressionPlan plan, int pieces) : IRowExchange
{
    private readonly RowSender _sender = new(tables, plan, pieces);
    private readonly RowReceiver _receiver = new(tables, plan, pieces, owner: 0);
    private readonly GatheredPayloads _gathered = new();

    public RowTraffic Traffic { get; } = new();

    public IEnumerable<ReadOnlyMemory<float>> Residuals => _sender.Residuals;

    public void Pull(IReadOnlyList<RowBatch> batches, ICommunicator peers)
    {
        foreach (var batch in batches)
        {
            batch.Fill();
        }
    }

    public void Push(IReadOnlyList<RowBatch> batches, StepContext step, ICommunicator workers)
    {
        _sender.Compress(batches, step);
        for (int table = 0; table < tables.Count; table++)
        {
            Traffic.Add($"{tables[table].Name}_gradients", _sender.LengthsOfTables[table][0] * (Math.Max(2, workers.WorldSize) - 1));
        }

        int start = 0;
        for (int piece = 0; piece < pieces; piece++)
        {
            workers.AllGather(_sender.Payloads.Written.Slice(start, _sender.Lengths[piece]), _gathered);
            start += _sender.Lengths[piece];
            if (workers.WritesResult)
            {
                _receiver.Apply(piece, _gathered, step);
            }
        }
    }

    public void Save(IStateWriter writer) => _sender.Save(writer);

    public void Load(IStateReader reader) => _sender.Load(reader);
}
