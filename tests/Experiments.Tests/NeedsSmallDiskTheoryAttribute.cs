namespace Compression.Experiments.Tests;

/// <summary>A test that mounts a small file system; skipped, with the reason, where that is not allowed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsSmallDiskTheoryAttribute : TheoryAttribute
{
    public NeedsSmallDiskTheoryAttribute()
    {
        using var sandbox = new Sandbox();
        if (!SmallDisk.Mount(sandbox.Folder))
        {
            Skip = "mounts a small file system, which needs root";
            return;
        }

        SmallDisk.Unmount(sandbox.Folder);
    }
}
