using System.Text.RegularExpressions;
using System.Xml.Linq;
using Compression.Experiments.Plots.Kinds;
using Compression.Tracking.Files;

namespace Compression.Experiments.Tests.Plots;

/// <summary>The verbs plot and report through the real entry point.</summary>
public sealed class PlotVerbTests
{
    private const string Nasty = "it's_a \"<script>alert(1)</script>\" & {x}^2";

    private static readonly byte[] s_png = [0x89, (byte)'P', (byte)'N', (byte)'G'];

    [Fact]
    public void Every_kind_leaves_two_pictures_their_data_and_a_script()
    {
        using var sandbox = new Sandbox();
        WriteRuns(sandbox);

        var outcome = sandbox.Run(["plot", "all", "runs", "--out", "pictures"]);

        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.DoesNotContain("not drawn", outcome.Output, StringComparison.Ordinal);
        foreach (string name in PlotKinds.All().Select(kind => kind.Name))
        {
            Assert.Contains("plt.subplots(", File.ReadAllText(sandbox.At("pictures", name + ".py")), StringComparison.Ordinal);
            Assert.True(File.ReadAllLines(sandbox.At("pictures", name + ".csv")).Length > 1);
            byte[] png = File.ReadAllBytes(sandbox.At("pictures", name + ".png"));
            Assert.Equal(s_png, png[..4]);
            Assert.True(png.Length > 5000);
            var svg = XDocument.Load(sandbox.At("pictures", name + ".svg"));
            Assert.Equal("svg", svg.Root!.Name.LocalName);
            Assert.Contains(svg.Descendants(), element => element.Name.LocalName is "path" or "polygon" or "use");
        }
    }

    [Fact]
    public void A_label_is_text_wherever_it_stands()
    {
        using var sandbox = new Sandbox();
        WriteRuns(sandbox);
        new SyntheticRun { Compressor = Nasty, Data = Nasty }.WriteTo(sandbox.At("runs", "nasty"));

        var outcome = sandbox.Run(["report", "runs", "--out", "report.html"]);

        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.Contains(Nasty, XDocument.Load(sandbox.At("plots", "steps.svg")).Root!.Value, StringComparison.Ordinal);
        var page = Page(sandbox.At("report.html"));
        Assert.Contains(page.Descendants("td"), cell => cell.Value == Nasty);
        Assert.Single(page.Descendants("script"));
    }

    [Fact]
    public void The_report_stands_alone()
    {
        using var sandbox = new Sandbox();
        WriteRuns(sandbox);

        var outcome = sandbox.Run(["report", "runs"]);

        Assert.True(outcome.Code == 0, outcome.Errors);
        string html = File.ReadAllText(sandbox.At("runs", "report.html"));
        Assert.All(Regex.Matches(html, "([a-z:]+)=\"[a-z]+://[^\"]*\"").Select(match => match.Groups[1].Value), name => Assert.StartsWith("xmlns", name, StringComparison.Ordinal));
        Assert.DoesNotMatch("(src|@import|url\\((?!#))", html);
        var page = Page(sandbox.At("runs", "report.html"));
        Assert.Equal(PlotKinds.All().Count, page.Descendants("figure").Count());
        Assert.Equal(PlotKinds.All().Count, page.Descendants("figure").Elements().Count(element => element.Name.LocalName == "svg"));
        string[] identifiers = [.. page.Descendants().Attributes("id").Select(attribute => attribute.Value)];
        Assert.Equal(identifiers.Distinct(), identifiers);
        Assert.All(page.Descendants("table"), table => Assert.All(table.Descendants("tr"), row => Assert.Equal(table.Descendants("th").Count(), row.Elements().Count())));
        var results = page.Descendants("table").First();
        Assert.Contains(results.Descendants("td"), cell => cell.Value.StartsWith("151.00", StringComparison.Ordinal));
        Assert.Equal("151", results.Descendants("tr").ElementAt(1).Elements("td").ElementAt(4).Attribute("data-value")!.Value);
    }

