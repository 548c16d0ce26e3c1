using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Compression.Core.Reporting;
using Microsoft.Win32.SafeHandles;

namespace Compression.Training.Checkpoints;

/// <summary>
/// Reads tensors of a safetensors file straight into the caller's memory. The header is checked when the file is opened, and no
/// allocation is larger than the file.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly SafetensorsHeader _header;
    private readonly string _path;
    private readonly long _dataStart;

    private SafetensorsFile(string path, SafeFileHandle handle, SafetensorsHeader header, long dataStart)
    {
        _path = path;
        _handle = handle;
        _header = header;
        _dataStart = dataStart;
    }

    /// <summary>The tensors, in the order of the header.</summary>
    public IEnumerable<TensorEntry> Tensors => _header.Tensors.Values.Select(tensor => tensor.Entry);

    /// <summary>Free text of the header's <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens a file and reads its header.</summary>
    /// <exception cref="SafetensorsException">It cannot be read, or is no safetensors file.</exception>
    public static SafetensorsFile Open(string path)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(path);
            long length = RandomAccess.GetLength(handle);
            Span<byte> prefix = stackalloc byte[sizeof(ulong)];
            if (length < prefix.Length)
            {
                throw new SafetensorsException(path, $"{length} {Plural.Of(length, "byte")} are too few for a safetensors file; use another copy");
            }

            Fill(path, handle, prefix, 0);
            ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
            if (headerLength > (ulong)(length - prefix.Length) || headerLength > SafetensorsHeader.MaxLength)
            {
                throw new SafetensorsException(
                    path, $"the header claims {headerLength} {Plural.Of(headerLength, "byte")} of a file of {length}; the file is damaged or not in safetensors format");
            }

            var json = new byte[(int)headerLength];
            Fill(path, handle, json, prefix.Length);
            long dataStart = prefix.Length + json.Length;
            return new SafetensorsFile(path, handle, SafetensorsHeader.Parse(path, json, length - dataStart), dataStart);
        }
        catch (Exception cause)
        {
            handle?.Dispose();
            if (cause is FileNotFoundException or DirectoryNotFoundException)
            {
                throw new SafetensorsException(path, "no such file", cause);
            }

            if (cause is IOException or UnauthorizedAccessException)
            {
                throw new SafetensorsException(path, $"cannot be read: {cause.Message}", cause);
            }

            throw;
        }
    }

    /// <summary>Looks a tensor up.</summary>
    /// <returns>Null where the file has none of that name.</returns>
    public TensorEntry? Find(string name) => _header.Tensors.TryGetValue(name, out var tensor) ? tensor.Entry : null;

    /// <summary>Makes sure that the file holds a float32 tensor of that name and shape.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="shownAs">The file, for messages.</param>
    /// <param name="code">How the program ends where it does not.</param>
    /// <exception cref="UserErrorException">It is missing or has another shape; it is named.</exception>
    public void Require(string name, IReadOnlyList<long> shape, string shownAs, ExitCode code)
    {
        var entry = Find(name) ?? throw new UserErrorException(code, $"{shownAs}: holds no tensor {name}; it was written by another model.");
        if (entry.Type != TensorType.F32 || !entry.Shape.SequenceEqual(shape))
        {
            throw new UserErrorException(
                code, $"{shownAs}: {name} is {entry.Type} [{string.Join(", ", entry.Shape)}], this model needs F32 [{string.Join(", ", shape)}].");
        }
    }

    /// <summary>Reads a tensor.</summary>
    /// <typeparam name="T">The tensor's type.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="destination">As long as the tensor.</param>
    /// <exception cref="SafetensorsException">No such tensor, or of another type or length.</exception>
    public void Read<T>(string name, Span<T> destination)
        where T : unmanaged
    {
        if (!_header.Tensors.TryGetValue(name, out var tensor))
        {
            throw new SafetensorsException(_path, $"has no tensor '{name}'; it belongs to another model");
        }

        var (entry, type) = (tensor.Entry, TensorEntry.TypeOf<T>());
        if (entry.Type != type || entry.Length != destination.Length)
        {
            string cause = entry.Type == type
                ? "it belongs to another model"
                : "an earlier version of this program wrote it, or it belongs to another model; go on with that version, or start a new run";
            throw new SafetensorsException(
                _path, $"tensor '{name}' holds {entry.Length} {entry.Type}, asked for are {destination.Length} {type}; {cause}");
        }

        long offset = _dataStart + tensor.Offset;
        for (int done = 0, piece; done < destination.Length; done += piece, offset += piece * (long)TensorEntry.ElementSize(type))
        {
            piece = Math.Min(destination.Length - done, TensorEntry.MaxPiece);
            Fill(_path, _handle, MemoryMarshal.AsBytes(destination.Slice(done, piece)), offset);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _handle.Dispose();

    private static void Fill(string path, SafeFileHandle handle, Span<byte> destination, long offset)
    {
        while (!destination.IsEmpty)
        {
            int read = RandomAccess.Read(handle, destination, offset);
            if (read == 0)
            {
                throw new SafetensorsException(path, "ends before its data; it was cut short while it was read");
            }

            destination = destination[read..];
            offset += read;
        }
    }
}
