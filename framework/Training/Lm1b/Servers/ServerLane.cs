using System.Buffers.Binary;
using Compression.Core.Communication;

namespace Compression.Training.Lm1b.Servers;

/// <summary>What a worker asks of a server.</summary>
internal enum ServerRequest
{
    /// <summary>Rows, and dense weights.</summary>
    Pull,

    /// <summary>Take gradients.</summary>
    Push,

    /// <summary>How many gradients were taken so far.</summary>
    Version,

    /// <summary>No more will come.</summary>
    End,
}

/// <summary>
/// The line between one worker and one server: a communicator of the two, so that a server's threads each serve one worker and none
/// sees another's messages. A message is a header of 16 bytes (kind, length, version) and a body.
/// </summary>
/// <param name="two">Worker and server.</param>
internal sealed class ServerLane(ICommunicator two) : IDisposable
{
    private const int HeaderLength = 16;
    private const int HeaderTag = 1;
    private const int BodyTag = 2;
    private const int PollsBeforeSleep = 200;

    private readonly byte[] _header = new byte[HeaderLength];
    private readonly byte[] _incoming = GC.AllocateUninitializedArray<byte>(HeaderLength, pinned: true);
    private byte[] _body = [];

    private int Other => 1 - two.Rank;

    /// <summary>Sends a message.</summary>
    public void Send(ServerRequest kind, long version, ReadOnlySpan<byte> body)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_header, (int)kind);
        BinaryPrimitives.WriteInt32LittleEndian(_header.AsSpan(4), body.Length);
        BinaryPrimitives.WriteInt64LittleEndian(_header.AsSpan(8), version);
        two.Send(_header, Other, HeaderTag);
        if (body.Length > 0)
        {
            two.Send(body, Other, BodyTag);
        }
    }

    /// <summary>Receives a message; the body is valid until the next.</summary>
    public (ServerRequest Kind, long Version, ReadOnlyMemory<byte> Body) Receive()
    {
        var header = two.BeginReceive(_incoming, Other, HeaderTag);
        for (int polls = 0; !header.Poll(); polls++)
        {
            // Threads that wait for other workers share the cores with those that compute.
            if (polls > PollsBeforeSleep)
            {
                Thread.Sleep(1);
            }
        }

        header.Wait();
        var kind = (ServerRequest)BinaryPrimitives.ReadInt32LittleEndian(_incoming);
        int length = BinaryPrimitives.ReadInt32LittleEndian(_incoming.AsSpan(4));
        long version = BinaryPrimitives.ReadInt64LittleEndian(_incoming.AsSpan(8));
        if (_body.Length < length)
        {
            _body = GC.AllocateUninitializedArray<byte>(length, pinned: true);
        }

        if (length > 0)
        {
            two.Receive(_body.AsSpan(0, length), Other, BodyTag);
        }

        return (kind, version, _body.AsMemory(0, length));
    }

    public void Dispose() => two.Dispose();
}
