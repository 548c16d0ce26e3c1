using Compression.Training.TransformerXl;

namespace Compression.Training.Tests.TransformerXl;

[Seeded]
public sealed class ScheduleTests
{
    [Theory]
    [InlineData("cosine", 1, 0.1)]
    [InlineData("cosine", 9, 0.9)]
    [InlineData("cosine", 10, 0.9779754323328191)]
    [InlineData("cosine", 50, 0.55)]
    [InlineData("cosine", 100, 0.1)]
    [InlineData("cosine", 130, 0.1)]
    [InlineData("constant", 5, 0.5)]
    [InlineData("constant", 99, 1)]
    [InlineData("inv_sqrt", 5, 0.158113883008419)]
    [InlineData("inv_sqrt", 10, 0.316227766016838)]
    [InlineData("inv_sqrt", 64, 0.125)]
    [InlineData("dev_perf", 5, 0.5)]
    [InlineData("dev_perf", 50, 1)]
    public void The_rate_follows_its_formula_by_steps_and_by_tokens(string scheduler, int at, double rate)
    {
        var options = new TransformerXlOptions { Scheduler = scheduler, Lr = 1, EtaMin = 0.1, WarmupStep = 10, MaxStep = 100 };
        Assert.Equal(rate, new TransformerXlSchedule(options).RateOf(at, tokens: 1e9), 1e-12);
        var byTokens = options with { WarmupStep = 0, MaxStep = 7, WarmupTokens = 10, MaxTokens = 100 };
        Assert.Equal(rate, new TransformerXlSchedule(byTokens).RateOf(steps: 3, at), 1e-12);
    }

    [Fact]
    public void Dev_perf_falls_where_valid_has_not_and_never_below_its_floor()
    {
        var schedule = new TransformerXlSchedule(new TransformerXlOptions { Scheduler = "dev_perf", Lr = 1, DecayRate = 0.5, Patience = 1, LrMin = 0.3 });
        foreach (var (loss, rate) in new[] { (5.0, 1.0), (5.1, 1), (5.2, 0.5), (4.0, 0.5), (4.0, 0.5), (4.0, 0.3) })
        {
            schedule.Evaluated(loss);
            Assert.Equal(rate, schedule.RateOf(10, 10), 1e-12);
        }
    }

    [Theory]
    [InlineData("one_gpu", 1, 32, 1.25e-4 * 5 / 3 * 5 * 1)]
    [InlineData("one_machine", 8, 96, 0.005)]
    [InlineData("single_machine", 8, 96, 0.005)]
    [InlineData("two_machines", 16, 96, 0.01)]
    [InlineData("four_machines", 32, 96, 0.012)]
    [InlineData("eight_machines", 64, 96, 0.012)]
    [InlineData("sixteen_machines", 128, 96, 0.012)]
    [InlineData("test_1", 8, 16, 1.25e-4 * 5 / 3 * 4)]
    [InlineData("test_2", 16, 16, 1.25e-4 * 5 / 3 * 8)]
    [InlineData("test_4", 32, 16, 1.25e-4 * 16)]
    [InlineData("test_8", 64, 16, 2.5e-4 * 32)]
    [InlineData("test_16", 128, 16, 2.5e-4 * 64)]
    public void The_launch_table_has_the_published_workers_batches_and_rates(string config, int workers, int batch, double rate)
    {
        var table = LaunchTable.Find(config)!;
        Assert.Equal((workers, batch), (table.Workers, table.BatchSize));
        Assert.Equal(rate, table.RateFor(table.Workers), 1e-12);
        var values = table.Values(table.Workers).ToDictionary();
        var options = (TransformerXlOptions)Core.Catalog.OptionSchema.Of(typeof(TransformerXlOptions)).Bind(values, static name => $"--{name}");
        long parameters = options.ShapeFor(table.Vocabulary).ParameterCount();
        Assert.Equal(table.IsLarge ? 297_051_220 : 186_707_675, parameters);
        Assert.Equal(rate, options.Lr, 1e-12);
        Assert.Equal(table.IsLarge ? (384, 384, 3.6e10, 0.2, 0.2, 0.005) : (128, 128, 1.8e9, 0.1, 0, 0.02), (options.TgtLen, options.MemLen, options.MaxTokens, options.Dropout, options.Dropatt, options.InitStd));
    }

    [Fact]
    public void Every_config_of_the_command_line_is_in_the_table()
    {
        var choices = Core.Catalog.OptionSchema.Of(typeof(TransformerXlOptions)).Options.Single(option => option.Name == "config").Choices;
        Assert.Equal(choices.Where(name => name != "none").Order(), LaunchTable.All.Select(table => table.Name).Order());
    }
}
