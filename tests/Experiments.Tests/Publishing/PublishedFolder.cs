using System.Diagnostics;
using Compression.Torch.Loading;

namespace Compression.Experiments.Tests.Publishing;

/// <summary>The folder that ./run.sh publish makes of this repository, without libtorch. It is made once for all tests.</summary>
public sealed class PublishedFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("compression-");

    /// <summary>Publishes.</summary>
    public PublishedFolder()
    {
        var start = new ProcessStartInfo(System.IO.Path.Combine(RunScript.RepositoryRoot(), "run.sh"), ["publish", "--out", Path])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var publish = Process.Start(start)!;
        var output = publish.StandardOutput.ReadToEndAsync();
        string errors = publish.StandardError.ReadToEnd();
        publish.WaitForExit();
        Assert.True(publish.ExitCode == 0, output.Result + errors);
    }

    /// <summary>The folder.</summary>
    public string Path => System.IO.Path.Combine(_folder.FullName, "published");

    /// <summary>Its start script.</summary>
    public string Script => System.IO.Path.Combine(Path, "run.sh");

    /// <summary>The libtorch that this repository was built with.</summary>
    public static string Libtorch { get; } = TorchLibrary.Load().Folder;

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);
}
