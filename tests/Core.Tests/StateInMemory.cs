using Compression.Core.Contracts;

namespace Compression.Core.Tests;

/// <summary>A checkpoint that is never written.</summary>
internal sealed class StateInMemory : IStateWriter, IStateReader
{
    public Dictionary<string, Array> Arrays { get; } = [];

    public float[] this[string name] => (float[])Arrays[name];

    public void Write<T>(string name, ReadOnlySpan<T> values)
        where T : unmanaged => Arrays.Add(name, values.ToArray());

    public bool Contains(string name) => Arrays.ContainsKey(name);

    public void Read<T>(string name, Span<T> destination)
        where T : unmanaged => ((T[])Arrays[name]).CopyTo(destination);
}