    [Fact]
    public void Pictures_go_into_the_run_and_what_cannot_be_drawn_says_why()
    {
        using var sandbox = new Sandbox();
        string run = new SyntheticRun().WriteTo(sandbox.At("run"));
        File.AppendAllText(Path.Combine(run, RunFiles.Metrics), "40,0.4");

        var outcome = sandbox.Run(["plot", "all", "run"]);

        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.True(File.Exists(Path.Combine(run, RunFiles.Plots, "steps.png")));
        Assert.Contains("torn line", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("plot scaling: it needs", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Drawing_needs_no_other_program_and_says_nothing_on_standard_error()
    {
        using var sandbox = new Sandbox();
        WriteRuns(sandbox);

        var outcome = Apphost.Run(sandbox, "plot all runs --out pictures", ("PATH", sandbox.At("no-programs")));

        Assert.Equal((0, ""), (outcome.Code, outcome.Errors));
        Assert.Contains("stroke", File.ReadAllText(sandbox.At("pictures", "ratio.svg")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_one_line()
    {
        using var sandbox = new Sandbox();
        new SyntheticRun().WriteTo(sandbox.At("run"));
        File.WriteAllText(sandbox.At("file"), "");

        var outcome = sandbox.Run("plot steps run --out file");

        Assert.Equal(1, outcome.Code);
        Assert.Contains("--out", Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plot", 2, "plot all")]
    [InlineData("plot steps", 2, "folders of runs")]
    [InlineData("plot stepps run", 2, "stepps", "steps")]
    [InlineData("plot steps nowhere", 2, "nowhere", "no such folder")]
    [InlineData("plot steps repository", 2, "no run there", "config.json")]
    [InlineData("plot scaling run", 2, "plot scaling", "two numbers of real workers")]
    [InlineData("plot target run --perplexity 1", 2, "--perplexity")]
    [InlineData("plot bandwidth run --rates 10furlong", 2, "--rates", "100mbit")]
    [InlineData("plot bandwidth run --rates ''", 2, "--rates")]
    [InlineData("plot steps run --measure best", 2, "--measure", "valid")]
    [InlineData("plot steps run --perplexity -1", 2, "--perplexity", "nearest is 0")]
    [InlineData("plot steps run --raets 1gbit", 2, "--raets", "--rates")]
    [InlineData("report", 2, "folders of runs")]
    public void Bad_input_is_one_line_and_leaves_nothing(string arguments, int code, params string[] says)
    {
        using var sandbox = new Sandbox();
        Directory.CreateDirectory(sandbox.At("repository"));
        new SyntheticRun().WriteTo(sandbox.At("run"));
        var before = sandbox.Snapshot();

        var outcome = sandbox.Run(arguments);

        Assert.True(code == outcome.Code, $"ended with {outcome.Code}: {outcome.Errors}");
        string line = Assert.Single(outcome.ErrorLines);
        Assert.All(says, word => Assert.Contains(word, line, StringComparison.Ordinal));
        Assert.Equal(before, sandbox.Snapshot());
    }

    private static XDocument Page(string path) => XDocument.Parse(File.ReadAllText(path).Replace("<!DOCTYPE html>", "", StringComparison.Ordinal));

    private static void WriteRuns(Sandbox sandbox)
    {
        var topk = new SyntheticRun { Compressor = "topk(ratio=0.01,scope=slot)+float32", Memory = "residual(beta=1)", Exchange = "allgather", BytesPerStepAndWorker = 100 };
        SyntheticRun[] runs =
        [
            new(), new() { Seed = 2, Perplexities = [420, 190, 150] }, new() { Workers = 4, WordsPerSecond = 1700 }, topk, topk with { Seed = 2, Perplexities = [500, 230, 170] },
            topk with { Compressor = "topk(ratio=0.1,scope=slot)+float32", BytesPerStepAndWorker = 900 },
        ];
        for (int i = 0; i < runs.Length; i++)
        {
            runs[i].WriteTo(sandbox.At("runs", $"run{i}"));
        }

        // What a model-parallel run leaves beside its tables.
        string[] events =
        [
            .. new[] { ("forward", 0, 0), ("send", 0, 900), ("wait", 1, 0), ("forward", 1, 1000), ("backward", 1, 2000), ("wait", 0, 1000), ("backward", 0, 3000) }.Select(one =>
                FormattableString.Invariant($$$"""{"name":"{{{one.Item1}}} 0","cat":"{{{one.Item1}}}","ph":"X","ts":{{{one.Item3}}},"dur":900,"pid":0,"tid":{{{one.Item2}}},"args":{"step":0,"unit":0}}""")),
        ];
        File.WriteAllText(sandbox.At("runs", "run0", "timeline.json"), $$"""{"traceEvents":[{{string.Join(',', events)}}]}""");
    }
}
