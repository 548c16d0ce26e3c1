using System.Globalization;
using Compression.Core.Reporting;
using Compression.Mpi.Launching;

namespace Compression.Experiments.NetworkLab;

/// <summary>
/// Hosts on one machine: network namespaces, each with an Ethernet link to a common bridge. A link is shaped both ways by a token bucket, as
/// a full-duplex port of a switch would be. All names hold the number of the process that owns them, so that what a killed one left is
/// found and removed.
/// </summary>
internal sealed class LabNetwork : IDisposable
{
    /// <summary>The most hosts that a lab has.</summary>
    public const int MostHosts = 8;

    private const string Prefix = "gclab-";

    // What a link may send at once after a pause: as little as keeps the rate, so that small payloads are shaped as well.
    private const double BurstSeconds = 0.001;
    private const int LeastBurst = 6000;

    private readonly int _owner = Environment.ProcessId;

    /// <summary>Sets the hosts up.</summary>
    /// <param name="hosts">1 to 8.</param>
    /// <param name="rate">Of each link, each way; null: as fast as the machine can.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: no root, or no namespaces here.</exception>
    public LabNetwork(int hosts, LinkRate? rate)
    {
        RemoveAbandoned();
        Hosts = [.. Enumerable.Range(1, hosts).Select(host => FormattableString.Invariant($"10.77.0.{host}"))];
        try
        {
            NetworkCommand.Run($"ip link add {Bridge} type bridge");
            NetworkCommand.Run($"ip link set {Bridge} up");
            for (int host = 1; host <= hosts; host++)
            {
                AddHost(host, rate);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Their addresses.</summary>
    public IReadOnlyList<string> Hosts { get; }

    /// <summary>What runs a command on a host: the words that stand before it.</summary>
    /// <param name="host">From 0.</param>
    public IReadOnlyList<string> On(int host) => ["ip", "netns", "exec", Namespace(host + 1)];

    /// <summary>The device of a host's link, in its namespace.</summary>
    public static string Device => "eth0";

    /// <summary>The script by which a launcher of MPI starts a process on another host, in place of ssh.</summary>
    public string RemoteShell =>
        $$"""
        #!/bin/sh
        # Options, a host, and a command for it.
        while [ "$1" != "${1#-}" ]; do shift; done
        host=$1; shift
        exec ip netns exec {{Prefix}}{{_owner}}-${host##*.} sh -c "$*"

        """;

    private string Bridge => $"gcb{_owner}";

    /// <summary>How the names of the temporary folders of a process's labs begin, which go with its network.</summary>
    public static string FolderPrefix(int owner) => FormattableString.Invariant($"compression-lab-{owner}-");

    /// <summary>Removes the hosts, and ends what still runs on them.</summary>
    public void Dispose() => Remove(_owner);

    /// <summary>Removes what processes that are gone left.</summary>
    /// <returns>Number of labs that were removed.</returns>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: no root, or no namespaces here.</exception>
    public static int RemoveAbandoned()
    {
        int[] abandoned = [.. Owners().Where(owner => !Directory.Exists($"/proc/{owner}"))];
        Array.ForEach(abandoned, Remove);
        return abandoned.Length;
    }

    /// <summary>The processes that have a lab.</summary>
    /// <inheritdoc cref="RemoveAbandoned" path="/exception"/>
    public static IReadOnlyList<int> Owners()
    {
        RequireRoot();
        var spaces = NetworkCommand.Run("ip netns list").Split('\n').Where(line => line.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(line => line[Prefix.Length..].Split('-')[0]);
        var bridges = NetworkCommand.Run("ip -o link show type bridge").Split('\n').Select(line => line.Split(' '))
            .Where(words => words.Length > 1 && words[1].StartsWith("gcb", StringComparison.Ordinal)).Select(words => words[1][3..].TrimEnd(':'));
        return [.. spaces.Concat(bridges).Where(text => int.TryParse(text, out _)).Select(text => int.Parse(text, CultureInfo.InvariantCulture)).Distinct()];
    }

    /// <summary>Removes a process's hosts, and ends what still runs on them.</summary>
    /// <param name="owner">The process, gone or not.</param>
    public static void Remove(int owner)
    {
        foreach (string line in NetworkCommand.Try("ip netns list").Split('\n').Where(line => line.StartsWith($"{Prefix}{owner}-", StringComparison.Ordinal)))
        {
            string space = line.Split(' ')[0];
            foreach (string process in NetworkCommand.Try($"ip netns pids {space}").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                ProcessSignal.End(int.Parse(process, CultureInfo.InvariantCulture));
            }

            NetworkCommand.Try($"ip netns delete {space}");
        }

        // A namespace goes away some time after it was deleted, and its links with it; their names may be wanted at once.
        for (int host = 1; host <= MostHosts; host++)
        {
            NetworkCommand.Try($"ip link delete {Port(owner, host)}");
        }

        NetworkCommand.Try($"ip link delete gcb{owner}");
        foreach (string folder in Directory.GetDirectories(Path.GetTempPath(), FolderPrefix(owner) + "*"))
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (DirectoryNotFoundException)
            {
                // Another was faster: the owner itself, when its programs are ended from outside.
            }
        }
    }

    private static void RequireRoot()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new UserErrorException(ExitCode.Environment, "The lab is made of Linux' network namespaces; it runs on Linux alone.");
        }

        if (!Environment.IsPrivilegedProcess)
        {
            throw new UserErrorException(ExitCode.Environment, "The lab makes network namespaces, which needs root: run it with sudo, or in a container with NET_ADMIN and SYS_ADMIN.");
        }
    }

    private static string Port(int owner, int host) => FormattableString.Invariant($"gc{owner}-{host}");

    private string Namespace(int host) => FormattableString.Invariant($"{Prefix}{_owner}-{host}");

    private void AddHost(int host, LinkRate? rate)
    {
        string space = Namespace(host), port = Port(_owner, host);
        NetworkCommand.Run($"ip netns add {space}");
        NetworkCommand.Run($"ip link add {port} type veth peer name {Device} netns {space}");
        NetworkCommand.Run($"ip link set {port} master {Bridge} up");
        NetworkCommand.Run($"ip -n {space} address add {Hosts[host - 1]}/24 dev {Device}");
        NetworkCommand.Run($"ip -n {space} link set {Device} up");
        NetworkCommand.Run($"ip -n {space} link set lo up");
        if (rate is { } link)
        {
            int burst = Math.Max(LeastBurst, (int)(BurstSeconds * link.BitsPerSecond / 8));
            string shape = FormattableString.Invariant($"root tbf rate {link} burst {burst} latency 400ms");
            NetworkCommand.Run($"tc qdisc add dev {port} {shape}");
            NetworkCommand.Run($"tc -n {space} qdisc add dev {Device} {shape}");
        }
    }
}
