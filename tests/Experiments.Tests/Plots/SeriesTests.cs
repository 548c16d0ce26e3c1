using Compression.Experiments.Plots.Runs;
using Compression.Experiments.Plots.Series;
using Compression.Experiments.Statistics;

namespace Compression.Experiments.Tests.Plots;

/// <summary>Series over seeds, their labels, means and curves.</summary>
public sealed class SeriesTests
{
    // Two-sided 95 %, from the printed tables of Student's distribution.
    [Theory]
    [InlineData(1, 12.706)]
    [InlineData(2, 4.303)]
    [InlineData(3, 3.182)]
    [InlineData(4, 2.776)]
    [InlineData(7, 2.365)]
    [InlineData(10, 2.228)]
    [InlineData(30, 2.042)]
    [InlineData(120, 1.980)]
    public void Quantiles_are_those_of_the_tables(int freedom, double quantile) => Assert.Equal(quantile, StudentT.Quantile(0.95, freedom), 3);

    // Student's sleep data (Biometrika 1908); t = -4.0621 with 9 degrees of freedom, p = 0.002833 and the interval are printed by R's t.test(paired = TRUE) in its manual.
    [Fact]
    public void A_paired_test_of_the_sleep_data_is_that_of_R()
    {
        double[] first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0], second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
        var difference = PairedDifference.Of(Keyed(first), Keyed(second).Reverse());
        Assert.Equal(-1.58, difference.Mean.Mean, 10);
        Assert.Equal(-4.0621, difference.Mean.Mean / difference.Mean.StandardError, 4);
        Assert.Equal((-2.4598858, -0.7001142), (Math.Round(difference.Mean.Low, 7), Math.Round(difference.Mean.High, 7)));
        Assert.Equal(0.002833, difference.P, 6);

        // A seed that stands on one side alone counts for nothing, and one pair says nothing of chance.
        Assert.Equal(difference, PairedDifference.Of(Keyed([.. first, 100]), Keyed(second)));
        Assert.Equal(double.NaN, PairedDifference.Of(Keyed([1]), Keyed([2])).P);

