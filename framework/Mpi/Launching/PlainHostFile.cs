namespace Compression.Mpi.Launching;

/// <summary>A host file as launchers read it: they take a byte order mark and carriage returns for parts of names, so a file with such gets a copy without, for the time of the job.</summary>
internal sealed class PlainHostFile : IDisposable
{
    private readonly bool _isCopy;

    private PlainHostFile(string? path, bool isCopy) => (Path, _isCopy) = (path, isCopy);

    /// <summary>What to hand to the launcher; null where there is no file.</summary>
    public string? Path { get; }

    /// <param name="path">The user's file; null for none.</param>
    public static PlainHostFile Of(string? path)
    {
        if (path is null || !(File.ReadAllBytes(path) is var bytes && (bytes.AsSpan().StartsWith("\uFEFF"u8) || bytes.Contains((byte)'\r'))))
        {
            return new PlainHostFile(path, isCopy: false);
        }

        string copy = System.IO.Path.GetTempFileName();
        File.WriteAllText(copy, string.Concat(File.ReadLines(path).Select(line => line + "\n")));
        return new PlainHostFile(copy, isCopy: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isCopy)
        {
            File.Delete(Path!);
        }
    }
}
