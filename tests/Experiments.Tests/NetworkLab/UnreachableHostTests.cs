using System.Diagnostics;
using System.Globalization;
using Compression.Core.Reporting;
using Compression.Experiments.NetworkLab;

namespace Compression.Experiments.Tests.NetworkLab;

/// <summary>
/// Two hosts in network namespaces, of which the second, or the way to it, is broken as hosts are: a job with a rank on each ends within its time-out, with the right
/// code and one line that names the host.
/// </summary>
[Collection(Processes.Name)]
public sealed class UnreachableHostTests
{
    private const int TimeOut = 20;

    // For the start of the program and of its ranks on a machine that is busy, and for the end of the job; far below a hang.
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(60);

    private const string Train = $"train --max_steps 2 {Sandbox.TinyModel} --data corpus --num_workers 2 --hostfile hosts --comm_timeout 20";

    [NeedsLabFact]
    public void Two_hosts_that_are_well_train()
    {
        using Broken hosts = new("exec");
        var outcome = hosts.Run(Train);
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.Equal("", outcome.Errors);
    }

    [NeedsLabFact]
    public void A_name_that_nobody_knows()
    {
        using Broken hosts = new("echo \"ssh: Could not resolve hostname $host: Name or service not known\" >&2; exit 255 #");
        hosts.Expect(Train, "nohost.invalid", ExitCode.Communication, "--hostfile hosts, line 2", "has not joined", "Could not resolve");
    }

    [NeedsLabFact]
    public void A_name_that_the_real_ssh_does_not_know()
    {
        using Broken hosts = new(null);
        hosts.Expect(Train, "nohost.invalid", ExitCode.Communication, "--hostfile hosts, line 2", "has not joined", "ssh: Could not resolve hostname nohost.invalid");
    }

    [NeedsLabFact]
    public void A_host_that_refuses_the_real_ssh()
    {
        using Broken hosts = new(null);
        hosts.Expect(Train, hosts.Second, ExitCode.Communication, "--hostfile hosts, line 2", "has not joined", "Connection refused");
    }

    [NeedsLabFact]
    public void A_host_that_does_not_answer_the_real_ssh()
    {
        // An address of the network that no host has.
        using Broken hosts = new(null);
        hosts.Expect(Train, "10.77.0.99", ExitCode.Communication, "--hostfile hosts, line 2", "has not joined", "10.77.0.99");
    }

    [NeedsLabFact]
    public void A_host_that_takes_the_connection_and_then_is_silent()
    {
        using Broken hosts = new("exec sleep 1000 #");
        hosts.Expect(Train.Replace("--comm_timeout 20", "--comm_timeout 6", StringComparison.Ordinal), hosts.Second, ExitCode.Communication, "--hostfile hosts, line 2", "has not started all of its ranks within 6 s");
    }

    [NeedsLabFact]
    public void A_host_without_MPI()
    {
        using Broken hosts = new("set -- \"/nowhere$*\"; exec");
        hosts.Expect(Train, hosts.Second, ExitCode.Environment, "--hostfile hosts, line 2", "cannot start MPI", "not found");
    }

    [NeedsLabFact]
    public void A_host_without_the_program()
    {
        using Broken hosts = new("set -- \"mount --bind /mnt '$FOLDER'; $*\"; exec");
        hosts.Expect(Train, hosts.Second, ExitCode.Environment, "--hostfile hosts, line 2", "cannot start ", Path.GetFileName(Apphost.Path), "No such file");
    }

    [NeedsLabFact]
    public void A_host_whose_program_dies_before_it_can_say_a_word()
    {
        using Broken hosts = new("set -- \"mount --bind /bin/false '$PROGRAM'; $*\"; exec");
        hosts.Expect(Train, hosts.Second, ExitCode.Communication, "--hostfile hosts, line 2", "its ranks have ended");
    }

    [NeedsLabFact]
    public void A_host_without_the_MPI_library()
    {
        using Broken hosts = new("export COMPRESSION_MPI=/nowhere/libmpich.so.12; exec");
        hosts.Expect(Train, hosts.Second, ExitCode.Environment, "rank 1 on ", "--hostfile hosts, line 2", "/nowhere/libmpich.so.12");
    }

    [NeedsLabFact]
    public void A_host_without_the_data()
    {
        using Broken hosts = new("set -- \"mount --bind /mnt '$CORPUS'; $*\"; exec");
        hosts.Expect(Train, "", ExitCode.Environment, $"rank 1 on {hosts.Second}", "--data");
    }

    [NeedsLabFact]
    public void A_host_with_another_corpus()
    {
        using Broken hosts = new("set -- \"mount --bind '$OTHER' '$CORPUS'; $*\"; exec");
        hosts.Expect(Train, "", ExitCode.Environment, "ptb.train.txt", $"rank 1 on {hosts.Second}", "rank 0 on ");
    }

