using Compression.Core.Reporting;
using Compression.Tracking.Wandb;
using Compression.Tracking.Wandb.Api;

namespace Compression.Tracking.Tests.Wandb;

public sealed class WandbOptionsTests
{
    private static readonly WandbOptions s_good = new() { Mode = WandbMode.Online, Project = "gradient-compression" };

    private static void Refused(WandbOptions options, params string[] says)
    {
        var error = Assert.Throws<UserErrorException>(options.Check);
        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.DoesNotContain('\n', error.Message);
        Assert.All(says, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_possible_passes()
    {
        s_good.Check();
        (s_good with { Project = new string('p', 128), Entity = "a.b-c", RunId = "run_1.2-b", BaseUrl = "http://localhost:8080/", Resume = WandbResume.Must }).Check();
        (s_good with { Mode = WandbMode.Disabled, Project = "a/b" }).Check();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("\\")]
    [InlineData("#")]
    [InlineData("?")]
    [InlineData("%")]
    [InlineData(":")]
    [InlineData("\n")]
    public void Characters_that_the_server_forbids_are_refused_in_every_name(string forbidden)
    {
        Refused(s_good with { Project = $"a{forbidden}b" }, "--project_name");
        Refused(s_good with { Entity = $"a{forbidden}b" }, "--wandb_entity");
        Refused(s_good with { RunId = $"a{forbidden}b" }, "--wandb_run_id");
    }

    [Fact]
    public void Names_that_are_empty_or_too_long_or_paths_are_refused()
    {
        Refused(s_good with { Project = "" }, "--project_name", "empty");
        Refused(s_good with { Project = new string('p', 129) }, "--project_name", "128");
        Refused(s_good with { RunId = ".." }, "--wandb_run_id");
        Refused(s_good with { RunId = "a b" }, "--wandb_run_id");
    }

    [Theory]
    [InlineData("api.wandb.ai")]
    [InlineData("ftp://api.wandb.ai")]
    [InlineData("")]
    [InlineData("https://me:secret@api.wandb.ai")]
    public void A_server_needs_an_address(string url)
    {
        Refused(s_good with { BaseUrl = url }, "WANDB_BASE_URL", "https://api.wandb.ai");
        Assert.DoesNotContain("secret", Assert.Throws<UserErrorException>((s_good with { BaseUrl = url }).Check).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(WandbResume.Must)]
    [InlineData(WandbResume.Never)]
    public void Certainty_needs_a_run_and_a_server(WandbResume resume)
    {
        Refused(s_good with { Resume = resume }, "--wandb_resume", "--wandb_run_id");
        Refused(s_good with { Resume = resume, RunId = "a", Mode = WandbMode.Offline }, "--wandb_resume", "online");
    }
}
