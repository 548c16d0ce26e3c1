using Compression.Core.Communication;

namespace Compression.Training.Tests.Ptb;

/// <summary>The summary's wire bytes against the lengths of the buffers that two trainers really hand to their communicator.</summary>
[Seeded]
public sealed class WireBytesTests
{
    [Theory]
    [InlineData("topk(ratio=0.01)")]
    [InlineData("topk(ratio=0.01)+sign")]
    [InlineData("sign")]
    public void Wire_total_is_the_sum_of_the_buffers_handed_over(string compressor)
    {
        var options = PtbRuns.Tiny with { Compressor = compressor, MaxSteps = 9 };
        using var cluster = new InProcessCluster(2);
        long handed = 0;
        var runs = new RecordingLogger[2];
        cluster.Run(communicator =>
        {
            var recording = new RecordingCommunicator(communicator);
            runs[communicator.Rank] = PtbRuns.Train(options, PtbRuns.Text, communicator: recording);
            handed += recording.GatheredBytes;
        });

        Assert.True(handed > 0);
        Assert.All(runs, run => Assert.Equal(handed, run.Summary!.Bytes.WireTotal));
        Assert.Equal(runs[0].Summary!.FinalParametersSha256, runs[1].Summary!.FinalParametersSha256);
        Assert.Equal(handed / 9.0 / 2, runs[0].Summary!.Bytes.WirePerStepPerWorker, 1e-6);
    }

    /// <summary>Adds up the payloads of all-gathers and the 4 bytes that tell the length of each; passes everything on.</summary>
    private sealed class RecordingCommunicator(ICommunicator inner) : ICommunicator
    {
        public long GatheredBytes { get; private set; }

        public int Rank => inner.Rank;

        public int WorldSize => inner.WorldSize;

        public bool WritesResult => inner.WritesResult;

        public long SuspendedTicks => inner.SuspendedTicks;

        public void AllReduce(Span<float> values) => inner.AllReduce(values);

        public void AllReduce(Span<double> values, ReduceOperation operation = ReduceOperation.Sum) => inner.AllReduce(values, operation);

        public void AllGather(ReadOnlySpan<byte> payload, GatheredPayloads gathered)
        {
            GatheredBytes += payload.Length + sizeof(int);
            inner.AllGather(payload, gathered);
        }

        public void AllToAll(ReadOnlySpan<byte> outgoing, ReadOnlySpan<int> lengths, GatheredPayloads incoming) => inner.AllToAll(outgoing, lengths, incoming);

        public void Broadcast(Span<byte> data, int root) => inner.Broadcast(data, root);

        public void Send(ReadOnlySpan<byte> data, int destination, int tag) => inner.Send(data, destination, tag);

        public void Receive(Span<byte> data, int source, int tag) => inner.Receive(data, source, tag);

        public IPendingExchange BeginSend(ReadOnlyMemory<byte> data, int destination, int tag) => inner.BeginSend(data, destination, tag);

        public IPendingExchange BeginReceive(Memory<byte> data, int source, int tag) => inner.BeginReceive(data, source, tag);

        public IPendingExchange BeginAllReduce(Memory<float> values) => inner.BeginAllReduce(values);

        public IPendingExchange BeginAllGather(ReadOnlyMemory<byte> payload, GatheredPayloads gathered) => inner.BeginAllGather(payload, gathered);

        public void Barrier() => inner.Barrier();

        public ICommunicator Split(int color, int key) => inner.Split(color, key);

        public void Dispose()
        {
        }
    }
}
