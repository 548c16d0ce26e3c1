using System.Runtime.InteropServices;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Training;
using Compression.Training.Data;

namespace Compression.Experiments.Verbs;

/// <summary>Looks at everything that the program needs, and says how to get what is missing.</summary>
internal sealed class Doctor() : Verb<NoOptions>("doctor", "what was found on this machine, what is missing, and the cure")
{
    private static readonly string[] s_mpiLibraries = ["libmpich.so.12", "libmpi.so.40"];
    private static readonly string[] s_launchers = ["mpiexec.mpich", "mpiexec.openmpi", "mpiexec", "srun"];

    protected override ExitCode Run(NoOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        Finding[] findings =
        [
            Finding.Ok(".NET", $"{RuntimeInformation.FrameworkDescription}, {Environment.ProcessorCount} {Plural.Of(Environment.ProcessorCount, "core")}"),
            .. Torch(environment),
            .. Mpi(environment),
            .. Data(environment),
        ];
        foreach (var finding in findings)
        {
            string state = finding.Found ? "ok     " : finding.Needed ? "MISSING" : "absent ";
            environment.Screen.Output.WriteLine($"{state} {finding.Name,-12} {finding.Text}");
        }

        return findings.All(finding => finding.Found || !finding.Needed) ? ExitCode.Success : ExitCode.Environment;
    }

    private static IEnumerable<Finding> Torch(CommandEnvironment environment)
    {
        TorchRuntime torch;
        try
        {
            torch = TorchRuntime.Read();
        }
        catch (UserErrorException error)
        {
            return [Finding.Missing("libtorch", error.Message)];
        }

        return
        [
            Finding.Ok("libtorch", $"{torch.Version}, {torch.Threads} {Plural.Of(torch.Threads, "thread")} where none are asked for; {torch.Files}"),
            torch.CudaDevices > 0
                ? Finding.Ok("CUDA", $"{torch.CudaDevices} {Plural.Of(torch.CudaDevices, "device")}")
                : Finding.Absent("CUDA", $"libtorch finds no device; --use_gpu needs one, and {(environment.IsPublished ? "a PyTorch for it" : "a build for it: COMPRESSION_TORCH=cuda ./run.sh")}"),
        ];
    }

    private static IEnumerable<Finding> Mpi(CommandEnvironment environment)
    {
        string[] libraries = [.. s_mpiLibraries.Where(Loads)];
        yield return libraries.Length > 0
            ? Finding.Ok("MPI", string.Join(", ", libraries))
            : Finding.Absent("MPI", $"no library; {Cure("--num_workers above 1", SystemPackage.Mpich, environment)}");
        string[] launchers = [.. s_launchers.Select(environment.FindProgram).OfType<string>()];
        yield return launchers.Length > 0
            ? Finding.Ok("launcher", string.Join(", ", launchers))
            : Finding.Absent("launcher", $"no mpiexec on the PATH; {Cure("--num_workers above 1", SystemPackage.Mpich, environment)}");
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

    // run.sh installs what a command needs when the command finds that it is not there.
    private static string Cure(string need, string package, CommandEnvironment environment) =>
        environment.IsPublished ? $"{need} needs it; {SystemPackage.ByHand(package)}" : $"{need} will get it, and so does ./run.sh prepare {package}";

    private static bool Loads(string library)
    {
        if (!NativeLibrary.TryLoad(library, out nint handle))
        {
            return false;
        }

        NativeLibrary.Free(handle);
        return true;
    }

    private sealed record Finding(string Name, string Text, bool Found, bool Needed)
    {
        public static Finding Ok(string name, string text) => new(name, text, true, false);

        public static Finding Missing(string name, string text) => new(name, text, false, true);

        public static Finding Absent(string name, string text) => new(name, text, false, false);
    }
}
