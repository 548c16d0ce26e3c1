using System.Text.Json;
using System.Text.RegularExpressions;
using Compression.Experiments.Plots.Drawing;
using Compression.Experiments.Plots.Kinds;
using Compression.Experiments.Plots.Pictures;
using Compression.Experiments.Plots.Series;

namespace Compression.Experiments.Tests.Plots;

/// <summary>The script beside a picture draws what the picture shows, from the columns of its CSV.</summary>
public sealed partial class MatplotlibScriptTests
{
    private const string Nasty = "it's_a \"$x^2$\" \\ back\nline {y} é";

    public static TheoryData<string> Kinds => [.. PlotKinds.All().Where(kind => kind is not PipelineTimeline).Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_mark_is_drawn_from_rows_and_columns_that_the_data_have(string kind)
    {
        using var sandbox = new Sandbox();
        var topk = new SyntheticRun { Compressor = "topk(ratio=0.01,scope=slot)+float32", Exchange = "allgather", BytesPerStepAndWorker = 100 };
        var runs = SeriesTests.Read(sandbox, new(), new() { Seed = 2, Perplexities = [420, 190, 150] }, new() { Workers = 4 }, topk, topk with { Seed = 2, Perplexities = [500, 230, 160] });
        var picture = PlotKinds.Find(kind)[0].Compose(new PlotInput(SeriesGrouping.Group(runs), new PictureOptions()));
        string script = MatplotlibScript.Of(picture);

        string[][] rows = [.. picture.Data.ToCsv().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Fields().Matches(line).Select(field => field.Groups[1].Value).ToArray())];
        var picks = Picks().Matches(script);
        Assert.NotEmpty(picks);
        foreach (Match pick in picks)
        {
            int Column(string name) => Array.IndexOf(rows[0], name);
            Assert.True(Column(pick.Groups[1].Value) >= 0, pick.Value);
            (int Column, string Value)[] conditions = [.. Conditions().Matches(pick.Groups[2].Value).Select(condition => (Column(condition.Groups[1].Value), JsonSerializer.Deserialize<string>(condition.Groups[2].Value)!))];
            Assert.Contains(rows.Skip(1), row => conditions.All(condition => row[condition.Column] == condition.Value));
        }

        Assert.All(picture.Legend, mark => Assert.Contains($"label={Python.Text(mark.Label)}", script, StringComparison.Ordinal));
        Assert.All(picture.Panels, panel => Assert.Contains($"xlabel={Python.Text(panel.X.Label)}", script, StringComparison.Ordinal));
        Assert.Equal(picture.Panels.Count, script.Split("\naxes = grid[").Length - 1);
        Assert.Contains($".savefig(here.with_suffix(\".pdf\"))", script, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_stay_texts()
    {
        Assert.Equal(Nasty, JsonSerializer.Deserialize<string>(Python.Quote(Nasty)));
        Assert.DoesNotContain('\n', Python.Quote(Nasty));
        Assert.Equal(Nasty.Replace("$", "\\$", StringComparison.Ordinal), JsonSerializer.Deserialize<string>(Python.Text(Nasty)));

        var table = new PlotTable("series", "x");
        table.Add(1, 0.5);
        string script = MatplotlibScript.Of(new Picture
        {
            Name = "nasty",
            Title = Nasty,
            Caption = Nasty,
            Data = table,
            Panels = [new Panel(new Axis(0, 1), new Axis(0, 1), [new LineMark("x", "x", SeriesStyle.Of(0, isDense: true)) { Label = Nasty, Where = [("series", 1)] }])],
        });

        // What is no comment holds the text as strings alone.
        string code = string.Join('\n', script.Split('\n').Where(line => !line.StartsWith('#')));
        Assert.DoesNotContain("it's_a", Strings().Replace(code, ""), StringComparison.Ordinal);
        Assert.DoesNotContain("\nline {y}", script, StringComparison.Ordinal);
    }

    [GeneratedRegex("(?:^|,)\"?((?<=\")[^\"]*|[^,]*)")]
    private static partial Regex Fields();

    [GeneratedRegex("(?:pick|words)\\(\"([a-z_0-9]+)\"((?:, [a-z_]+=\"[^\"]*\")*)\\)")]
    private static partial Regex Picks();

    [GeneratedRegex(", ([a-z_]+)=(\"[^\"]*\")")]
    private static partial Regex Conditions();

    [GeneratedRegex("\"(?:[^\"\\\\\n]|\\\\.)*\"")]
    private static partial Regex Strings();
}
