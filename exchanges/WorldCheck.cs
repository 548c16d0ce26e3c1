using Compression.Core.Communication;
using Compression.Core.Contracts;

namespace Compression.Exchanges;

/// <summary>Exchanges that lay out state by rank and number of workers serve the world that they were made for.</summary>
public static class WorldCheck
{
    /// <summary>Compares the communicator with what the aggregator was made for.</summary>
    public static void Require(ComponentContext context, ICommunicator communicator)
    {
        if (communicator.WorldSize != context.Workers || communicator.Rank != context.Rank)
        {
            throw new InvalidOperationException(
                $"Made for worker {context.Rank} of {context.Workers}, the aggregator is run as worker {communicator.Rank} of {communicator.WorldSize}.");
        }
    }
}
