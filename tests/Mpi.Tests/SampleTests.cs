using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Compression.Mpi.Tests;

/// <summary>The library as others get it: packages, and a project outside the solution that is made of them.</summary>
public sealed partial class SampleTests
{
    [Theory]
    [MpiFamily(Families.Mpich)]
    public void A_project_made_of_the_packages_exchanges_a_gradient(string family)
    {
        string folder = Directory.CreateTempSubdirectory("sample-").FullName;
        try
        {
            // A version of its own: an earlier package of the same one may be in the user's cache, where foreign packages are taken from.
            string packages = Path.Combine(folder, "packages"), project = Path.Combine(folder, "OwnGradient"), version = $"1.0.0-test{Guid.NewGuid():N}";
            Run(Dotnet, "pack", Path.Combine(Root, "Compression.sln"), "-c", "Release", "--no-build", "--nologo", "-o", packages, $"-p:PackageVersion={version}");
            Copy(Path.Combine(Root, "samples", "OwnGradient"), project);
            Run(
                Dotnet, "build", project, "-c", "Release", "--nologo", "-nodeReuse:false", $"-p:CompressionVersion={version}", $"-p:RestoreAdditionalProjectSources={packages}",
                $"-p:RestorePackagesPath={Path.Combine(folder, "restored")}", $"-p:RestoreFallbackFolders={UsersPackages}");
            string line = Run($"mpiexec.{family}", "-n", "2", Path.Combine(project, "bin", "Release", "net10.0", "OwnGradient")).Trim();
            var said = Report().Match(line);
            Assert.True(said.Success, line);
            Assert.InRange(int.Parse(said.Groups["entries"].Value, CultureInfo.InvariantCulture), 19_628, 2 * 19_628);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    private static string UsersPackages => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static string Root
    {
        get
        {
            string folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Compression.sln")))
            {
                folder = Path.GetDirectoryName(folder)!;
            }

            return folder;
        }
    }

    // Sources alone: what an earlier build left there stays.
    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Patience.Limit);
        limit.Token.Register(() => process.Kill(entireProcessTree: true));
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {process.ExitCode}\n{output}\n{errors.Result}");
        return output;
    }

    [GeneratedRegex(@"^topk\(ratio=0\.01,scope=slot\)\+sign\(magnitude=mean\), residual\(.*\), allgather: (?<entries>\d+) of 1962800 entries on 2 ranks$")]
    private static partial Regex Report();
}
