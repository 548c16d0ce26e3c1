using Compression.Tracking.Provenance;

namespace Compression.Tracking.Tests;

/// <summary>The least limit of a process's control groups, of either version.</summary>
public sealed class MemoryLimitTests
{
    [Theory]
    [InlineData("0::/job/step", "job/memory.max=5000 job/step/memory.max=7000", 5000L)]
    [InlineData("0::/job/step", "job/memory.max=max job/step/memory.max=7000", 7000L)]
    [InlineData("0::/", "memory.max=4000", 4000L)]
    [InlineData("0::/elsewhere", "memory.max=4000", 4000L)]
    [InlineData("4:memory:/a/b", "memory/a/memory.limit_in_bytes=6000 memory/a/b/memory.limit_in_bytes=9223372036854771712", 6000L)]
    [InlineData("3:cpu,memory:/a", "memory/a/memory.limit_in_bytes=6000", 6000L)]
    [InlineData("3:cpu:/a", "memory/a/memory.limit_in_bytes=6000", long.MaxValue)]
    [InlineData("no group", "", long.MaxValue)]
    public void The_least_limit_counts(string group, string files, long limit)
    {
        using var folder = new TemporaryFolder();
        foreach (string[] file in files.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')))
        {
            string path = Path.Combine(folder.FullPath, file[0]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, file[1] + "\n");
        }

        Assert.Equal(limit, MemoryLimit.OfGroups([group], folder.FullPath));
    }

    [Fact]
    public void This_machine_has_some() => Assert.InRange(MemoryLimit.Bytes(), 1L << 28, 1L << 50);
}
