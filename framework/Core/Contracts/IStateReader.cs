namespace Compression.Core.Contracts;

/// <summary>Gives back the named arrays of a checkpoint.</summary>
public interface IStateReader
{
    /// <summary>True where the checkpoint holds an array of that name.</summary>
    bool Contains(string name);

    /// <summary>Fills <paramref name="destination"/>.</summary>
    /// <exception cref="Reporting.UserErrorException">The name is missing, or its length or type differs: the checkpoint is another model's.</exception>
    void Read<T>(string name, Span<T> destination)
        where T : unmanaged;
}
