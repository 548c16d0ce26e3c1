using System.Globalization;
using Compression.Core.Reporting;
using Compression.Experiments.Plots.Kinds;
using Compression.Experiments.Plots.Pictures;
using Compression.Experiments.Plots.Report;
using Compression.Experiments.Plots.Series;

namespace Compression.Experiments.Tests.Plots;

/// <summary>What pictures show, without drawing them.</summary>
public sealed class PictureTests
{
    [Fact]
    public void Tables_of_curves_hold_the_runs_figures()
    {
        using var sandbox = new Sandbox();
        var input = Input(sandbox, new SyntheticRun { Seed = 1, Perplexities = [100, 60] }, new SyntheticRun { Seed = 2, Perplexities = [120, 80] });

        foreach (PlotKind kind in (PlotKind[])[new CurveOverSteps(), new CurveOverTime(), new CurveOverBytes()])
        {
            string[] lines = kind.Compose(input).Data.ToCsv().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal("series,label,step,seconds,bytes_per_worker,perplexity,perplexity_low,perplexity_high,runs", lines[0]);
            string[] fields = lines[2].Split(',');
            Assert.Equal(["1", "dense", "20", "10", "80000"], fields[..5]);
            Assert.Equal(["70.000", "-57.062", "197.062"], fields[5..8].Select(field => double.Parse(field, CultureInfo.InvariantCulture).ToString("F3", CultureInfo.InvariantCulture)));
            Assert.Equal(3, lines.Length);
        }
    }

    [Fact]
    public void The_front_is_what_no_other_point_beats()
    {
        var random = new Random(3);
        for (int repeat = 0; repeat < 100; repeat++)
        {
            // Whole numbers make ties.
            (double Ratio, double Perplexity)[] points = [.. Enumerable.Range(0, 12).Select(_ => ((double)random.Next(1, 8), (double)random.Next(1, 8)))];
            var front = RatioFront.Front(points);
            static bool Beats((double Ratio, double Perplexity) a, (double Ratio, double Perplexity) b) => a != b && a.Ratio >= b.Ratio && a.Perplexity <= b.Perplexity;
            for (int i = 0; i < points.Length; i++)
            {
                Assert.Equal(!points.Any(other => Beats(other, points[i])), front[i]);
                Assert.Contains(Enumerable.Range(0, points.Length), j => front[j] && (points[j] == points[i] || Beats(points[j], points[i])));
            }
        }
    }

    [Fact]
    public void The_default_target_is_the_lowest_that_all_reach()
    {
        using var sandbox = new Sandbox();
        var runs = SeriesTests.Read(sandbox, new SyntheticRun { Perplexities = [400, 120.01, 150] }, new SyntheticRun { Seed = 2, Perplexities = [300, 110] });
        double target = TargetBars.CommonTarget(runs, PerplexityKind.Valid);
        Assert.Equal(120.1, target, 9);
        Assert.All(runs, run => Assert.NotNull(Curve.FirstAt(Curve.Of(run, PerplexityKind.Valid), target)));
    }

    [Fact]
    public void A_target_that_some_do_not_reach_leaves_them_without_a_bar()
    {
        using var sandbox = new Sandbox();
        var input = Input(sandbox, new SyntheticRun { Perplexities = [400, 100] }, new SyntheticRun { Compressor = "onebit+float32", Perplexities = [400, 300] });
        var table = new TargetBars().Compose(input with { Options = new PictureOptions { Perplexity = 250 } }).Data;
        Assert.Equal([1, 0], table.Values("runs_that_reached_it"));
        Assert.Equal(7.5, Assert.Single(table.Values("seconds")), 9);
        Assert.Throws<UserErrorException>(() => new TargetBars().Compose(input with { Options = new PictureOptions { Perplexity = 50 } }));
    }