        static IEnumerable<KeyValuePair<string, double>> Keyed(double[] values) => values.Select((value, patient) => KeyValuePair.Create($"{patient}", value));
    }

    [Fact]
    public void The_interval_is_that_of_a_hand_calculation()
    {
        // Mean 12, sample variance 4, standard error 2/sqrt(3) = 1.1547, t(2) = 4.3027.
        var estimate = Estimate.Of([10, 12, 14, double.NaN]);
        Assert.Equal((12.0, 3), (estimate.Mean, estimate.Count));
        Assert.Equal(4.9683, estimate.HalfWidth, 4);
        Assert.Equal(12 - 4.9683, estimate.Low, 4);

        var single = Estimate.Of([5]);
        Assert.Equal((5.0, 5.0, 5.0), (single.Low, single.Mean, single.High));
        Assert.Equal(0, Estimate.Of([double.NaN]).Count);
    }

    [Fact]
    public void A_run_under_way_does_not_cut_off_the_curve_of_those_that_are_done()
    {
        using var sandbox = new Sandbox();
        SyntheticRun done = new() { Perplexities = [400, 200, 150] }, underWay = new() { Perplexities = [380], Seed = 2, Status = "interrupted" };
        var both = Assert.Single(SeriesGrouping.Group(Read(sandbox, done, underWay)));
        Assert.Equal([(10L, 400.0), (20, 200), (30, 150)], Curve.Of(both, PerplexityKind.Valid).Select(point => (point.Step, Math.Round(point.Perplexity.Mean, 9))));
        var alone = both with { Runs = [both.Runs[1]] };
        Assert.Equal([10L], Curve.Of(alone, PerplexityKind.Valid).Select(point => point.Step));
    }

    [Fact]
    public void Runs_that_differ_by_their_seed_alone_are_one_series()
    {
        using var sandbox = new Sandbox();
        var topk = new SyntheticRun { Compressor = "topk(ratio=0.01,scope=slot)+float32", Memory = "residual(beta=1)", Exchange = "allgather" };
        var series = SeriesGrouping.Group(Read(
            sandbox, topk with { Seed = 10 }, topk with { Seed = 9 }, new SyntheticRun { Seed = 3 }, new SyntheticRun { Seed = 4 }, topk with { Seed = 9, Rate = 5 }));

        Assert.Equal(["dense", "topk(ratio=0.01)", "topk(ratio=0.01), init_lr=5"], series.Select(one => one.Label));
        Assert.Equal([2, 2, 1], series.Select(one => one.Runs.Count));
        Assert.Equal([1, 2, 3], series.Select(one => one.Number));
        Assert.Equal(["9", "10"], series[1].Runs.Select(run => run.Option("seed")));
        Assert.True(series[0].IsDense);
        Assert.Equal(["init_lr=20"], SeriesLabels.Usual([.. series.Select(one => one.Runs[0])]));
    }

    [Fact]
    public void Labels_name_what_tells_series_apart_and_no_more()
    {
        using var sandbox = new Sandbox();
        string[] labels = [.. SeriesGrouping.Group(Read(
            sandbox,
            new SyntheticRun { Compressor = "dense+float32", Exchange = "powersgd(rank=1,warm_start=true)" },
            new SyntheticRun { Compressor = "dense+float32", Exchange = "allreduce(format=float16)" },
            new SyntheticRun { Compressor = "dense+sign(magnitude=mean)", Memory = "residual(beta=1)", Exchange = "allgather" },
            new SyntheticRun { Compressor = "dense+sign(magnitude=mean)", Memory = "none", Exchange = "allgather" },
            new SyntheticRun { Compressor = "topk(ratio=0.1,scope=slot)+sign(magnitude=mean)", Exchange = "majority" },
            new SyntheticRun { VirtualWorkers = 8 },
            new SyntheticRun())).Select(one => one.Label)];

        Assert.Equal(
            [
                "dense, 8 virtual workers", "dense", "powersgd(rank=1)", "allreduce(format=float16)", "sign, residual memory", "sign, no memory",
                "topk(ratio=0.1)+sign, majority",
            ],
            labels);
    }

    [Fact]
    public void Labels_leave_out_the_quantizer_that_a_sparsifier_takes_of_itself()
    {
        using var sandbox = new Sandbox();
        string[] compressors =
        [
            "adacomp(bin=500,compensation=1)+sign(magnitude=sparsifier)", "adacomp(bin=500,compensation=4)+sign(magnitude=mean)", "variance(alpha=2)+exponent",
            "variance(alpha=2)+float32", "unheard(of=1)+float32", "unheard(of=1)+sign(magnitude=mean)",
        ];
        var series = SeriesGrouping.Group(Read(sandbox, [.. compressors.Select(text => new SyntheticRun { Compressor = text, Exchange = "allgather" })]));

        Assert.Equal(
            ["adacomp", "adacomp(compensation=4)+sign", "unheard", "unheard+sign", "variance(alpha=2)", "variance(alpha=2)+float32"],
            series.Select(one => one.Label).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_memory_that_no_compressor_takes_of_itself_is_named()
    {
        using var sandbox = new Sandbox();
        var topk = new SyntheticRun { Compressor = "topk(ratio=0.01,scope=slot)+float32", Exchange = "allgather" };
        var series = SeriesGrouping.Group(Read(
            sandbox, topk with { Memory = "residual(beta=1,gamma=1)" }, topk with { Memory = "momentum(momentum=0.9,nesterov=false,clipping=0,masking=false)", Rate = 2 }));
        Assert.Equal(["topk(ratio=0.01), init_lr=2, momentum(masking=false) memory", "topk(ratio=0.01)"], series.Select(one => one.Label).OrderByDescending(label => label.Length));
    }

    [Fact]
    public void Labels_leave_out_defaults_where_others_depart_from_them()
    {
        using var sandbox = new Sandbox();
        string[] memories =
        [
            "momentum(momentum=0.9,nesterov=false,clipping=0,masking=true)", "momentum(momentum=0.9,nesterov=false,clipping=0,masking=false)",
            "momentum(momentum=0.9,nesterov=true,clipping=0.5,masking=true)",
        ];
        var series = SeriesGrouping.Group(Read(
            sandbox, [.. memories.Select(memory => new SyntheticRun { Compressor = "topk(ratio=0.01,scope=slot)+float32", Memory = memory, Exchange = "allgather" })]));

        Assert.Equal(
            ["topk(ratio=0.01), momentum memory", "topk(ratio=0.01), momentum(masking=false) memory", "topk(ratio=0.01), momentum(nesterov=true,clipping=0.5) memory"],
            series.Select(one => one.Label).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Labels_name_arguments_that_are_not_the_defaults_though_nothing_else_tells_them_from()
    {
        using var sandbox = new Sandbox();
        var series = SeriesGrouping.Group(Read(
            sandbox,
            new SyntheticRun(),
            new SyntheticRun { Compressor = "dense+terngrad(clip=17.1)", Exchange = "allgather" },
            new SyntheticRun { Compressor = "topk(ratio=0.01,scope=slot)+terngrad(clip=2.5)", Exchange = "allgather" },
            new SyntheticRun { Compressor = "of_another_build(knob=3)+float32", Exchange = "allgather" }));
        Assert.Equal(["dense", "terngrad(clip=17.1)", "topk(ratio=0.01)+terngrad", "of_another_build"], series.Select(one => one.Label));
    }

    [Fact]
    public void Labels_say_how_many_steps_are_local_and_what_the_outer_step_is()
    {
        using var sandbox = new Sandbox();
        var diloco = new SyntheticRun { LocalSteps = 32, OuterOptimizer = "nesterov", OuterRate = 0.7, OuterMomentum = 0.9 };
        var series = SeriesGrouping.Group(Read(
            sandbox, diloco, diloco with { LocalSteps = 8 }, new SyntheticRun(), new SyntheticRun { LocalSteps = 8 }, new SyntheticRun { LocalSteps = 8, OuterRate = 0.5 },
            diloco with { Compressor = "topk(ratio=0.01)+float32", Exchange = "allgather" }, new SyntheticRun { OuterMomentum = 0.9 }));

        // The usual outer step is left to the caption.
        Assert.Equal(
            [
                "dense", "dense, H = 32", "dense, H = 8", "dense, H = 8, outer mean", "dense, H = 8, outer sgd(lr=0.5)", "topk(ratio=0.01), H = 32",
                "dense, outer sgd(lr=1,momentum=0.9)",
            ],
            series.Select(one => one.Label));
        Assert.Equal(["outer nesterov(lr=0.7,momentum=0.9)"], SeriesLabels.Usual([.. series.Select(one => one.Runs[0])]));

        // A gradient of every step is the baseline, and nothing else.
        Assert.Equal(["dense"], series.Where(one => one.IsDense).Select(one => one.Label));
    }

    [Fact]
    public void A_series_is_the_mean_at_the_steps_that_all_its_runs_have()
    {
        using var sandbox = new Sandbox();
        var series = Assert.Single(SeriesGrouping.Group(Read(
            sandbox, new SyntheticRun { Seed = 1, Perplexities = [100, 60, 50] }, new SyntheticRun { Seed = 2, Perplexities = [120, 80] })));

        var points = Curve.Of(series, PerplexityKind.Valid);

        Assert.Equal([10L, 20L], points.Select(point => point.Step));
        Assert.Equal(70, points[1].Perplexity.Mean, 9);
        Assert.Equal(4000 * 20, points[1].Bytes);
        Assert.Equal(10, points[1].Seconds);
    }

    [Fact]
    public void A_target_is_reached_on_the_straight_line_between_two_points()
    {
        CurvePoint[] curve = [new(10, 400, 5, 100), new(20, 200, 10, 300), new(30, 250, 15, 500), new(40, 100, 20, 700)];

        Assert.Equal(new CurvePoint(15, 300, 7.5, 200), Curve.FirstAt(curve, 300));
        Assert.Equal(10, Curve.FirstAt(curve, 200)!.Seconds);
        Assert.Equal(5, Curve.FirstAt(curve, 1000)!.Seconds);
        Assert.Equal(20, Curve.FirstAt(curve, 100)!.Seconds);
        Assert.Null(Curve.FirstAt(curve, 99));
    }

    [Fact]
    public void A_higher_target_is_never_reached_later()
    {
        var random = new Random(5);
        for (int repeat = 0; repeat < 50; repeat++)
        {
            double seconds = 0;
            CurvePoint[] curve = [.. Enumerable.Range(1, 20).Select(step => new CurvePoint(step, 50 + (random.NextDouble() * 100), seconds += random.NextDouble(), step))];
            double[] times = [.. Enumerable.Range(50, 110).Select(target => Curve.FirstAt(curve, target)?.Seconds ?? double.PositiveInfinity)];
            Assert.Equal(times.OrderDescending(), times);
        }
    }

    internal static IReadOnlyList<RunData> Read(Sandbox sandbox, params SyntheticRun[] runs) =>
        [.. runs.Select((run, index) => RunReader.Read(run.WriteTo(sandbox.At($"run{index}")), $"run{index}"))];
}
