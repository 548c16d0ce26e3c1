using System.Text;
using Compression.Core.Reporting;
using Compression.Tracking.Wandb.Api;

namespace Compression.Tracking.Tests.Wandb;

public sealed class WandbKeyTests : IDisposable
{
    private const string Forty = "0123456789abcdef0123456789abcdef01234567";
    private static readonly Uri s_public = new("https://api.wandb.ai/");

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _variables = [];

    public WandbKeyTests() => _variables["HOME"] = _folder.FullPath;

    public void Dispose() => _folder.Dispose();

    private string Found(Uri? server = null) => Encoding.UTF8.GetString(
        Convert.FromBase64String(WandbKey.Find(_variables.GetValueOrDefault, server ?? s_public).Header.Parameter!));

    private UserErrorException Refused() => Assert.Throws<UserErrorException>(() => Found());

    [Theory]
    [InlineData(Forty)]
    [InlineData("local-" + Forty)]
    [InlineData("wandb_v1_" + Forty + "_" + Forty)]
    [InlineData("team-" + Forty + "-more")]
    public void A_key_of_the_environment_is_sent_as_it_is(string key)
    {
        _variables["WANDB_API_KEY"] = $" {key}\n";
        Assert.Equal($"api:{key}", Found());
    }

    [Theory]
    [InlineData("short")]
    [InlineData("local-0123456789")]
    [InlineData("0123456789abcdef0123456789abcdef0123456!")]
    [InlineData("0123456789abcdef0123456789abcdef 01234567")]
    public void What_is_no_key_is_refused_without_being_shown(string key)
    {
        _variables["WANDB_API_KEY"] = key;
        var error = Refused();
        Assert.Equal(ExitCode.Environment, error.Code);
        Assert.Contains("WANDB_API_KEY", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(key, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void No_key_at_all_is_an_error_that_names_the_cures()
    {
        var error = Refused();
        Assert.Equal(ExitCode.Environment, error.Code);
        Assert.All(["WANDB_API_KEY", "netrc", "--wandb offline", "api.wandb.ai"], word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("machine api.wandb.ai\n  login user\n  password " + Forty)]
    [InlineData("machine other.org login machine password nothing\nmachine api.wandb.ai login user password " + Forty + "\n")]
    [InlineData("# machine api.wandb.ai password old\nmacdef init\nmachine api.wandb.ai password wrong\n\nmachine\tapi.wandb.ai\tpassword\t" + Forty)]
    [InlineData("default login anonymous password " + Forty)]
    [InlineData("machine api.wandb.ai account a password " + Forty + " login user")]
    public void The_netrc_file_holds_the_key(string netrc)
    {
        File.WriteAllText(_folder.At(".netrc"), netrc);
        Assert.Equal($"api:{Forty}", Found());
    }

    [Fact]
    public void Files_are_looked_at_in_their_order_and_ports_are_part_of_the_machine()
    {
        string Line(char c, string machine = "api.wandb.ai") => $"machine {machine} login user password {new string(c, 40)}\n";
        File.WriteAllText(_folder.At("_netrc"), Line('c'));
        Assert.EndsWith("ccc", Found(), StringComparison.Ordinal);
        File.WriteAllText(_folder.At(".netrc"), Line('p', "localhost") + Line('q', "localhost:8080") + Line('b'));
        Assert.EndsWith("bbb", Found(), StringComparison.Ordinal);
        Assert.EndsWith("qqq", Found(new Uri("http://localhost:8080/")), StringComparison.Ordinal);
        Assert.EndsWith("ppp", Found(new Uri("http://localhost/")), StringComparison.Ordinal);
        _variables["NETRC"] = _folder.At("named");
        File.WriteAllText(_folder.At("named"), Line('d'));
        Assert.EndsWith("ddd", Found(), StringComparison.Ordinal);
        _variables["WANDB_API_KEY"] = new string('e', 40);
        Assert.EndsWith("eee", Found(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_key_of_the_file_names_the_file_and_not_the_key()
    {
        File.WriteAllText(_folder.At(".netrc"), "machine api.wandb.ai password hunter2");
        var error = Refused();
        Assert.Contains(".netrc", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_shows_the_key()
    {
        _variables["WANDB_API_KEY"] = Forty;
        var key = WandbKey.Find(_variables.GetValueOrDefault, s_public);
        Assert.Equal("(hidden)", $"{key}");
        Assert.Equal("a (hidden) b (hidden) c", key.Redact($"a {Forty} b {key.Header.Parameter} c"));
    }
}
