using Compression.Tracking.Files;

namespace Compression.Tracking.Tests;

/// <summary>An empty folder that goes away with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string FullPath { get; } = Directory.CreateTempSubdirectory("tracking-tests-").FullName;

    public string At(string name) => Path.Combine(FullPath, name);

    public RunDirectory NewRun() => RunDirectory.Open(At("run"), "experiment", resuming: false, new ManualTime());

    public void Dispose() => Directory.Delete(FullPath, recursive: true);
}
