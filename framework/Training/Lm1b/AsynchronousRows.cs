using System.Runtime.InteropServices;
using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Contracts;
using Compression.Core.Payloads;
using Compression.Core.Reporting;
using Compression.Training.Lm1b.Servers;
using Compression.Training.RowSparse;

namespace Compression.Training.Lm1b;

/// <summary>
/// A worker's side of unsynchronised training: before a step it pulls the rows of its batch and the dense weights as they are at that
/// moment; after it, it pushes its gradients and goes on. Nothing waits for another worker.
/// </summary>
/// <param name="tables">Of which the servers hold all.</param>
/// <param name="plan">The compressor of row gradients.</param>
/// <param name="pieces">Pieces of a server's rows.</param>
/// <param name="world">Lines to the servers.</param>
/// <param name="dense">Receives the dense weights.</param>
/// <param name="captured">Holds the dense gradient's payload after its exchange.</param>
internal sealed class AsynchronousRows(
    IReadOnlyList<RowTable> tables, CompressionPlan plan, int pieces, ServerWorld world, DenseWeights dense, CapturingCommunicator captured) : IRowExchange
{
    private readonly RowSender _sender = new(tables, plan, pieces);
    private readonly RowLookup _lookup = new(tables);
    private readonly PayloadWriter _message = new();
    private long _version;

    public RowTraffic Traffic { get; } = new();

    public IEnumerable<ReadOnlyMemory<float>> Residuals => _sender.Residuals;

    /// <summary>Waits until so many gradients of all workers were taken.</summary>
    public void WaitFor(long version, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            world.Lane(0).Send(ServerRequest.Version, 0, []);
            if (world.Lane(0).Receive().Version >= version)
            {
                return;
            }

            Thread.Sleep(20);
        }
    }

    public void Pull(IReadOnlyList<RowBatch> batches, ICommunicator peers)
    {
        for (int server = 0; server < world.Servers; server++)
        {
            _message.Reset();
            _lookup.WriteRequest(batches, server, _message);
            Traffic.Add("lookup_requests", _message.Length);
            world.Lane(server).Send(ServerRequest.Pull, 0, _message.Written);
        }

        for (int server = 0; server < world.Servers; server++)
        {
            var (_, version, body) = world.Lane(server).Receive();
            Traffic.Add("received_from_servers", body.Length);
            var answer = body.Span;
            if (server == 0)
            {
                _version = version;
                int length = sizeof(float) * dense.Storage.Layout.Length;
                dense.Storage.ChangeParameters(parameters => MemoryMarshal.Cast<byte, float>(body.Span[..length]).CopyTo(parameters));
                answer = answer[length..];
            }

            _lookup.Take(batches, server, answer);
        }
    }

    public void Push(IReadOnlyList<RowBatch> batches, StepContext step, ICommunicator workers)
    {
        _sender.Compress(batches, step);
        int start = 0;
        for (int server = 0; server < world.Servers; server++)
        {
            var lengths = _sender.Lengths.AsSpan(server * pieces, pieces);
            int sum = 0;
            foreach (int length in lengths)
            {
                sum += length;
            }

            ReadOnlySpan<byte> ofDense = server == 0 ? captured.Payload : [];
            PushMessage.Write(_message, step, ofDense, lengths, _sender.Payloads.Written.Slice(start, sum));
            start += sum;
            using (step.Meter.Measure(StepPhase.Communicate))
            {
                world.Lane(server).Send(ServerRequest.Push, _version, _message.Written);
            }

            // The exchange has counted the dense payload already.
            step.Meter.AddWireBytes(_message.Length - ofDense.Length);
        }

        for (int table = 0; table < tables.Count; table++)
        {
            Traffic.Add($"{tables[table].Name}_gradients", _sender.LengthsOfTables[table].Sum());
        }
    }

    /// <summary>Announces to the servers that no more will come.</summary>
    public void End()
    {
        for (int server = 0; server < world.Servers; server++)
        {
            world.Lane(server).Send(ServerRequest.End, 0, []);
        }
    }

    public void Save(IStateWriter writer) => _sender.Save(writer);

    public void Load(IStateReader reader) => _sender.Load(reader);
}
