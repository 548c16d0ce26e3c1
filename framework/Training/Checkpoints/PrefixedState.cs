using Compression.Core.Pipeline;

namespace Compression.Training.Checkpoints;

/// <summary>State of one of several workers in one file: all its names begin with the worker's.</summary>
internal sealed class PrefixedState(string prefix, IStateWriter? writer = null, IStateReader? reader = null) : IStateWriter, IStateReader
{
    public void Write(string name, ReadOnlySpan<float> values) => writer!.Write(prefix + name, values);

    public bool Contains(string name) => reader!.Contains(prefix + name);

    public void Read(string name, Span<float> destination) => reader!.Read(prefix + name, destination);
}
