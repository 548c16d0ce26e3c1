using Compression.Experiments.Sweeps;

namespace Compression.Experiments.Tests.Sweeps;

/// <summary>Which trials a grid has, and what their ids depend on.</summary>
public sealed class SweepPlanTests
{
    private const string Two = "  compressor: {values: [none, topk]}\n  compress_ratio: {values: [0.1, 0.01, 0.001]}\n";

    private static HashSet<string> Ids(string text) => [.. Grids.Plan(text).Trials.Select(trial => trial.Id)];

    [Fact]
    public void A_grid_holds_every_combination_once_the_first_seed_first()
    {
        var plan = Grids.Plan(Grids.Text("  seed: {values: [1, 2]}\n" + Two));
        Assert.Equal(12, plan.Trials.Length);
        Assert.Equal(12, plan.Trials.Select(trial => trial.Id).Distinct().Count());
        Assert.All(plan.Trials[..6], trial => Assert.Equal("1", trial["seed"]));
        Assert.Equal(["0.1", "0.01", "0.001"], plan.Trials[..3].Select(trial => trial["compress_ratio"]));
        Assert.Equal(["compressor", "compress_ratio"], plan.Varying);
    }

    // printf 'train\ncompressor=topk\nseed=1\n' | sha256sum
    [Fact]
    public void An_id_is_the_same_for_ever() => Assert.Equal(
        "44dd24f074", Trial.Of("train", [KeyValuePair.Create("compressor", "topk"), KeyValuePair.Create("seed", "1")]).Id);

    [Theory]
    [InlineData("  compress_ratio: {values: [0.001, 0.1, 0.01]}\n  compressor: {values: [topk, none]}\n")]
    [InlineData("  compressor: {values: [none, 'topk']}\n  compress_ratio: {values: [1e-1, 0.010, 1.0E-3]}\n")]
    public void Ids_depend_neither_on_order_nor_on_spelling(string same) => Assert.Equal(Ids(Grids.Text(Two)), Ids(Grids.Text(same)));

    [Fact]
    public void A_value_more_keeps_the_ids_of_the_others()
    {
        var before = Ids(Grids.Text(Two));
        var after = Ids(Grids.Text(Two.Replace("topk]", "topk, sign]", StringComparison.Ordinal)));
        Assert.ProperSubset(after, before);
        Assert.Equal(9, after.Count);
    }

    [Fact]
    public void Options_that_go_together_are_combined_with_all_else_and_not_with_each_other()
    {
        const string together = "  seed: {values: [1, 2]}\n  momentum: {values: [0, 0.9]}\nconfigurations:\n- {compressor: topk, compress_ratio: 0.1, optim: sgd}\n- {optim: sgd, compressor: sign}\n";
        var plan = Grids.Plan(Grids.Text(together));
        Assert.Equal(["momentum", "compressor", "compress_ratio"], plan.Varying);
        Assert.Equal(
            ["1 0 topk 0.1", "1 0.9 topk 0.1", "1 0 sign ", "1 0.9 sign ", "2 0 topk 0.1", "2 0.9 topk 0.1", "2 0 sign ", "2 0.9 sign "],
            plan.Trials.Select(trial => $"{trial["seed"]} {trial["momentum"]} {trial["compressor"]} {trial["compress_ratio"]}"));
        Assert.All(plan.Trials, trial => Assert.Equal("sgd", trial["optim"]));
        Assert.Equal("momentum=0 compressor=sign", plan.Trials[2].Describe(plan.Varying));
    }

    // A trial is the same wherever its options stand.
    [Fact]
    public void A_configuration_of_one_option_is_a_list_of_values() => Assert.Equal(
        Ids(Grids.Text("  compressor: {values: [none, sign]}\n")), Ids(Grids.Text("configurations: [{compressor: none}, {compressor: sign}]\n")));

    [Fact]
    public void Random_trials_follow_from_the_seed_alone()
    {
        const string range = "  compressor: {values: [none, topk, sign]}\n  clip: {min: 0.01, max: 10, distribution: log_uniform_values}\n";
        var first = Ids(Grids.Text(range, "method: random\nrun_cap: 20\nseed: 5"));
        Assert.Equal(first, Ids(Grids.Text(range, "method: random\nrun_cap: 20\nseed: 5")));
        Assert.Empty(first.Intersect(Ids(Grids.Text(range, "method: random\nrun_cap: 20\nseed: 6"))));
        Assert.ProperSubset(Ids(Grids.Text(range, "method: random\nrun_cap: 30\nseed: 5")), first);
    }

    [Fact]
    public void A_random_parameter_more_leaves_the_draws_of_the_others_alone()
    {
        const string head = "method: random\nrun_cap: 10";
        const string clip = "  clip: {min: 0.1, max: 1}\n";
        var alone = Grids.Plan(Grids.Text(clip, head)).Trials.Select(trial => trial["clip"]);
        var beside = Grids.Plan(Grids.Text("  momentum: {min: 0.0, max: 0.9}\n" + clip, head)).Trials.Select(trial => trial["clip"]);
        Assert.Equal(alone, beside);
    }

    [Fact]
    public void A_draw_is_repeated_with_each_seed()
    {
        var plan = Grids.Plan(Grids.Text("  clip: {min: 0.1, max: 1}\n  seed: {values: [1, 2, 3]}\n", "method: random\nrun_cap: 12"));
        Assert.Equal(12, plan.Trials.Length);
        Assert.All(plan.Trials.GroupBy(trial => trial["clip"]), draw => Assert.Equal(["1", "2", "3"], draw.Select(trial => trial["seed"])));
    }

    [Theory]
    [InlineData("uniform", 0.5, 2, 0, 1.25)]
    [InlineData("int_uniform", 1, 4, 0, 3)]
    [InlineData("log_uniform_values", 0.01, 1, 0, 0.1)]
    [InlineData("log_uniform", 0, 2, 0, 2.71828)]
    [InlineData("q_uniform", 0, 10, 4, 4)]
    [InlineData("q_log_uniform_values", 1, 100, 20, 20)]
    public void A_distribution_keeps_its_bounds_and_its_middle(string kind, double min, double max, double quantum, double middle)
    {
        var distribution = new ValueDistribution(kind, min, max, quantum > 0 ? quantum : 1);
        double Number(double point) => double.Parse(distribution.At(point), System.Globalization.CultureInfo.InvariantCulture);
        double low = kind == "log_uniform" ? Math.Exp(min) : min, high = kind == "log_uniform" ? Math.Exp(max) : max;
        Assert.Equal(middle, Number(0.5), 5);
        Assert.All(Enumerable.Range(0, 1000), i => Assert.InRange(Number(i / 1000.0), low, high * 1.000001));
        Assert.True(Number(0.999) > Number(0.001));
    }
}
