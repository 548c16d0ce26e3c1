using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Compression.Training.Checkpoints;

/// <summary>
/// Writes a safetensors file from the caller's memory, tensor after tensor, without a copy. All names and shapes are declared first,
/// since the header comes before the data; the tensors then follow in the same order.
/// </summary>
public sealed class SafetensorsWriter : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly IReadOnlyList<TensorEntry> _tensors;
    private int _next;
    private long _offset;

    /// <summary>Creates or replaces a file and writes its header.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">Every tensor, in the order that they will be written.</param>
    /// <param name="metadata">Free text by name; may be null.</param>
    /// <exception cref="ArgumentException">A name appears twice, or is the reserved <c>__metadata__</c>.</exception>
    public SafetensorsWriter(string path, IReadOnlyList<TensorEntry> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { SafetensorsHeader.MetadataName };
        if (tensors.FirstOrDefault(tensor => !names.Add(tensor.Name)) is { } twice)
        {
            throw new ArgumentException($"the tensor name '{twice.Name}' is taken", nameof(tensors));
        }

        byte[] header = SafetensorsHeader.Encode(tensors, metadata);
        _tensors = tensors;
        _handle = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        Append(header);
    }

    /// <summary>Writes a whole file under another name, brings it to the disk, and renames it: it appears complete or not at all.</summary>
    /// <param name="path">The file; replaced where it exists.</param>
    /// <param name="tensors">Every tensor, in the order that they will be written.</param>
    /// <param name="write">Writes them.</param>
    /// <param name="metadata">Free text by name; may be null.</param>
    public static void Save(
        string path, IReadOnlyList<TensorEntry> tensors, Action<SafetensorsWriter> write,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        string partial = path + ".partial";
        try
        {
            using (var writer = new SafetensorsWriter(partial, tensors, metadata))
            {
                write(writer);
                writer.Complete();
            }

            File.Move(partial, path, overwrite: true);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    /// <summary>Writes the next tensor, which was declared of this type and as long as this.</summary>
    /// <param name="name">Its name, to be sure of the order.</param>
    /// <param name="values">Its elements, row-major.</param>
    /// <exception cref="InvalidOperationException">Another tensor is next.</exception>
    public void Write<T>(string name, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var type = TensorEntry.TypeOf<T>();
        var expected = _next < _tensors.Count ? _tensors[_next] : null;
        if (expected is null || expected.Name != name || expected.Type != type || expected.Length != values.Length)
        {
            throw new InvalidOperationException(
                $"tensor '{name}' ({values.Length} {type}) comes where {expected?.ToString() ?? "the end"} was declared");
        }

        for (int done = 0, piece; done < values.Length; done += piece)
        {
            piece = Math.Min(values.Length - done, TensorEntry.MaxPiece);
            Append(MemoryMarshal.AsBytes(values.Slice(done, piece)));
        }

        _next++;
    }

    /// <summary>Checks that nothing is left out, and brings the file to the disk.</summary>
    /// <exception cref="InvalidOperationException">A declared tensor was not written.</exception>
    public void Complete()
    {
        if (_next < _tensors.Count)
        {
            throw new InvalidOperationException($"tensor '{_tensors[_next].Name}' was declared and not written");
        }

        RandomAccess.FlushToDisk(_handle);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _handle.Dispose();

    private void Append(ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(_handle, bytes, _offset);
        _offset += bytes.Length;
    }
}
