namespace Compression.Experiments.Tests.Plots;

/// <summary>A test that runs another program; skipped, with the reason, where that is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsProgramFactAttribute : FactAttribute
{
    /// <param name="program">As PATH has it.</param>
    public NeedsProgramFactAttribute(string program)
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program))))
        {
            Skip = $"needs {program}, which is in no folder of PATH";
        }
    }
}
