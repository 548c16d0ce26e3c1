using Compression.Core.Reporting;
using Compression.Mpi.Launching;

namespace Compression.Mpi.Tests;

/// <summary>Files of hosts: one way to read them, whoever wrote them, and nothing in them reaches another program that is no host.</summary>
public class HostListTests
{
    [Theory]
    [InlineData("a\nb\n", "a:1 b:1")]
    [InlineData("a:2\nb slots=3\nc slots = 4\n", "a:2 b:3 c:4")]
    [InlineData("\uFEFFa\r\nb:2\r\n", "a:1 b:2")]
    [InlineData("a\rb\r", "a:1 b:1")]
    [InlineData("# all of them\n\n  a  # the first\n\tb:2#more\n", "a:1 b:2")]
    [InlineData("node-1.cluster\n10.0.0.2:4\nnode_3\n", "node-1.cluster:1 10.0.0.2:4 node_3:1")]
    [InlineData("a\nb\nA:2\na\n", "a:4 b:1")]
    [InlineData("::1\n[::1]:2\n[fe80::12] slots=3\n2001:db8::1:2\n", "::1:3 fe80::12:3 2001:db8::1:2:1")]
    public void Hosts_and_slots_are_read_in_every_way_that_launchers_have(string text, string hosts)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, text);
            Assert.Equal(hosts, string.Join(' ', HostList.Read(file, "hosts").Hosts.Select(host => $"{host.Name}:{host.Slots}")));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("-oProxyCommand=touch /tmp/x", 1)]
    [InlineData("a\n-x", 2)]
    [InlineData("a;reboot", 1)]
    [InlineData("a\n$(reboot)", 2)]
    [InlineData("a b", 1)]
    [InlineData("a,b", 1)]
    [InlineData("user@a", 1)]
    [InlineData("a/b", 1)]
    [InlineData("a\n\n1", 3)]
    [InlineData("10.0.0", 1)]
    [InlineData("10.0.0.256", 1)]
    [InlineData("a\0", 1)]
    [InlineData("a\n\u0001", 2)]
    [InlineData("h\u00F6st", 1)]
    [InlineData("a..b", 1)]
    [InlineData(".a", 1)]
    [InlineData("a-", 1)]
    [InlineData("a:0", 1)]
    [InlineData("a:-1", 1)]
    [InlineData("a:x", 1)]
    [InlineData("a:", 1)]
    [InlineData("a:99999999999", 1)]
    [InlineData("a slots=0", 1)]
    [InlineData("a slots=", 1)]
    [InlineData("a:2 slots=2", 1)]
    [InlineData("a max_slots=2", 1)]
    [InlineData("a slots=2 max_slots=4", 1)]
    [InlineData("a:2 binding=user:1", 1)]
    [InlineData("[a]", 1)]
    [InlineData("[::1", 1)]
    [InlineData("fe80::1%eth0", 1)]
    public void What_is_no_host_is_refused_with_the_number_of_its_line(string text, int line)
    {
        UserErrorException error = Assert.Throws<UserErrorException>(() => HostList.Parse(text + "\n", "--hostfile hosts"));
        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.StartsWith(FormattableString.Invariant($"--hostfile hosts, line {line}: "), error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n# only a comment\n  \n")]
    public void A_file_without_hosts_is_named(string text)
    {
        UserErrorException error = Assert.Throws<UserErrorException>(() => HostList.Parse(text, "--hostfile hosts"));
        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.Contains("--hostfile hosts: it names no host", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nowhere/hosts", "no such file")]
    [InlineData("/tmp", "cannot be read")]
    [InlineData("/dev/zero", "longer than any list")]
    public void A_file_that_cannot_be_read_is_named(string path, string told)
    {
        UserErrorException error = Assert.Throws<UserErrorException>(() => HostList.Read(path, $"--hostfile {path}"));
        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.Contains($"--hostfile {path}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(told, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(typeof(MpichDialect))]
    [InlineData(typeof(OpenMpiDialect))]
    public void An_address_with_colons_is_refused_for_launchers_that_cut_it(Type dialect)
    {
        MpiLaunchOptions options = new() { Ranks = 2, Hosts = HostList.Parse("a\n::1\n", "--hostfile hosts") };
        UserErrorException error = Assert.Throws<UserErrorException>(() => ((LauncherDialect)Activator.CreateInstance(dialect)!).Arguments(options));
        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.StartsWith("--hostfile hosts, line 2: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ranks_fill_one_host_after_the_other_and_begin_again() => Assert.Equal(
        "a a b a a b a", string.Join(' ', HostList.Parse("a:2\nb\n", "hosts").Placement(7).Select(host => host.Name)));
}
