using System.Runtime.InteropServices;
using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Contracts;

namespace Compression.Training.RowSparse;

/// <summary>
/// Synchronous parameter servers (Li et al. 2014) on the workers themselves: each holds a part of every table, answers lookups, adds up
/// the gradients of its rows and takes their step. Memory a worker falls as 1/N. Gradients travel in pieces, of which one is added up while
/// the next are under way.
/// </summary>
/// <param name="tables">Of which this process holds its part, or all.</param>
/// <param name="plan">The compressor of row gradients.</param>
/// <param name="pieces">Pieces an owner's rows are cut into.</param>
/// <param name="worker">This worker, which is also an owner.</param>
public sealed class ServedRows(IReadOnlyList<RowTable> tables, CompressionPlan plan, int pieces, int worker) : IRowExchange
{
    private const int PieceTag = 30000;

    private readonly RowSender _sender = new(tables, plan, pieces);
    private readonly RowReceiver _receiver = new(tables, plan, pieces, worker);
    private readonly RemoteRows _remote = new(tables);
    private readonly GatheredPayloads _incomingLengths = new();
    private readonly GatheredPayloads[] _pieces = [.. Enumerable.Range(0, pieces).Select(_ => new GatheredPayloads())];
    private readonly List<IPendingExchange> _sends = [];
    private IPendingExchange[][] _receives = [];

    public RowTraffic Traffic => _remote.Traffic;

    public IEnumerable<ReadOnlyMemory<float>> Residuals => _sender.Residuals;

    public void Pull(IReadOnlyList<RowBatch> batches, ICommunicator peers)
    {
        if (peers.WorldSize == 1)
        {
            foreach (var batch in batches)
            {
                batch.Fill();
            }

            return;
        }

        _remote.Pull(batches, peers);
    }

    public void Push(IReadOnlyList<RowBatch> batches, StepContext step, ICommunicator workers)
    {
        _sender.Compress(batches, step);
        for (int table = 0; table < tables.Count; table++)
        {
            Traffic.Add($"{tables[table].Name}_gradients", _sender.LengthsOfTables[table].Where((_, owner) => owner != worker).Sum());
        }

        TellLengths(workers);
        Begin(workers);
        for (int piece = 0; piece < pieces; piece++)
        {
            foreach (var receive in _receives[piece])
            {
                receive.Wait();
            }

            _receiver.Apply(piece, _pieces[piece], step);
        }

        _sends.ForEach(send => send.Wait());
        _sends.Clear();
    }

    public void Save(IStateWriter writer) => _sender.Save(writer);

    public void Load(IStateReader reader) => _sender.Load(reader);

    // Each owner learns how long the pieces are that come from each worker.
    private void TellLengths(ICommunicator workers)
    {
        int[] bytes = new int[workers.WorldSize];
        Array.Fill(bytes, pieces * sizeof(int));
        workers.AllToAll(MemoryMarshal.AsBytes<int>(_sender.Lengths), bytes, _incomingLengths);
        Span<int> lengths = stackalloc int[workers.WorldSize];
        for (int piece = 0; piece < pieces; piece++)
        {
            for (int from = 0; from < lengths.Length; from++)
            {
                lengths[from] = MemoryMarshal.Cast<byte, int>(_incomingLengths[from])[piece];
            }

            _pieces[piece].Allocate(lengths);
        }
    }

    private void Begin(ICommunicator workers)
    {
        _receives = [.. Enumerable.Range(0, pieces).Select(piece => Enumerable.Range(0, workers.WorldSize).Where(from => from != worker)
            .Select(from => workers.BeginReceive(_pieces[piece].SlotMemory(from), from, PieceTag + piece)).ToArray())];
        int start = 0;
        for (int owner = 0; owner < workers.WorldSize; owner++)
        {
            for (int piece = 0; piece < pieces; piece++)
            {
                var payload = _sender.Payloads.WrittenMemory.Slice(start, _sender.Lengths[(owner * pieces) + piece]);
                start += payload.Length;
                if (owner == worker)
                {
                    payload.Span.CopyTo(_pieces[piece].Slot(worker));
                }
                else
                {
                    _sends.Add(workers.BeginSend(payload, owner, PieceTag + piece));
                }
            }
        }
    }
}