    [NeedsLabFact]
    public void A_host_file_that_the_first_host_alone_has_is_enough()
    {
        using Broken hosts = new("set -- \"mount --bind /dev/null '$HOSTS'; $*\"; exec");
        var outcome = hosts.Run(Train);
        Assert.True(outcome.Code == 0, outcome.Errors);
    }

    [NeedsLabFact]
    public void Hosts_that_reach_the_first_and_not_each_other_are_not_blamed()
    {
        // What MPI takes for the network is a wire that leads nowhere; Hydra's own connection does.
        using Broken hosts = new("exec");
        hosts.AddWireToNowhere();
        hosts.Expect(Train.Replace("--comm_timeout 20", "--comm_timeout 8", StringComparison.Ordinal), "", ExitCode.Communication, "not joined within 8 s");
    }

    /// <summary>A lab in which a script stands in the place of ssh; its last words start the command on the second host, if it comes that far.</summary>
    private sealed class Broken : IDisposable
    {
        private readonly Sandbox _sandbox = new();
        private readonly LabNetwork _network = new(2, null);
        private readonly bool _isRealSsh;
        private string _device = LabNetwork.Device;

        /// <param name="way">Shell words before the command line <c>ip netns exec HOST sh -c COMMAND</c>; null: the real ssh.</param>
        public Broken(string? way)
        {
            _isRealSsh = way is null;
            _sandbox.WriteCorpus();
            string other = Path.Combine(_sandbox.WriteCorpus("other"), "ptb.train.txt");
            File.WriteAllLines(other, File.ReadAllLines(other).Reverse());
            string script = _sandbox.At("ssh-stand-in");
            string space = _network.On(1)[^1];
            File.WriteAllText(
                script,
                $"""
                #!/bin/sh
                CORPUS='{_sandbox.At("corpus")}' OTHER='{_sandbox.At("other")}' HOSTS='{_sandbox.At("hosts")}' PROGRAM='{Apphost.Path}' FOLDER='{Path.GetDirectoryName(Apphost.Path)}'
                while [ "$1" != "${"{"}1#-{"}"}" ]; do shift; done
                host=$1; shift
                {way} ip netns exec {space} unshare --uts sh -c "hostname second; $*"
                """);
            if (OperatingSystem.IsLinux())
            {
                File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }

        public string Second => _network.Hosts[1];

        public Outcome Run(string commandLine, string? second = null)
        {
            File.WriteAllLines(_sandbox.At("hosts"), [_network.Hosts[0], second ?? Second]);
            if (!_isRealSsh)
            {
                _sandbox.Variables["HYDRA_LAUNCHER_EXEC"] = _sandbox.At("ssh-stand-in");
            }

            (string, string)[] variables =
            [
                ("UCX_TLS", "tcp,self"), ("UCX_NET_DEVICES", _device), ("TMPDIR", _sandbox.Folder),
                .. _isRealSsh ? [] : ((string, string)[])[("HYDRA_LAUNCHER_EXEC", _sandbox.At("ssh-stand-in"))],
            ];
            return Apphost.RunProgram(_sandbox, "ip", [.. _network.On(0).Skip(1), "env", .. variables.Select(pair => $"{pair.Item1}={pair.Item2}"), Apphost.Path, .. Sandbox.Split(commandLine), "--out", "run"]);
        }

        public void AddWireToNowhere()
        {
            _device = "nowhere";
            foreach (int host in (int[])[1, 2])
            {
                string space = _network.On(host - 1)[^1];
                NetworkCommand.Run($"ip -n {space} link add nowhere type veth peer name end");
                NetworkCommand.Run($"ip -n {space} address add 10.78.0.{host}/24 dev nowhere");
                NetworkCommand.Run($"ip -n {space} link set nowhere up");
                NetworkCommand.Run($"ip -n {space} link set end up");
                NetworkCommand.Run($"ip -n {space} neighbor add 10.78.0.{3 - host} lladdr 02:00:00:00:00:0{host} dev nowhere");
            }
        }

        public void Expect(string commandLine, string second, ExitCode code, params string[] says)
        {
            long start = Stopwatch.GetTimestamp();
            var outcome = Run(commandLine, second.Length > 0 ? second : null);
            var elapsed = Stopwatch.GetElapsedTime(start);
            Assert.True((int)code == outcome.Code, $"ended with {outcome.Code.ToString(CultureInfo.InvariantCulture)}: {outcome.Errors}");
            string line = Assert.Single(outcome.ErrorLines);
            Assert.StartsWith("error: ", line, StringComparison.Ordinal);
            Assert.All([second, .. says], word => Assert.Contains(word, line, StringComparison.Ordinal));
            Assert.True(elapsed < TimeSpan.FromSeconds(TimeOut) + s_margin, $"took {elapsed}");
        }

        public void Dispose()
        {
            _network.Dispose();
            _sandbox.Dispose();
        }
    }
}
