namespace Compression.Core.Contracts;

/// <summary>State that must survive a restart bit for bit; what keeps none has nothing to implement.</summary>
public interface ICheckpointable
{
    /// <summary>Writes all state under names of its own.</summary>
    void Save(IStateWriter writer)
    {
    }

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    void Load(IStateReader reader)
    {
    }
}
