namespace Compression.Core.Communication;

/// <summary>
/// A group of n workers that exchange bytes and sums. All members call the same collectives in the same order. One thread at a
/// time uses an instance. Every failure of a peer or of the network is a <see cref="CommunicationException"/>.
/// </summary>
public interface ICommunicator : IDisposable
{
    /// <summary>This worker, 0 to <see cref="WorldSize"/> − 1.</summary>
    int Rank { get; }

    /// <summary>n, the number of workers.</summary>
    int WorldSize { get; }

    /// <summary>
    /// False for virtual workers that leave writing a step's result to a peer with which they share their bucket; true everywhere else.
    /// </summary>
    bool WritesResult { get; }

    /// <summary>
    /// Stopwatch ticks for which this worker stood still so that virtual peers could run in its place; always 0 on real workers.
    /// Time measurements subtract its growth.
    /// </summary>
    long SuspendedTicks { get; }

    /// <summary>Replaces <paramref name="values"/> by their sum over all workers, element by element. Lengths are equal everywhere.</summary>
    void AllReduce(Span<float> values);

    /// <summary>The same in double precision, with the operation named; for losses, counts and flags.</summary>
    void AllReduce(Span<double> values, ReduceOperation operation = ReduceOperation.Sum);

    /// <summary>Collects every worker's payload. Lengths may differ, and be 0.</summary>
    /// <param name="payload">This worker's bytes.</param>
    /// <param name="gathered">Receives all payloads by rank; reuse it from step to step.</param>
    void AllGather(ReadOnlySpan<byte> payload, GatheredPayloads gathered);

    /// <summary>Sends section j of <paramref name="outgoing"/> to worker j, and receives section i from worker i.</summary>
    /// <param name="outgoing">The n sections one after another.</param>
    /// <param name="lengths">Bytes of each section, n entries; may be 0.</param>
    /// <param name="incoming">Receives the sections by sender.</param>
    void AllToAll(ReadOnlySpan<byte> outgoing, ReadOnlySpan<int> lengths, GatheredPayloads incoming);

    /// <summary>Copies <paramref name="data"/> of <paramref name="root"/> to all. Lengths are equal everywhere.</summary>
    void Broadcast(Span<byte> data, int root);

    /// <summary>Sends bytes to one worker; returns when <paramref name="data"/> may be reused.</summary>
    void Send(ReadOnlySpan<byte> data, int destination, int tag);

    /// <summary>Receives exactly <c>data.Length</c> bytes from one worker.</summary>
    void Receive(Span<byte> data, int source, int tag);

    /// <summary>
    /// Starts <see cref="Send"/> and returns at once, whether or not the receiver is there; <paramref name="data"/> may not change until the
    /// exchange has ended.
    /// </summary>
    IPendingExchange BeginSend(ReadOnlyMemory<byte> data, int destination, int tag);

    /// <summary>
    /// Starts <see cref="Receive"/>; <paramref name="data"/> belong to the exchange until it has ended. Of several under way from one worker,
    /// no two have the same tag.
    /// </summary>
    IPendingExchange BeginReceive(Memory<byte> data, int source, int tag);

    /// <summary>Starts <see cref="AllReduce(Span{float})"/>; <paramref name="values"/> belong to the exchange until it has ended.</summary>
    IPendingExchange BeginAllReduce(Memory<float> values);

    /// <summary>Starts <see cref="AllGather"/>; both buffers belong to the exchange until it has ended.</summary>
    IPendingExchange BeginAllGather(ReadOnlyMemory<byte> payload, GatheredPayloads gathered);

    /// <summary>Waits until all workers are here.</summary>
    void Barrier();

    /// <summary>Divides the workers into groups; all of them call it.</summary>
    /// <param name="color">Workers that give the same number form a group; at least 0.</param>
    /// <param name="key">Orders the workers of a group; ties keep their order here.</param>
    /// <returns>The communicator of this worker's group, on which messages are not mixed up with those here. Dispose of it before this one.</returns>
    ICommunicator Split(int color, int key);
}
