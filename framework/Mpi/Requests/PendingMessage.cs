using Compression.Core.Communication;

namespace Compression.Mpi.Requests;

/// <summary>A message under way to this rank, which must come in its full length.</summary>
internal sealed class PendingMessage(PendingRequest request, int source, int rank, int length) : IPendingExchange
{
    public bool Poll()
    {
        if (!request.Poll())
        {
            return false;
        }

        Check();
        return true;
    }

    public void Wait()
    {
        request.Wait();
        Check();
    }

    private void Check()
    {
        if (request.ReceivedBytes != length)
        {
            throw new CommunicationException($"Rank {source} sent {request.ReceivedBytes} bytes where rank {rank} expected {length}.");
        }
    }
}
