using Compression.Core.Reporting;
using Compression.Training.Lm1b;

namespace Compression.Training.Tests.Lm1b;

[Seeded]
public sealed class ResourceInfoTests
{
    [Fact]
    public void Hosts_stand_in_the_order_of_the_file_with_their_gpus()
    {
        var info = ResourceInfo.Parse("# the machines\n\nnode-1.cluster:0,1\r\n  10.0.0.2 : 3 , 0,2  # the big one\nnode_3\n\t\n", "hosts");
        Assert.Equal(["node-1.cluster", "10.0.0.2", "node_3"], info.Hosts.Select(host => host.Name));
        Assert.Equal([[0, 1], [3, 0, 2], []], info.Hosts.Select(host => host.Gpus.ToArray()));
        Assert.Equal("node-1.cluster", info.Master.Name);
        Assert.Equal([2, 3, 1], info.Hosts.Select(host => host.Workers));
        Assert.Equal(6, info.Workers);
    }

    [Theory]
    [InlineData("a\nb c\n", "line 2", "'b c'")]
    [InlineData("\n#x\na:\n", "line 3", "'a:'")]
    [InlineData("a:x", "line 1", "'a:x'")]
    [InlineData("a:0,,1", "line 1", "'a:0,,1'")]
    [InlineData("a:0,", "line 1", "'a:0,'")]
    [InlineData("a:-1", "line 1", "'a:-1'")]
    [InlineData("a:99999", "line 1", "'a:99999'")]
    [InlineData(":0", "line 1", "':0'")]
    [InlineData("a:0:1", "line 1", "'a:0:1'")]
    [InlineData("-a", "line 1", "'-a'")]
    [InlineData("a:0,0", "line 1", "GPU 0 stands twice")]
    [InlineData("a:0\nA:1\n", "line 2", "A stands there already")]
    [InlineData("", "names no host")]
    [InlineData("# none\n\n", "names no host")]
    public void A_line_that_is_no_host_is_named_by_its_number(string text, params string[] parts) =>
        UserErrors.Expect(ExitCode.Usage, () => ResourceInfo.Parse(text, "--resource_info_file hosts"), ["--resource_info_file hosts", .. parts]);

    [Fact]
    public void A_missing_file_is_named()
    {
        using var folder = new TemporaryFolder();
        UserErrors.Expect(ExitCode.Usage, () => ResourceInfo.Read(folder["hosts"], "--resource_info_file hosts"), "--resource_info_file hosts", "host[:gpu,gpu...]");
        File.WriteAllText(folder["hosts"], "a:1\n");
        Assert.Equal("a", ResourceInfo.Read(folder["hosts"], "hosts").Master.Name);
    }
}
