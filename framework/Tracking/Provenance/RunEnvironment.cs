using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Compression.Tracking.Files;

namespace Compression.Tracking.Provenance;

/// <summary>The content of environment.json: where, and with what, a run took place. Names become snake_case there.</summary>
public sealed record RunEnvironment
{
    /// <summary>When the run was started, with the offset from UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The sources; null outside a checkout and a published folder.</summary>
    public required GitState? Git { get; init; }

    /// <summary>For example <c>.NET 10.0.1</c>.</summary>
    public required string DotnetRuntime { get; init; }

    /// <summary>Version by name, of our own assemblies and of the packages they use.</summary>
    public required IReadOnlyDictionary<string, string> Packages { get; init; }

    /// <summary>The operating system's name and version.</summary>
    public required string Os { get; init; }

    /// <summary>The kernel's version.</summary>
    public required string Kernel { get; init; }

    /// <summary>For example <c>X64</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>The host of rank 0.</summary>
    public required string Host { get; init; }

    /// <summary>The processor as its maker calls it.</summary>
    public required string CpuModel { get; init; }

    /// <summary>Logical processors that this process may use.</summary>
    public required int Cores { get; init; }

    /// <summary>Physical memory of the host.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Threads a rank computes with.</summary>
    public int Threads { get; init; }

    /// <summary>What connects the ranks, where that is known: a lab's hosts and rate; null elsewhere.</summary>
    public string? Network { get; init; }

    /// <summary>The MPI library's own version string; null where none was loaded.</summary>
    public string? MpiLibrary { get; init; }

    /// <summary>libtorch's version; null where none was loaded.</summary>
    public string? Libtorch { get; init; }

    /// <summary>SHA-256 in hex by file, of the data that the run reads.</summary>
    public IReadOnlyDictionary<string, string> DataSha256 { get; init; } = new Dictionary<string, string>();

    /// <summary>Looks at the machine; the run's own figures are left to the caller. It starts git: better before MPI is initialised.</summary>
    /// <param name="time">Gives the time of the start.</param>
    /// <param name="sources">A folder in the checkout to report; by default the program's own.</param>
    public static RunEnvironment Observe(TimeProvider time, string? sources = null) => new()
    {
        StartedAt = time.GetLocalNow(),
        Git = GitState.Of(sources ?? AppContext.BaseDirectory),
        DotnetRuntime = RuntimeInformation.FrameworkDescription,
        Packages = PackageVersions.OfThisProgram(),
        Os = RuntimeInformation.OSDescription,
        Kernel = Machine.Kernel(),
        Architecture = RuntimeInformation.ProcessArchitecture.ToString(),
        Host = Environment.MachineName,
        CpuModel = Machine.CpuModel(),
        Cores = Environment.ProcessorCount,
        MemoryBytes = Machine.MemoryBytes(),
    };

    /// <summary>Writes <see cref="RunFiles.Environment"/>, replacing it in one piece.</summary>
    /// <exception cref="Core.Reporting.UserErrorException">The file cannot be written.</exception>
    public void Write(RunDirectory directory) => AtomicFile.Write(
        directory.PathOf(RunFiles.Environment),
        ReadableJson.Bytes(writer => JsonSerializer.Serialize(writer, this, EnvironmentJsonContext.Default.RunEnvironment)));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RunEnvironment))]
[JsonSerializable(typeof(GitState))]
internal sealed partial class EnvironmentJsonContext : JsonSerializerContext;
