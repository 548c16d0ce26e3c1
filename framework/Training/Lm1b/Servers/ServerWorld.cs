using Compression.Core.Communication;

namespace Compression.Training.Lm1b.Servers;

/// <summary>Workers and servers: the first ranks are workers, the last are servers, and every worker has a line to every server.</summary>
internal sealed class ServerWorld : IDisposable
{
    private readonly ServerLane?[,] _lanes;

    /// <param name="world">All ranks; all of them create this together.</param>
    /// <param name="servers">How many of them are servers.</param>
    public ServerWorld(ICommunicator world, int servers)
    {
        World = world;
        (Workers, Servers) = (world.WorldSize - servers, servers);
        _lanes = new ServerLane?[Workers, servers];
        for (int worker = 0; worker < Workers; worker++)
        {
            for (int server = 0; server < servers; server++)
            {
                bool isMine = world.Rank == worker || world.Rank == Workers + server;
                var two = world.Split(isMine ? 0 : 1, world.Rank);
                _lanes[worker, server] = isMine ? new ServerLane(two) : null;
                if (!isMine)
                {
                    two.Dispose();
                }
            }
        }
    }

    /// <summary>All ranks.</summary>
    public ICommunicator World { get; }

    /// <summary>Workers.</summary>
    public int Workers { get; }

    /// <summary>Servers, of which each owns a part of the rows; the first holds the dense weights.</summary>
    public int Servers { get; }

    /// <summary>True on a server.</summary>
    public bool IsServer => World.Rank >= Workers;

    /// <summary>On a worker its own number, on a server the server's.</summary>
    public int Number => IsServer ? World.Rank - Workers : World.Rank;

    /// <summary>On a worker its line to a server, on a server its line to a worker.</summary>
    public ServerLane Lane(int other) => (IsServer ? _lanes[other, Number] : _lanes[Number, other])!;

    public void Dispose()
    {
        foreach (var lane in _lanes)
        {
            lane?.Dispose();
        }
    }
}
