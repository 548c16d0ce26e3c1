using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Reporting;
using Compression.Training.Lm1b.Servers;
using Compression.Training.RowSparse;

namespace Compression.Training.Lm1b;

/// <summary>
/// A parameter server of unsynchronised training: a thread for each worker answers its pulls and takes its pushes as they come. Rows are
/// guarded by piece, dense weights by one lock; lookups read rows as they stand, whoever may be writing a neighbour.
/// </summary>
internal sealed class Lm1bServer : IDisposable
{
    private readonly Lm1bHyperparameters _hyper;
    private readonly ServerWorld _world;
    private readonly CompressionPlan _plan;
    private readonly CompressionPlan _rows;
    private readonly int _pieces;
    private readonly long _seed;
    private readonly object[] _pieceLocks;
    private readonly Lock _denseLock = new();
    private readonly Lock _failureLock = new();
    private ExceptionDispatchInfo? _failure;
    private long _version;
    private int _ended;

    public Lm1bServer(Lm1bOptions options, ServerWorld world, CompressionPlan plan, CompressionPlan rows)
    {
        _hyper = options.Hyper();
        (_world, _plan, _rows, _pieces, _seed) = (world, plan, rows, options.NumVariableShards, options.Seed);
        Dense = new DenseWeights(_hyper, options.Seed, ThreadTeam.Single);
        Tables = new WordTables(_hyper, world.Servers, owner => owner == world.Number, ThreadTeam.Single);
        Tables.Initialize(options.Seed);
        _pieceLocks = [.. Enumerable.Range(0, _pieces).Select(_ => new object())];
    }

    public DenseWeights Dense { get; }

    public WordTables Tables { get; }

    public Staleness Staleness { get; } = new();

    /// <summary>Serves until every worker has said that no more will come.</summary>
    public void Serve()
    {
        Thread[] threads = [.. Enumerable.Range(0, _world.Workers).Select(worker => new Thread(() => ServeWorker(worker)) { IsBackground = true, Name = $"serves worker {worker}" })];
        foreach (var thread in threads)
        {
            thread.Start();
        }

        // A thread that fails leaves its worker without an answer: the others are not waited for.
        while (threads.Any(thread => thread.IsAlive) && _failure is null)
        {
            Thread.Sleep(5);
        }

        _failure?.Throw();
    }

    public void Dispose()
    {
        Tables.Dispose();
        Dense.Dispose();
    }

    private void ServeWorker(int worker)
    {
        try
        {
            var lane = _world.Lane(worker);
            var lookup = new RowLookup(Tables.All);
            var receiver = new RowReceiver(Tables.All, _rows, _pieces, _world.Number);
            var decoder = _plan.CreateCompressor(Dense.Storage.Layout, ThreadTeam.Single);
            float[] gradient = new float[_world.Number == 0 ? Dense.Storage.Layout.Length : 0];
            var answer = new PayloadWriter();
            var piece = new GatheredPayloads();
            while (true)
            {
                var (kind, version, body) = lane.Receive();
                switch (kind)
                {
                    case ServerRequest.Pull:
                        answer.Reset();
                        long now = WriteDense(answer);
                        lookup.WriteAnswer(body.Span, _world.Number, answer);
                        lane.Send(kind, now, answer.Written);
                        break;
                    case ServerRequest.Push:
                        var push = PushMessage.Read(body.Span, _pieces);
                        var step = new StepContext(push.Step, (ulong)_seed, worker, _hyper.LearningRate, push.Epoch, new StepMeter());
                        TakeRows(receiver, push, piece, step);
                        TakeDense(decoder, gradient, push, version, step);
                        break;
                    case ServerRequest.Version:
                        // Where a worker is done, nobody waits for steps that it will not take.
                        lane.Send(kind, _ended > 0 ? long.MaxValue : Interlocked.Read(ref _version), []);
                        break;
                    default:
                        Interlocked.Increment(ref _ended);
                        return;
                }
            }
        }
#pragma warning disable CA1031 // Thrown again by Serve.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            lock (_failureLock)
            {
                _failure ??= ExceptionDispatchInfo.Capture(failure);
            }
        }
    }

    private long WriteDense(PayloadWriter answer)
    {
        if (_world.Number > 0)
        {
            return 0;
        }

        lock (_denseLock)
        {
            Dense.Storage.ChangeParameters(parameters =>
            {
                var bytes = MemoryMarshal.AsBytes(parameters);
                bytes.CopyTo(answer.Append(bytes.Length));
            });
            return _version;
        }
    }

    private void TakeRows(RowReceiver receiver, PushMessage push, GatheredPayloads payload, StepContext step)
    {
        int start = 0;
        for (int piece = 0; piece < _pieces; piece++)
        {
            payload.Allocate([push.Lengths[piece]]);
            push.Rows.Slice(start, push.Lengths[piece]).CopyTo(payload.Slot(0));
            start += push.Lengths[piece];
            lock (_pieceLocks[piece])
            {
                receiver.Apply(piece, payload, step);
            }
        }
    }

    private void TakeDense(ICompressor decoder, float[] gradient, PushMessage push, long version, StepContext step)
    {
        if (_world.Number > 0)
        {
            return;
        }

        Array.Clear(gradient);
        var reader = PayloadFrame.Open(push.Dense, _plan.FingerprintOf(Dense.Storage.Layout));
        foreach (var slot in Dense.Storage.Layout.Slots)
        {
            decoder.Decompress(ref reader, new GradientAccumulator(slot, gradient.AsSpan(slot.Offset, slot.Length), 1, step));
        }

        reader.ExpectEnd();
        lock (_denseLock)
        {
            gradient.CopyTo(Dense.Storage.Bucket.All);
            Dense.Step(_hyper.LearningRate);
            Staleness.Add(_version - version);
            _version++;
        }
    }
}
