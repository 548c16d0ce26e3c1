using System.Diagnostics;
using Compression.Core.Reporting;
using Compression.Mpi.Interop;
using Compression.Mpi.Launching;

namespace Compression.Experiments.Cli;

/// <summary>
/// Packages of the system that some commands need. The command knows that it needs one, run.sh knows how to install it:
/// <c>run.sh prepare PACKAGE</c>.
/// </summary>
internal static class SystemPackage
{
    /// <summary>Starts ranks.</summary>
    public const string Mpich = "mpich";

    /// <summary>Makes the lab's hosts and links.</summary>
    public const string Network = "iproute2";

    private const string Script = "run.sh";

    /// <summary>How a package is got where nothing is installed by itself.</summary>
    public static string ByHand(string package) =>
        $"{(package == Mpich ? "load the cluster's MPI (module load mpich or openmpi), or as root: " : "as root: ")}apt-get install --no-install-recommends {package}";

    /// <summary>Makes sure that ranks can be started; what is missing is installed where run.sh can do it.</summary>
    /// <inheritdoc cref="Install"/>
    public static void RequireMpi(CommandEnvironment environment)
    {
        if (!MpiLauncher.IsInstalled)
        {
            Install(Mpich, environment);
        }
    }

    /// <summary>Has a package installed by the run.sh that started this program; does nothing where there is none, or in a rank.</summary>
    /// <exception cref="AlreadyReportedException">It could not be installed; run.sh has said why.</exception>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: this is a published folder, which installs nothing.</exception>
    public static void Install(string package, CommandEnvironment environment)
    {
        string script = Path.Combine(environment.RepositoryRoot, Script);
        if (string.IsNullOrEmpty(environment.Variable(CommandEnvironment.RootVariable)) || !File.Exists(script) || MpiEnvironment.Current.IsUnderLauncher)
        {
            return;
        }

        if (environment.IsPublished)
        {
            throw new UserErrorException(ExitCode.Environment, $"missing: {package} (Debian's name); {ByHand(package)}.");
        }

        environment.Screen.Output.Flush();
        using var install = Process.Start(script, ["prepare", package]);
        install.WaitForExit();
        if (install.ExitCode != 0)
        {
            throw new AlreadyReportedException((ExitCode)install.ExitCode);
        }
    }
}
