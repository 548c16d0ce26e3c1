using Compression.Core.Communication;

namespace Compression.Training.ModelParallel;

/// <summary>Replicas × stages: rank r is stage r mod S of replica ⌊r/S⌋, so that the stages of a replica are neighbours on a host.</summary>
public sealed class ModelParallelWorld : IDisposable
{
    private readonly ICommunicator? _own;

    /// <summary>Divides the ranks; all of them call it.</summary>
    /// <param name="world">All ranks, a multiple of the stages; or one, which then computes all stages.</param>
    /// <param name="stages">S.</param>
    public ModelParallelWorld(ICommunicator world, int stages)
    {
        World = world;
        Stages = stages;
        if (world.WorldSize == 1)
        {
            Replica = Peers = world;
            return;
        }

        Stage = world.Rank % stages;
        Replica = world.Split(world.Rank / stages, Stage);
        Peers = _own = world.Split(Stage, world.Rank / stages);
    }

    /// <summary>All ranks.</summary>
    public ICommunicator World { get; }

    /// <summary>The stages of this replica, ordered by stage; alone where one process computes them all.</summary>
    public ICommunicator Replica { get; }

    /// <summary>The same stage of every replica.</summary>
    public ICommunicator Peers { get; }

    /// <summary>S.</summary>
    public int Stages { get; }

    /// <summary>This rank's stage; 0 where it computes them all.</summary>
    public int Stage { get; }

    /// <summary>Whether one process computes all stages.</summary>
    public bool IsOneProcess => World.WorldSize == 1;

    public void Dispose()
    {
        if (_own is not null)
        {
            _own.Dispose();
            Replica.Dispose();
        }
    }
}
