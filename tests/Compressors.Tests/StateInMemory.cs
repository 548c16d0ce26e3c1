using Compression.Core.Contracts;

namespace Compression.Compressors.Tests;

/// <summary>A checkpoint that is never written.</summary>
internal sealed class StateInMemory : IStateWriter, IStateReader
{
    public Dictionary<string, float[]> Arrays { get; } = [];

    public float[] this[string name] => Arrays[name];

    public void Write(string name, ReadOnlySpan<float> values) => Arrays.Add(name, values.ToArray());

    public bool Contains(string name) => Arrays.ContainsKey(name);

    public void Read(string name, Span<float> destination) => Arrays[name].CopyTo(destination);
}
