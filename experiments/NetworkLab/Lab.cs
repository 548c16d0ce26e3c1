using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Mpi.Launching;

namespace Compression.Experiments.NetworkLab;

/// <summary>A network of hosts on this machine, and what runs on them, commands of this program or any other: what they print, how they end.</summary>
internal sealed class Lab : IDisposable
{
    /// <summary>Tells a run that it takes place in a lab, and how fast its links are.</summary>
    public const string NetworkVariable = "COMPRESSION_NETWORK";

    private readonly LabNetwork _network;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory(LabNetwork.FolderPrefix(Environment.ProcessId));
    private readonly CommandEnvironment _environment;
    private readonly string _description;

    /// <summary>Sets it up.</summary>
    /// <param name="hosts">1 to 8.</param>
    /// <param name="rate">Of each link, each way; null: as fast as the machine can.</param>
    /// <param name="environment">Of this process.</param>
    public Lab(int hosts, LinkRate? rate, CommandEnvironment environment)
    {
        if (environment.FindProgram("ip") is null)
        {
            SystemPackage.Install(SystemPackage.Network, environment);
        }

        _environment = environment;
        _description = $"lab: {hosts} {Plural.Of(hosts, "host")}, {rate?.ToString() ?? "unshaped"}";
        try
        {
            _network = new LabNetwork(hosts, rate);
            HostFile = Path.Combine(_folder.FullName, "hosts");
            File.WriteAllLines(HostFile, _network.Hosts);
            WriteScript(RemoteShell, _network.RemoteShell);
        }
        catch
        {
            _folder.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>A host a line, one rank each.</summary>
    public string HostFile { get; }

    private string RemoteShell => Path.Combine(_folder.FullName, "remote-shell");

    /// <summary>Runs a command of this program, with one rank a host; its output is the user's.</summary>
    /// <returns>Its exit code. Signals go on to it.</returns>
    public int Run(IReadOnlyList<string> words) => Execute(words, takesOutput: false).Code;

    /// <summary>Runs a command of this program and takes what it prints; errors are the user's.</summary>
    public (int Code, string Output) Capture(IReadOnlyList<string> words) => Execute(words, takesOutput: true);

    /// <summary>
    /// Runs any program, one process a host, with the variables by which processes of <c>torch.distributed</c> find each other (<c>env://</c>); all that
    /// they print is the user's. Signals go on to them.
    /// </summary>
    /// <param name="words">The program and its arguments.</param>
    /// <returns>0 where all end with 0; else the first other code, and what still runs then ends with the lab.</returns>
    public int RunEverywhere(IReadOnlyList<string> words)
    {
        Process[] processes = [.. _network.Hosts.Select((_, host) => Process.Start(ProgramOn(host, words))!)];
        using var interrupt = Forward(processes, PosixSignal.SIGINT, ExitCode.Interrupted);
        using var terminate = Forward(processes, PosixSignal.SIGTERM, ExitCode.Terminated);
        var running = processes.Select(async process =>
        {
            await process.WaitForExitAsync().ConfigureAwait(false);
            return process.ExitCode;
        }).ToList();
        int code = 0;
        while (running.Count > 0 && code == 0)
        {
            var ended = running[Task.WaitAny([.. running])];
            running.Remove(ended);
            code = ended.Result;
        }

        return code;
    }

    /// <summary>Removes it.</summary>
    public void Dispose() => _network.Dispose();

    private (int Code, string Output) Execute(IReadOnlyList<string> words, bool takesOutput)
    {
        // Hosts have no way to the outside: what ranks need is installed before.
        SystemPackage.RequireMpi(_environment);
        var start = StartInfo(0, [_environment.Executable, .. words]);
        start.RedirectStandardOutput = takesOutput;
        using var process = Process.Start(start)!;
        using var interrupt = Forward([process], PosixSignal.SIGINT, ExitCode.Interrupted);
        using var terminate = Forward([process], PosixSignal.SIGTERM, ExitCode.Terminated);
        string output = takesOutput ? process.StandardOutput.ReadToEnd() : "";
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    private static void WriteScript(string path, string text)
    {
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private ProcessStartInfo ProgramOn(int host, IReadOnlyList<string> words)
    {
        var start = StartInfo(host, words);
        foreach (var (name, value) in new[]
        {
            ("RANK", Text(host)), ("WORLD_SIZE", Text(_network.Hosts.Count)), ("LOCAL_RANK", "0"), ("MASTER_ADDR", _network.Hosts[0]), ("MASTER_PORT", "29500"),
            ("GLOO_SOCKET_IFNAME", LabNetwork.Device), ("TP_SOCKET_IFNAME", LabNetwork.Device), ("NCCL_SOCKET_IFNAME", LabNetwork.Device),
        })
        {
            start.Environment[name] = value;
        }

        return start;

        static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
    }

    private ProcessStartInfo StartInfo(int host, IReadOnlyList<string> words)
    {
        // A session of its own: Ctrl+C reaches the command once, from here, and not from the terminal as well.
        var start = new ProcessStartInfo("setsid", [.. _network.On(host), .. words]) { WorkingDirectory = _environment.CallerFolder };

        // Between hosts there is nothing but TCP, whatever the libraries find out about the machine below.
        foreach (var (name, value) in new[]
        {
            (NetworkVariable, _description), (ParentWatch.Variable, ParentWatch.ThisProcess), ("HYDRA_LAUNCHER", "ssh"), ("HYDRA_LAUNCHER_EXEC", RemoteShell), ("UCX_TLS", "tcp,self"),
            ("UCX_NET_DEVICES", LabNetwork.Device), ("OMPI_MCA_plm_rsh_agent", RemoteShell), ("OMPI_MCA_pml", "ob1"), ("OMPI_MCA_btl", "tcp,self"),
            ("OMPI_MCA_btl_tcp_if_include", LabNetwork.Device), ("OMPI_MCA_oob_tcp_if_include", LabNetwork.Device),
        })
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static PosixSignalRegistration Forward(Process[] processes, PosixSignal signal, ExitCode reason) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        Array.ForEach(processes, process => ProcessSignal.AskToEnd(process.Id, reason));
    });
}
