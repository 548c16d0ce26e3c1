using Compression.Core.Reporting;

namespace Compression.Training.Data;

/// <summary>Files written beside their place under other names; none appears before all are whole.</summary>
internal sealed class StagedFiles : IDisposable
{
    private readonly string _folder;
    private readonly List<string> _names = [];

    /// <param name="folder">Is created where it is missing.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: it cannot be.</exception>
    public StagedFiles(string folder)
    {
        _folder = folder;
        Try(() => Directory.CreateDirectory(folder));
    }

    /// <summary>Opens a file for writing; the caller closes it before <see cref="Commit"/>.</summary>
    public FileStream Create(string name)
    {
        _names.Add(name);
        FileStream? stream = null;
        Try(() => stream = File.Create(Staged(name)));
        return stream!;
    }

    /// <summary>Gives every file its name; files of these names are replaced.</summary>
    public void Commit()
    {
        foreach (string name in _names)
        {
            Try(() => File.Move(Staged(name), Path.Combine(_folder, name), overwrite: true));
        }

        _names.Clear();
    }

    /// <summary>Deletes what was not committed.</summary>
    public void Dispose()
    {
        foreach (string name in _names)
        {
            File.Delete(Staged(name));
        }
    }

    private string Staged(string name) => Path.Combine(_folder, $".{name}.partial");

    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.Environment, $"{_folder}: cannot be written: {cause.Message}", cause);
        }
    }
}
