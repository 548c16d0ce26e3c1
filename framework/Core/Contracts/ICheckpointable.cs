namespace Compression.Core.Contracts;

/// <summary>State that must survive a restart bit for bit.</summary>
public interface ICheckpointable
{
    /// <summary>Writes all state under names of its own.</summary>
    void Save(IStateWriter writer);

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    void Load(IStateReader reader);
}
