using System.Runtime.InteropServices;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Training;
using Compression.Training.Data;

namespace Compression.Experiments.Verbs;

/// <summary>Looks at everything that the program needs, and says how to get what is missing.</summary>
internal sealed class Doctor : Verb<NoOptions>
{
    private static readonly string[] s_mpiLibraries = ["libmpich.so.12", "libmpi.so.40"];
    private static readonly string[] s_launchers = ["mpiexec.mpich", "mpiexec.openmpi", "mpiexec", "srun"];

    /// <inheritdoc/>
    public override string Name => "doctor";

    /// <inheritdoc/>
    public override string Summary => "what was found on this machine, what is missing, and the cure";

    /// <inheritdoc/>
    protected override ExitCode Run(NoOptions options, CommandEnvironment environment)
    {
        Finding[] findings =
        [
            Finding.Ok(".NET", $"{RuntimeInformation.FrameworkDescription}, {Environment.ProcessorCount} cores"),
            .. Torch(),
            .. Mpi(environment),
            .. Data(environment),
            .. Plots(environment),
        ];
        foreach (var finding in findings)
        {
            string state = finding.Found ? "ok     " : finding.Needed ? "MISSING" : "absent ";
            environment.Screen.Output.WriteLine($"{state} {finding.Name,-12} {finding.Text}");
        }

        return findings.All(finding => finding.Found || !finding.Needed) ? ExitCode.Success : ExitCode.Environment;
    }

    private static IEnumerable<Finding> Torch()
    {
        if (TorchRuntime.LoadError() is { } problem)
        {
            yield return Finding.Missing("libtorch", $"{problem}; apt-get install libtorch-dev, or name a libtorch in TORCH_PATH");
            yield break;
        }

        var torch = TorchRuntime.Read();
        yield return Finding.Ok("libtorch", $"{torch.Version}, {torch.Threads} threads where none are asked for");
        yield return torch.CudaDevices > 0
            ? Finding.Ok("CUDA", $"{torch.CudaDevices} devices")
            : Finding.Absent("CUDA", "libtorch finds no device; --use_gpu needs a CUDA build of libtorch, named in TORCH_PATH");
        yield return Blas();
    }

    // Which BLAS was loaded decides the speed: the pthread build of OpenBLAS fights with OpenMP over the cores.
    private static Finding Blas()
    {
        string? path = File.Exists("/proc/self/maps")
            ? File.ReadLines("/proc/self/maps").Select(line => line.Split(' ')[^1]).FirstOrDefault(file => Path.GetFileName(file).Contains("blas", StringComparison.Ordinal))
            : null;
        return path switch
        {
            null => Finding.Ok("BLAS", "inside libtorch"),
            _ when path.Contains("pthread", StringComparison.Ordinal) =>
                Finding.Absent("BLAS", $"{path} has threads of its own and halves the speed; apt-get install libopenblas0-openmp, and start by ./run.sh"),
            _ => Finding.Ok("BLAS", path),
        };
    }

    private static IEnumerable<Finding> Mpi(CommandEnvironment environment)
    {
        string[] libraries = [.. s_mpiLibraries.Where(Loads)];
        yield return libraries.Length > 0
            ? Finding.Ok("MPI", string.Join(", ", libraries))
            : Finding.Missing("MPI", "no library; apt-get install mpich (needed for --num_workers above 1)");
        string[] launchers = [.. s_launchers.Select(name => OnPath(name, environment)).OfType<string>()];
        yield return launchers.Length > 0
            ? Finding.Ok("launcher", string.Join(", ", launchers))
            : Finding.Missing("launcher", "no mpiexec on the PATH; apt-get install mpich");
    }

    private static IEnumerable<Finding> Data(CommandEnvironment environment)
    {
        string[] roots = [.. new[] { environment.Datasets, Path.Combine(environment.RepositoryRoot, "datasets") }.OfType<string>()];
        string? ptb = roots.Select(root => Path.Combine(environment.FullPath(root), "ptb"))
            .FirstOrDefault(folder => PtbCorpus.FileNames.Any(name => File.Exists(Path.Combine(folder, name))));
        yield return ptb is null
            ? Finding.Absent("PTB", $"in none of {string.Join(", ", roots.Select(root => Path.Combine(root, "ptb")))}; the sample corpus takes its place; get it with ./run.sh data ptb")
            : PtbDataset.IsComplete(ptb)
                ? Finding.Ok("PTB", $"{ptb}, every checksum right")
                : Finding.Absent("PTB", $"{ptb}: incomplete, or not Mikolov's files; get them with ./run.sh data ptb");
        yield return Finding.Ok("sample", "embedded");
    }

    private static IEnumerable<Finding> Plots(CommandEnvironment environment)
    {
        yield return OnPath("gnuplot", environment) is { } gnuplot
            ? Finding.Ok("gnuplot", gnuplot)
            : Finding.Absent("gnuplot", "plots need it; apt-get install gnuplot-nox");
    }

    private static bool Loads(string library)
    {
        if (!NativeLibrary.TryLoad(library, out nint handle))
        {
            return false;
        }

        NativeLibrary.Free(handle);
        return true;
    }

    private static string? OnPath(string program, CommandEnvironment environment) => (environment.Variable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);

    private sealed record Finding(string Name, string Text, bool Found, bool Needed)
    {
        public static Finding Ok(string name, string text) => new(name, text, true, false);

        public static Finding Missing(string name, string text) => new(name, text, false, true);

        public static Finding Absent(string name, string text) => new(name, text, false, false);
    }
}
