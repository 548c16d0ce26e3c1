using System.Globalization;
using System.Xml.Linq;
using Compression.Experiments.Plots.Drawing;
using Compression.Experiments.Plots.Kinds;
using Compression.Experiments.Plots.Pictures;
using Compression.Experiments.Plots.Series;
using SkiaSharp;

namespace Compression.Experiments.Tests.Plots;

/// <summary>What a reader of a drawn picture sees.</summary>
public sealed class DrawingTests
{
    private static readonly SeriesStyle s_style = SeriesStyle.Of(0, isDense: false);

    public static TheoryData<string> Kinds => [.. PlotKinds.All().Where(kind => kind is not PipelineTimeline).Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_picture_is_as_large_as_it_says_and_not_blank_and_all_its_words_are_in_the_vector_file(string kind)
    {
        using var sandbox = new Sandbox();
        var picture = PlotKinds.Find(kind)[0].Compose(Input(sandbox));
        using var drawing = new PictureDrawing(picture);

        using var bitmap = SKBitmap.Decode(drawing.Png());
        Assert.Equal(((int)(drawing.Width * 1.5), (int)(drawing.Height * 1.5)), (bitmap.Width, bitmap.Height));
        Assert.True(bitmap.Pixels.Distinct().Count() > 20);

        var svg = XDocument.Parse(drawing.Svg()).Root!;
        Assert.Equal($"0 0 {drawing.Width} {drawing.Height}", svg.Attribute("viewBox")!.Value);
        XElement[] texts = [.. svg.Descendants().Where(element => element.Name.LocalName == "text")];
        string[] shown = [.. texts.Select(text => text.Value)];
        Assert.All(picture.Legend, mark => Assert.Contains(mark.Label, shown));
        Assert.All(
            picture.Panels.SelectMany(panel => (string[])[panel.Title, panel.X.Label, panel.Y.Label, .. panel.X.Ticks.Concat(panel.Y.Ticks).Select(tick => tick.Label)]).Where(text => text.Length > 0),
            text => Assert.Contains(text, shown));
        string all = string.Join(' ', shown);
        Assert.Contains(picture.Title, all, StringComparison.Ordinal);
        Assert.Contains(picture.Caption, all, StringComparison.Ordinal);
        Assert.All(texts, text => Assert.Equal("'Liberation Sans', Arial, Helvetica, sans-serif", text.Attribute("font-family")!.Value));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_legend_and_the_caption_lie_inside_the_picture_and_not_on_the_data(string kind)
    {
        using var sandbox = new Sandbox();
        using var drawing = new PictureDrawing(PlotKinds.Find(kind)[0].Compose(Input(sandbox)));
        var legend = drawing.LegendArea;
        Assert.True(legend is { Left: >= 0, Top: >= 0 } && legend.Right <= drawing.Width && legend.Bottom <= drawing.CaptionTop);
        Assert.All(drawing.Data, data =>
        {
            Assert.True(data is { Left: > 0, Top: > 0 } && data.Right < drawing.Width && data.Bottom < drawing.CaptionTop);
            Assert.True(legend.Left >= data.Right || legend.Right <= data.Left || legend.Bottom <= data.Top || legend.Top >= data.Bottom || legend.Width == 0);
        });
        Assert.All(drawing.Data.Zip(drawing.Data.Skip(1)), pair => Assert.True(pair.First.Right < pair.Second.Left || pair.First.Bottom < pair.Second.Top));
        Assert.True(drawing.CaptionTop < drawing.Height);
    }

    [Fact]
    public void A_legend_stands_where_the_last_row_leaves_room_for_it()
    {
        using var sandbox = new Sandbox();
        var input = Input(sandbox) with { Options = new PictureOptions { Rates = "100mbit,1gbit" } };
        var picture = PlotKinds.Find("bandwidth")[0].Compose(input);
        Assert.Equal((3, 2), (picture.Panels.Count, picture.Columns));
        using PictureDrawing drawing = new(picture), narrow = new(picture with { Width = 60 });
        Assert.Equal((drawing.Data[1].Left, drawing.Data[2].Top), (drawing.LegendArea.Left, drawing.LegendArea.Top));
        Assert.True(narrow.LegendArea.Left > narrow.Data[1].Right);
    }

    [Theory]
    [InlineData("word ", 200)]
    [InlineData("unbroken", 100)]
    public void Captions_wrap_inside_the_picture(string word, int count)
    {
        string caption = string.Concat(Enumerable.Repeat(word, count)).Trim();
        using var drawing = new PictureDrawing(Simple([0, 1], [0, 1]) with { Caption = caption });
        var lines = Texts(drawing).Where(text => text.Y > drawing.CaptionTop).ToArray();
        Assert.True(lines.Length > 3);
        Assert.Equal(caption.Replace(" ", "", StringComparison.Ordinal), string.Concat(lines.Select(line => line.Text)).Replace(" ", "", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.True(line.X >= 0 && line.Right < drawing.Width && line.Y < drawing.Height));
        Assert.True(lines.Zip(lines.Skip(1), (line, next) => next.Y > line.Y).All(below => below));
    }

    [Fact]
    public void Text_is_drawn_with_the_font_that_is_shipped_whatever_the_machine_has()
    {
        ShippedFont.Use();
        foreach (var (name, bold, italic) in ((string, bool, bool)[])[("Liberation Sans", false, false), ("no such font", true, false), (ScottPlot.Fonts.Default, false, true)])
        {
            Assert.Equal("Liberation Sans", ScottPlot.Fonts.GetTypeface(name, bold, italic).FamilyName);
        }

        // The advances of the letters in the file are those of that font: Arial's, in units of 2,048 to the letter's height.
        using var drawing = new PictureDrawing(Simple([0, 1], [0, 1]) with { Title = "Wil" });
        double[] starts = Texts(drawing).Single(text => text.Text == "Wil").Starts;
        Assert.Equal([18 * 1933 / 2048.0, 18 * 455 / 2048.0], starts.Skip(1).Zip(starts, (next, start) => next - start), (expected, found) => Math.Abs(expected - found) < 0.05);
    }

    [Fact]
    public void A_point_stands_where_its_axes_say()
    {
        var picture = Simple([1, 10, 100], [0, 5, 10], connection: Connection.None) with { Data = Table([1, 10, 100], [0, 5, 10]) };
        picture = picture with { Panels = [picture.Panels[0] with { X = new Axis(1, 100) { IsLogarithmic = true }, Y = new Axis(0, 10) }] };
        using var drawing = new PictureDrawing(picture);
        using var bitmap = SKBitmap.Decode(drawing.Png());
        var data = drawing.Data[0];
        foreach (var (x, y) in ((double, double)[])[(0.02 / 4, 0.995), (0.5, 0.5), (0.995, 0.005)])
        {
            var pixel = bitmap.GetPixel((int)(1.5 * (data.Left + (x * data.Width))), (int)(1.5 * (data.Top + (y * data.Height))));
            Assert.Equal(SKColor.Parse(s_style.Colour), pixel);
        }
    }

    [Fact]
    public void An_interval_reaches_from_low_to_high()
    {
        var table = new PlotTable("x", "y", "low", "high");
        table.Add(0.5, 5.0, 2.0, 9.0);
        var mark = new ErrorBarMark("x", "y", "low", "high", s_style.Colour);
        using var drawing = new PictureDrawing(Simple([], []) with { Data = table, Panels = [new Panel(new Axis(0, 1), new Axis(0, 10), [mark])] });
        using var bitmap = SKBitmap.Decode(drawing.Png());
        var data = drawing.Data[0];
        bool Inked(double y) => bitmap.GetPixel((int)(1.5 * data.HorizontalCenter), (int)(1.5 * (data.Bottom - (y / 10 * data.Height)))) == SKColor.Parse(s_style.Colour);
        Assert.Equal([false, true, true, true, false], ((double[])[1.8, 2.2, 5, 8.8, 9.2]).Select(Inked));
    }

    [Fact]
    public void Boxes_hold_their_texts_and_a_shade_that_leaves_them_readable()
    {
        var table = new PlotTable("column", "row", "perplexity");
        table.Add(0, 0, 100.0);
        table.Add(1, 0, 900.0);
        var cells = new BoxMark((Field)"column" - 0.48, (Field)"column" + 0.48, -0.46, 0.46, SeriesStyle.Grey) { Text = "perplexity", Shade = "perplexity" };
        var panel = new Panel(Axis.OfNames(["a", "b"], isVertical: false), Axis.OfNames(["c"], isVertical: true), [cells]) { Shades = Axis.OfPerplexities([100, 900]).Marked() };
        using var drawing = new PictureDrawing(Simple([], []) with { Data = table, Panels = [panel] });
        var data = drawing.Data[0];
        var texts = Texts(drawing).Where(text => text.Text is "100" or "900" && text.X < data.Right).ToArray();
        Assert.Equal(["100", "900"], texts.Select(text => text.Text));
        Assert.All(texts.Zip((double[])[0.25, 0.75]), pair => Assert.Equal(data.Left + (pair.Second * data.Width), (pair.First.X + pair.First.Right) / 2, 5.0));
        using var bitmap = SKBitmap.Decode(drawing.Png());
        float Lightness(double x) => Luma(bitmap.GetPixel((int)(1.5 * (data.Left + (x * data.Width))), (int)(1.5 * (data.Top + (data.Height / 4)))));
        Assert.True(Lightness(0.25) > 0.7 && Lightness(0.75) < 0.3);
        Assert.Equal(["black", "white"], texts.Select(text => text.Fill));
    }

    [Fact]
    public void A_value_without_end_or_beyond_a_cut_axis_leaves_a_picture()
    {
        foreach (var connection in Enum.GetValues<Connection>())
        {
            using var drawing = new PictureDrawing(Simple([1, 2, 3, 4], [100, double.NaN, 1e300, 120], connection: connection, vertical: Axis.OfPerplexities([100, 120, 1e300]).Marked()));
            using var bitmap = SKBitmap.Decode(drawing.Png());
            Assert.Contains(SKColor.Parse(s_style.Colour), bitmap.Pixels);
            Assert.DoesNotContain("NaN", drawing.Svg(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Dashes_are_seen_in_both_files()
    {
        var solid = Simple([0, 5], [0.5, 0.5]);
        var dashed = solid with { Panels = [solid.Panels[0] with { Marks = [((LineMark)solid.Panels[0].Marks[0]) with { Style = s_style with { Dash = LineDash.Dashed } }] }] };
        using PictureDrawing first = new(solid), second = new(dashed);
        using SKBitmap whole = SKBitmap.Decode(first.Png()), broken = SKBitmap.Decode(second.Png());
        int Inked(SKBitmap bitmap) => bitmap.Pixels.Count(pixel => pixel == SKColor.Parse(s_style.Colour));
        Assert.InRange(Inked(broken), 0.3 * Inked(whole), 0.9 * Inked(whole));
        Assert.True(second.Svg().Length > first.Svg().Length + 500);
    }

    private static PlotInput Input(Sandbox sandbox)
    {
        var topk = new SyntheticRun { Compressor = "topk(ratio=0.01,scope=slot)+float32", Memory = "residual(beta=1)", Exchange = "allgather", BytesPerStepAndWorker = 100 };
        var runs = SeriesTests.Read(
            sandbox, new SyntheticRun(), new SyntheticRun { Seed = 2, Perplexities = [420, 190, 150] }, new SyntheticRun { Workers = 4, WordsPerSecond = 1700 }, topk,
            topk with { Seed = 2, Perplexities = [500, 230, 170] }, topk with { Compressor = "topk(ratio=0.1,scope=slot)+float32", BytesPerStepAndWorker = 900 });
        return new PlotInput(SeriesGrouping.Group(runs), new PictureOptions());
    }

    private static PlotTable Table(double[] x, double[] y)
    {
        var table = new PlotTable("x", "y");
        foreach (var (across, up) in x.Zip(y))
        {
            table.Add(across, up);
        }

        return table;
    }

    private static Picture Simple(double[] x, double[] y, Connection connection = Connection.Straight, Axis? vertical = null) => new()
    {
        Name = "simple",
        Title = "Title",
        Caption = "Caption.",
        Data = Table(x, y),
        Panels = [new Panel(new Axis(0, 5), vertical ?? new Axis(0, 1), [new LineMark("x", "y", s_style) { Label = "line", Connection = connection, PointInterval = connection == Connection.None ? 1 : 0 }])],
        Height = 200,
        Width = 300,
    };

    private static float Luma(SKColor colour) => ((0.3f * colour.Red) + (0.6f * colour.Green) + (0.1f * colour.Blue)) / 255;

    // Horizontal texts, where they stand, and where each letter starts.
    private static IEnumerable<(string Text, double X, double Right, double Y, double[] Starts, string Fill)> Texts(PictureDrawing drawing)
    {
        foreach (var text in XDocument.Parse(drawing.Svg()).Descendants().Where(element => element.Name.LocalName == "text"))
        {
            double[] starts = Numbers(text.Attribute("x")!.Value);
            string transform = text.Attribute("transform")?.Value ?? "translate(0 0)";
            if (transform.StartsWith("translate(", StringComparison.Ordinal))
            {
                double[] place = Numbers(transform["translate(".Length..^1]);
                double size = double.Parse(text.Attribute("font-size")!.Value, CultureInfo.InvariantCulture);
                yield return (
                    text.Value, place[0] + starts[0], place[0] + starts[^1] + (size / 2), place[^1] + Numbers(text.Attribute("y")!.Value)[0], starts, text.Attribute("fill")?.Value ?? "black");
            }
        }

        static double[] Numbers(string list) => [.. list.Split((char[])[' ', ','], StringSplitOptions.RemoveEmptyEntries).Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
    }
}
