using Compression.Core.Contracts;

namespace Compression.Training.Checkpoints;

/// <summary>Stores what an <see cref="ICheckpointable"/> saves as one safetensors file.</summary>
public static class StateFile
{
    /// <summary>Writes all state; the file appears complete or not at all.</summary>
    /// <param name="path">The file; replaced where it exists.</param>
    /// <param name="save">
    /// Writes the state. It is called twice and must write the same names and lengths both times: first only these are noted, for
    /// the header; then the values go to the file. So no array is ever held twice.
    /// </param>
    public static void Write(string path, Action<IStateWriter> save)
    {
        var declared = new Declarations();
        save(declared);
        SafetensorsWriter.Save(path, declared.Tensors, file => save(new Values(file)));
    }

    /// <summary>Gives the tensors of a file back by name.</summary>
    /// <param name="file">Stays the caller's to dispose.</param>
    public static IStateReader Reader(SafetensorsFile file) => new FileReader(file);

    private sealed class Declarations : IStateWriter
    {
        public List<TensorEntry> Tensors { get; } = [];

        public void Write<T>(string name, ReadOnlySpan<T> values)
            where T : unmanaged => Tensors.Add(new TensorEntry(name, TensorEntry.TypeOf<T>(), [values.Length]));
    }

    private sealed class Values(SafetensorsWriter file) : IStateWriter
    {
        public void Write<T>(string name, ReadOnlySpan<T> values)
            where T : unmanaged => file.Write(name, values);
    }

    private sealed class FileReader(SafetensorsFile file) : IStateReader
    {
        public bool Contains(string name) => file.Find(name) is not null;

        public void Read<T>(string name, Span<T> destination)
            where T : unmanaged => file.Read(name, destination);
    }
}