    [Theory]
    [InlineData(4000)]
    [InlineData(4000, 3000)]
    [InlineData(4000, 1)]
    public void An_axis_that_says_it_is_logarithmic_is(params int[] bytes)
    {
        using var sandbox = new Sandbox();
        var input = Input(sandbox, [.. bytes.Select((sent, i) => new SyntheticRun { BytesPerStepAndWorker = sent, Rate = i + 1 })]);
        Assert.All(PlotKinds.All().Where(kind => kind is TargetBars or CurveOverBytes).SelectMany(kind => kind.Compose(input).Panels), panel =>
            Assert.True(panel.X.IsLogarithmic || !panel.X.Label.Contains("logarithmic", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_model_adds_computing_and_bits_by_the_link()
    {
        using var sandbox = new Sandbox();
        // A row is 10 steps of 0.5 s: 4, 1 and 1 halves of a second of parallel parts, a quarter of update; 4,000 bytes a step and worker.
        var runs = SeriesTests.Read(
            sandbox, new SyntheticRun { Perplexities = [400, 200] }, new SyntheticRun { Perplexities = [400, 200], Workers = 1, VirtualWorkers = 4 });
        var (alone, simulated) = (runs[0], runs[1]);
        var link = LinkRates.ParseList("10mbit")[0];

        var measured = BandwidthModel.Curve(alone, PerplexityKind.Valid, link, latency: 0.01);
        double step = (40_000 * 8 / 1e7) + 0.1;
        Assert.Equal([3.25 + step, 2 * (3.25 + step)], measured.Select(point => Math.Round(point.Seconds, 9)));
        Assert.Equal(0.25 + (3.0 / 4) + step, BandwidthModel.Curve(simulated, PerplexityKind.Valid, link, latency: 0.01)[0].Seconds, 9);
    }

    [Theory]
    [InlineData("completed", 5)]
    [InlineData("interrupted", 4)]
    public void Latency_comes_with_every_exchange_and_with_the_last_one_of_a_run_that_ended(string status, int exchanges)
    {
        using var sandbox = new Sandbox();
        var run = Assert.Single(SeriesTests.Read(sandbox, new SyntheticRun { Perplexities = [400, 300, 200], LocalSteps = 7, Status = status, BytesPerStepAndWorker = 0 }));
        Assert.Equal([1L, 2, exchanges], new long[] { 10, 20, 30 }.Select(run.ExchangesBy));
        var curve = BandwidthModel.Curve(run, PerplexityKind.Valid, LinkRates.ParseList("10mbit")[0], latency: 10);
        Assert.Equal([3.25 + 10, 6.5 + 20, 9.75 + (10 * exchanges)], curve.Select(point => Math.Round(point.Seconds, 9)));
    }

    [Fact]
    public void Simulated_workers_with_optimizers_of_their_own_would_update_at_the_same_time_and_copies_count()
    {
        using var sandbox = new Sandbox();
        var run = new SyntheticRun { Perplexities = [400], Workers = 1, VirtualWorkers = 4, LocalSteps = 10, BytesPerStepAndWorker = 0, Copy = 0.4 };
        var curve = BandwidthModel.Curve(Assert.Single(SeriesTests.Read(sandbox, run)), PerplexityKind.Valid, LinkRates.ParseList("10mbit")[0], latency: 0);
        Assert.Equal((3.25 + 0.4) / 4, curve[0].Seconds, 9);
    }

    [Fact]
    public void The_panel_of_bytes_shows_each_series_once_from_its_first_exchange_on()
    {
        using var sandbox = new Sandbox();
        SyntheticRun lab = new() { Perplexities = [400, 200], Network = "lab: 2 hosts, 100mbit" }, silent = new() { Perplexities = [400, 200], BytesPerStepAndWorker = 0, LocalSteps = 32 };
        var picture = new BandwidthPanels().Compose(Input(sandbox, lab, lab with { Network = "lab: 2 hosts, 1gbit" }, new SyntheticRun { Perplexities = [300, 100] }, silent));
        var panel = picture.Panels[0];
        Assert.Equal("Bytes of one worker", panel.X.Label);
        var lines = panel.Marks.OfType<LineMark>().ToDictionary(line => line.Label);
        Assert.Equal(picture.Legend.Select(mark => mark.Label), lines.Keys);
        Assert.Equal([40_000, 80_000], Bytes("dense, measured"));
        Assert.Equal([40_000, 80_000], Bytes("dense"));
        Assert.Equal([double.NaN, double.NaN], Bytes("dense, H = 32"));

        IEnumerable<double> Bytes(string label) => picture.Data.RowsWhere(lines[label].Where).Select(row => lines[label].X.Of(picture.Data, row));
    }

    [Fact]
    public void Copies_are_a_part_of_the_step_where_there_are_any()
    {
        using var sandbox = new Sandbox();
        var with = Input(sandbox, new SyntheticRun(), new SyntheticRun { Copy = 1, Rate = 5 });
        var without = with with { Series = [with.Series[0]] };
        foreach (var kind in (PlotKind[])[new SplitBars(), new StepTimeline()])
        {
            Assert.DoesNotContain("copies", Names(kind, without));
            Assert.Equal("copies", Names(kind, with)[1]);
        }

        // A row is 10 steps with a second of copies.
        var table = new SplitBars().Compose(with).Data;
        var copies = table.RowsWhere([("part_name", "copies")]).Select(row => (double)row[table.Column("to_ms")] - (double)row[table.Column("from_ms")]);
        Assert.Equal([0, 100], copies.Select(milliseconds => Math.Round(milliseconds, 6)));
        Assert.Equal(["copies ms"], Heads(with).Except(Heads(without)));

        static string[] Names(PlotKind kind, PlotInput input) => [.. kind.Compose(input).Panels[0].Marks.Select(mark => mark.Label)];
        static IReadOnlyList<string> Heads(PlotInput input) => ReportTables.OfSeries(input.Series).Heads;
    }

    [Theory]
    [InlineData("100mbit,10mbit,100mbit", 10e6, 100e6)]
    [InlineData("2.5gbit", 2.5e9)]
    public void Link_speeds_are_read_as_tc_writes_them(string text, params double[] rates) => Assert.Equal(rates, LinkRates.ParseList(text).Select(rate => rate.BitsPerSecond));

    [Fact]
    public void A_run_of_the_lab_is_measured_and_stands_in_the_panel_of_its_rate_alone()
    {
        using var sandbox = new Sandbox();
        var input = Input(sandbox, new SyntheticRun { Perplexities = [400, 200] }, new SyntheticRun { Perplexities = [300, 100], Network = "lab: 2 hosts, 250mbit" });
        var picture = new BandwidthPanels().Compose(input with { Options = new PictureOptions { Rates = "10mbit" } });
        Assert.Equal(
            [(0, 10e6), (0, 10e6), (0, 250e6), (0, 250e6), (1, 250e6), (1, 250e6)],
            picture.Data.Values("measured").Zip(picture.Data.Values("bits_per_second"), (measured, rate) => ((int)measured, rate)));
        Assert.Equal([5, 10], picture.Data.Values("seconds").TakeLast(2));
        Assert.Equal(["dense", "dense, measured"], picture.Data.Rows.Select(row => (string)row[1]).Distinct());
        Assert.Contains("Modelled, not measured", picture.Caption, StringComparison.Ordinal);
        Assert.Contains("ran in the lab, over links of this speed, evaluations included", picture.Caption, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_all_runs_are_of_the_lab_nothing_is_modelled_and_a_method_looks_the_same_at_every_rate()
    {
        using var sandbox = new Sandbox();
        var runs = new[] { "100mbit", "1gbit" }.SelectMany(rate => new[] { "dense+float32", "topk(ratio=0.01)+float32" }.Select(compressor =>
            new SyntheticRun { Perplexities = [400, 200], Network = $"lab: 2 hosts, {rate}", Compressor = compressor }));
        var picture = new BandwidthPanels().Compose(Input(sandbox, [.. runs]));
        string[] words = [picture.Title, picture.Caption, .. picture.Panels.SelectMany(panel => (string[])[panel.Title, panel.X.Label, panel.Y.Label])];
        Assert.All(words, text => Assert.DoesNotContain("odelled", text, StringComparison.Ordinal));
        Assert.Equal(["Bytes sent", "100 Mbit/s", "1 Gbit/s"], picture.Panels.Select(panel => panel.Title));
        Assert.Equal([100e6, 1e9], picture.Data.Values("bits_per_second").Distinct());
        Assert.Equal([(1, "dense"), (2, "topk(ratio=0.01)")], picture.Data.Rows.Select(row => ((int)row[0], (string)row[1])).Distinct());
    }

    [Fact]
    public void A_time_line_starts_what_is_hidden_before_the_backward_pass_ends()
    {
        var schedule = StepTimeline.Schedule(new StepSplit(10, 0, 1, 4, 2, 3, 0, Hidden: 5));
        Assert.Equal([(0.0, 10.0), (5.0, 5.0), (5.0, 6.0), (6.0, 10.0), (10.0, 12.0), (12.0, 15.0)], schedule);
    }

    [Fact]
    public void Scaling_has_a_point_for_each_number_of_workers_and_a_line_from_the_fewest()
    {
        using var sandbox = new Sandbox();
        var input = Input(
            sandbox, new SyntheticRun { Workers = 2, WordsPerSecond = 1000 }, new SyntheticRun { Workers = 4, WordsPerSecond = 1800 },
            new SyntheticRun { Workers = 1, VirtualWorkers = 64, WordsPerSecond = 5 });
        var table = new ScalingLines().Compose(input).Data;
        Assert.Equal([2, 4], table.Values("workers"));
        Assert.Equal([1000, 2000], table.Values("linear_words_per_second"));
    }

    [Fact]
    public void A_cell_of_the_heat_map_is_a_compressor_and_a_ratio()
    {
        using var sandbox = new Sandbox();
        var topk = new SyntheticRun { Compressor = "topk(ratio=0.1,scope=slot)+float32", Exchange = "allgather" };
        var input = Input(
            sandbox, new SyntheticRun(), topk, topk with { Compressor = "topk(ratio=0.01,scope=slot)+float32", Perplexities = [90] },
            topk with { Compressor = "randomk(ratio=0.1)+float32" }, topk with { Rate = 5, Perplexities = [80] });
        var rows = new HeatMap().Compose(input).Data.Rows.Select(row => $"{row[2]} {row[3]} {row[4]:F0}").Order(StringComparer.Ordinal);
        Assert.Equal(["dense none 151", "randomk 0.1 151", "topk 0.01 91", "topk 0.1 81"], rows);
    }

    [Fact]
    public void Runs_that_exchange_at_other_times_are_other_methods()
    {
        using var sandbox = new Sandbox();
        var rare = new SyntheticRun { LocalSteps = 8, WordsPerSecond = 1500 };
        var input = Input(sandbox, new(), rare, new() { Workers = 4 }, rare with { Workers = 4 }, rare with { Compressor = "topk(ratio=0.1)+float32" });
        Assert.Equal(["dense", "dense, H = 8"], new ScalingLines().Compose(input).Data.Rows.Select(row => (string)row[1]).Distinct());
        Assert.Equal(["dense", "dense, H = 8", "topk, H = 8"], new HeatMap().Compose(input).Data.Rows.Select(row => (string)row[2]).Distinct());
        Assert.Contains("one H-th of an exchange", new SplitBars().Compose(input).Caption, StringComparison.Ordinal);
    }

    [Fact]
    public void The_baseline_is_black_and_no_other_series_is()
    {
        using var sandbox = new Sandbox();
        var series = Input(
            sandbox,
            [new SyntheticRun { Rate = 1 }, new SyntheticRun(), .. Enumerable.Range(1, 20).Select(i => new SyntheticRun { Compressor = $"topk(ratio=0.{i:D2})+float32", Exchange = "allgather" })]).Series;
        SeriesStyle[] styles = [.. series.Select(one => SeriesMarks.Style(one, series))];
        Assert.All(Pairs.Of(series, styles), pair => Assert.Equal(pair.First.IsDense, pair.Second.Colour == SeriesStyle.Black));
        Assert.Equal(styles.Length, styles.Select(style => (style.Colour, style.Point, style.IsFilled)).Distinct().Count());
    }

    [Fact]
    public void The_baseline_is_named_first_and_lies_on_the_other_lines_without_hiding_behind_a_band()
    {
        using var sandbox = new Sandbox();
        var topk = new SyntheticRun { Compressor = "topk(ratio=0.01)+float32", Exchange = "allgather" };
        var picture = new CurveOverSteps().Compose(Input(sandbox, new(), new() { Seed = 2 }, topk, topk with { Seed = 2 }));
        Assert.Equal(["dense", "topk(ratio=0.01)"], picture.Legend.Select(mark => mark.Label));
        Mark[] marks = [.. picture.Panels[0].FromBelow];
        Assert.Equal([typeof(BandMark), typeof(BandMark), typeof(LineMark), typeof(LineMark)], marks.Select(mark => mark.GetType()));
        Assert.Equal("dense", marks[^1].Label);
    }

    [Fact]
    public void A_series_of_one_run_has_no_interval_and_one_of_several_has()
    {
        using var sandbox = new Sandbox();
        var topk = new SyntheticRun { Compressor = "topk(ratio=0.01)+float32", Exchange = "allgather" };
        var input = Input(sandbox, new(), topk, topk with { Seed = 2 });
        Assert.Equal([("series", (object)2)], Assert.Single(Marks<BandMark>(new CurveOverBytes())).Where);
        Assert.Equal([("series", (object)2)], Assert.Single(Marks<ErrorBarMark>(new RatioFront())).Where);
        Assert.All(Marks<ErrorBarMark>(new TargetBars()), bars => Assert.True(bars.IsHorizontal && bars.Where.SequenceEqual([("series", (object)2)])));
        Assert.Equal(2, Marks<ErrorBarMark>(new TargetBars()).Length);

        T[] Marks<T>(PlotKind kind) => [.. kind.Compose(input).Panels.SelectMany(panel => panel.Marks).OfType<T>()];
    }

    [Fact]
    public void Every_axis_of_every_kind_says_its_quantity_and_unit_or_has_names()
    {
        using var sandbox = new Sandbox();
        var topk = new SyntheticRun { Compressor = "topk(ratio=0.01)+float32", Exchange = "allgather" };
        var input = Input(sandbox, new(), new() { Workers = 4 }, topk);
        string[] labels = ["Training perplexity", "Validation perplexity", "Test perplexity", "Step", "Wall-clock (s)", "Bytes of one worker", "Time (s)", "Bytes of one worker (logarithmic)",
            "True compression ratio (dense bytes / bytes on the wire)", "Modelled wall-clock", "Time of a step (ms)", "Workers", "Words per second (all workers)",
            "Ratio asked for", "Time since the step began (ms)"];
        foreach (var kind in PlotKinds.All().Where(kind => kind is not PipelineTimeline))
        {
            var picture = kind.Compose(input);
            Assert.Contains(picture.Panels[^1].X.Label, labels);
            Assert.True(picture.Panels[0].Y.HasNames || labels.Contains(picture.Panels[0].Y.Label), $"{kind.Name}: {picture.Panels[0].Y.Label}");
            Assert.All(picture.Panels, panel => Assert.All((Axis[])[panel.X, panel.Y], axis => Assert.NotEmpty(axis.Ticks)));
        }
    }

    [Fact]
    public void Captions_name_machine_workers_seeds_corpus_and_what_is_missing()
    {
        using var sandbox = new Sandbox();
        var input = Input(
            sandbox, new SyntheticRun { Seed = 5, Compressor = "onebit+float32", Status = "interrupted" },
            new SyntheticRun { Seed = 6, Compressor = "sign+float32", Workers = 1, VirtualWorkers = 8 });
        string caption = new CurveOverSteps().Compose(input).Caption;
        foreach (string part in (string[])["Workers: 2, and 8 simulated", "Seeds: 5, 6", "Corpus: ptb", "Not finished: run0 (step 30)", "No dense baseline", "core", "thread"])
        {
            Assert.Contains(part, caption, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(2, 0, false)]
    [InlineData(1, 2, false)]
    public void Pictures_of_bytes_say_where_a_worker_had_no_peer(int workers, int virtualWorkers, bool said)
    {
        using var sandbox = new Sandbox();
        var input = Input(sandbox, new SyntheticRun { Workers = workers, VirtualWorkers = virtualWorkers });
        foreach (var kind in (PlotKind[])[new CurveOverBytes(), new TargetBars(), new RatioFront()])
        {
            Assert.Equal(said, kind.Compose(input).Caption.Contains("that it would send as one of two", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_run_that_diverged_does_not_flatten_the_others()
    {
        var axis = Axis.OfPerplexities([100, 120, 1e30, double.NaN]);
        Assert.True(axis.IsCut);
        Assert.InRange(axis.High, 120, 10_000);
    }

    private static PlotInput Input(Sandbox sandbox, params SyntheticRun[] runs) => new(SeriesGrouping.Group(SeriesTests.Read(sandbox, runs)), new PictureOptions());
}
