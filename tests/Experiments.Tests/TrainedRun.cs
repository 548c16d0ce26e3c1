namespace Compression.Experiments.Tests;

/// <summary>A short run with checkpoints, made once; tests work on copies of it.</summary>
public sealed class TrainedRun : IDisposable
{
    public const string Arguments = "--data corpus --compressor topk --compress_ratio 0.1 --max_steps 6 --checkpoint_every 3 --out run " + Sandbox.TinyModel;

    private readonly Sandbox _sandbox = new();

    public TrainedRun()
    {
        _sandbox.WriteCorpus();
        var outcome = _sandbox.Run(Arguments);
        Assert.True(outcome.Code == 0, outcome.Errors);
    }

    /// <summary>Copies corpus and run into a sandbox.</summary>
    internal void CopyTo(Sandbox target)
    {
        foreach (string file in Directory.EnumerateFiles(_sandbox.Folder, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(target.Folder, Path.GetRelativePath(_sandbox.Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.WriteAllBytes(copy, File.ReadAllBytes(file));
        }

        // The folders that the copied configuration names are this sandbox's own.
        string config = target.At("run", "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace(_sandbox.Folder, target.Folder, StringComparison.Ordinal));
    }

    public void Dispose() => _sandbox.Dispose();
}
