namespace Compression.Core.Contracts;

/// <summary>State of one of several parts in one file: all its names begin with the part's.</summary>
/// <param name="prefix">What its names begin with, for example <c>worker-2/</c>.</param>
/// <param name="writer">Takes the state; null where it is read.</param>
/// <param name="reader">Gives the state; null where it is written.</param>
public sealed class PrefixedState(string prefix, IStateWriter? writer = null, IStateReader? reader = null) : IStateWriter, IStateReader
{
    public void Write<T>(string name, ReadOnlySpan<T> values)
        where T : unmanaged => writer!.Write(prefix + name, values);

    public bool Contains(string name) => reader!.Contains(prefix + name);

    public void Read<T>(string name, Span<T> destination)
        where T : unmanaged => reader!.Read(prefix + name, destination);
}
