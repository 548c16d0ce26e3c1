namespace Compression.Experiments.Tests.Sweeps;

/// <summary>A grid file that cannot work ends with one line that names the place and the cure, and leaves nothing behind.</summary>
public sealed class GridFileTests
{
    private const string Metric = "metric: {name: test_perplexity, goal: minimize}\n";
    private const string Parameters = "parameters:\n  seed: {values: [1, 2]}\n";

    private static readonly Dictionary<string, (string Text, string[] Says)> s_wrong = new()
    {
        ["no YAML"] = ("method: [grid\n", ["grid.yaml, line "]),
        ["a list"] = ("- method\n", ["not one mapping"]),
        ["empty"] = ("", ["not one mapping"]),
        ["unknown key"] = ($"methd: grid\n{Metric}{Parameters}", ["line 1", "methd", "nearest is method"]),
        ["a key of W&B's that means nothing here"] = ($"method: grid\nearly_terminate: {{type: hyperband}}\n{Metric}{Parameters}", ["line 2", "early_terminate", "remove it"]),
        ["a key twice"] = ($"method: grid\nmethod: grid\n{Metric}{Parameters}", ["line 2", "uplicate", "method"]),
        ["a parameter twice"] = ($"method: grid\n{Metric}{Parameters}  seed: {{value: 3}}\n", ["line 5", "uplicate", "seed"]),
        ["method missing"] = ($"{Metric}{Parameters}", ["method is missing", "grid or random"]),
        ["method unknown"] = ($"method: bayes\n{Metric}{Parameters}", ["line 1", "bayes", "grid or random"]),
        ["random without an end"] = ($"method: random\n{Metric}{Parameters}", ["line 1", "run_cap"]),
        ["run_cap 0"] = ($"method: random\nrun_cap: 0\n{Metric}{Parameters}", ["line 2", "run_cap", "from 1 to 100000"]),
        ["run_cap beyond all plans"] = ($"method: random\nrun_cap: 1e15\n{Metric}{Parameters}", ["line 2", "run_cap '1e15'", "from 1 to 100000"]),
        ["run_cap that is no number"] = ($"method: random\nrun_cap: NaN\n{Metric}{Parameters}", ["line 2", "run_cap", "from 1 to 100000"]),
        ["a seed beyond all longs"] = ($"method: grid\nseed: 9223372036854775808\n{Metric}{Parameters}", ["line 2", "seed", "to 9223372036854775807"]),
        ["8e9 trials"] = ($"method: grid\n{Metric}parameters:\n{string.Concat(((string[])["seed", "bptt", "clip"]).Select(name => $"  {name}: {{values: [{string.Join(',', Enumerable.Range(1, 2000))}]}}\n"))}", ["line 3", "8,000,000,000 trials", "100,000", "run_cap"]),
        ["50,000 sequences in each other"] = ($"method: {new string('[', 50_000)}", ["line 1", "nested more than 64 deep"]),
        ["50,000 mappings in each other"] = ($"method: grid\nparameters: {string.Concat(Enumerable.Repeat("{a: ", 50_000))}", ["line 2", "nested more than 64 deep"]),
        ["metric missing"] = ($"method: grid\n{Parameters}", ["metric is missing"]),
        ["metric unknown"] = ($"method: grid\nmetric: {{name: test_perplexty}}\n{Parameters}", ["line 2", "test_perplexty", "nearest is test_perplexity"]),
        ["metric that is no number"] = ($"method: grid\nmetric: {{name: status}}\n{Parameters}", ["status", "summary.json"]),
        ["metric without its level"] = ($"method: grid\nmetric: {{name: wire_total}}\n{Parameters}", ["wire_total", "bytes.wire_total"]),
        ["metric with an unknown key"] = ($"method: grid\nmetric: {{name: test_perplexity, gaol: minimize}}\n{Parameters}", ["gaol", "nearest is goal"]),
        ["goal unknown"] = ($"method: grid\nmetric: {{name: test_perplexity, goal: minimise}}\n{Parameters}", ["metric.goal", "minimize or maximize"]),
        ["program unknown"] = ($"program: trian\nmethod: grid\n{Metric}{Parameters}", ["line 1", "trian", "train"]),
        ["program that does not train"] = ($"program: doctor\nmethod: grid\n{Metric}{Parameters}", ["doctor", "train"]),
        ["name empty"] = ($"name: ''\nmethod: grid\n{Metric}{Parameters}", ["line 1", "name"]),
        ["no parameters"] = ($"method: grid\n{Metric}", ["parameters is missing"]),
        ["a parameter that no trainer has"] = ($"method: grid\n{Metric}parameters:\n  compresor: {{values: [topk]}}\n", ["line 4", "compresor", "nearest is compressor"]),
        ["a parameter with dashes"] = ($"method: grid\n{Metric}parameters:\n  --seed: {{value: 1}}\n", ["line 4", "--seed", "seed"]),
        ["a parameter without its mapping"] = ($"method: grid\n{Metric}parameters:\n  seed: 3\n", ["line 4", "parameters.seed", "mapping"]),
        ["a parameter with an unknown key"] = ($"method: grid\n{Metric}parameters:\n  seed: {{valeus: [1]}}\n", ["line 4", "valeus", "nearest is values"]),
        ["value and values"] = ($"method: grid\n{Metric}parameters:\n  seed: {{value: 1, values: [1]}}\n", ["line 4", "exactly one"]),
        ["neither value nor values"] = ($"method: grid\n{Metric}parameters:\n  seed: {{distribution: constant}}\n", ["line 4", "exactly one"]),
        ["an empty list"] = ($"method: grid\n{Metric}parameters:\n  seed: {{values: []}}\n", ["line 4", "parameters.seed.values", "empty"]),
        ["an empty value in a list"] = ($"method: grid\n{Metric}parameters:\n  seed: {{values: [1, ~]}}\n", ["line 4", "empty value"]),
        ["an empty value"] = ($"method: grid\n{Metric}parameters:\n  seed: {{value: }}\n", ["line 4", "empty value"]),
        ["a list in a list"] = ($"method: grid\n{Metric}parameters:\n  seed: {{values: [[1]]}}\n", ["line 4", "single value"]),
        ["no list"] = ($"method: grid\n{Metric}parameters:\n  seed: {{values: 1}}\n", ["line 4", "must be a list"]),
        ["a value twice"] = ($"method: grid\n{Metric}parameters:\n  clip: {{values: [0.1, 1e-1]}}\n", ["line 4", "0.1 twice"]),
        ["a range in a grid"] = ($"method: grid\n{Metric}parameters:\n  clip: {{min: 0, max: 1}}\n", ["line 4", "clip", "method: random"]),
        ["a range of seeds"] = ($"method: random\nrun_cap: 4\n{Metric}parameters:\n  seed: {{min: 0, max: 9}}\n", ["seed", "list its values"]),
        ["half a range"] = ($"method: random\nrun_cap: 4\n{Metric}parameters:\n  clip: {{min: 0}}\n", ["clip", "min without max"]),
        ["a range upside down"] = ($"method: random\nrun_cap: 4\n{Metric}parameters:\n  clip: {{min: 2, max: 1}}\n", ["clip.min", "at most max"]),
        ["a logarithm of nothing"] = ($"method: random\nrun_cap: 4\n{Metric}parameters:\n  clip: {{min: 0, max: 1, distribution: log_uniform_values}}\n", ["clip.min", "above 0"]),
        ["a distribution unknown"] = ($"method: random\nrun_cap: 4\n{Metric}parameters:\n  clip: {{min: 0, max: 1, distribution: unifrm}}\n", ["unifrm", "nearest is uniform"]),
        ["a quantum without its kind"] = ($"method: random\nrun_cap: 4\n{Metric}parameters:\n  clip: {{min: 0, max: 1, q: 0.1}}\n", ["clip.q", "q_"]),
        ["bounds that are no numbers"] = ($"method: random\nrun_cap: 4\n{Metric}parameters:\n  clip: {{min: low, max: 1}}\n", ["clip.min", "number"]),
        ["configurations that are no list"] = ($"method: grid\n{Metric}{Parameters}configurations: {{clip: 1}}\n", ["line 5", "configurations", "list of mappings"]),
        ["a configuration that is no mapping"] = ($"method: grid\n{Metric}{Parameters}configurations: [1]\n", ["line 5", "configurations", "mapping"]),
        ["an unknown option of a configuration"] = ($"method: grid\n{Metric}{Parameters}configurations:\n- {{clip: 1}}\n- {{clpi: 2}}\n", ["line 7", "clpi", "nearest is clip"]),
        ["an option of a configuration and of the parameters"] = ($"method: grid\n{Metric}{Parameters}  lr: {{value: 1}}\nconfigurations:\n- {{init_lr: 1}}\n", ["line 7", "init_lr", "under parameters too"]),
        ["two names of one option in a configuration"] = ($"method: grid\n{Metric}{Parameters}configurations:\n- {{init_lr: 1, lr: 2}}\n", ["line 6", "two names of init_lr"]),
        ["a seed in a configuration"] = ($"method: grid\n{Metric}{Parameters}configurations:\n- {{seed: 1}}\n", ["line 6", "seed", "belongs to parameters"]),
        ["a folder in a configuration"] = ($"method: grid\n{Metric}{Parameters}configurations:\n- {{out: here}}\n", ["line 6", "out", "remove it"]),
        ["a configuration twice"] = ($"method: grid\n{Metric}{Parameters}configurations:\n- {{clip: 1, bptt: 2}}\n- {{bptt: 2, clip: 1.0}}\n", ["line 7", "bptt", "stands above"]),
        ["configurations of random draws"] = ($"method: random\nrun_cap: 3\n{Metric}{Parameters}configurations:\n- {{clip: 1}}\n", ["line 6", "configurations", "method: grid"]),
        ["a configuration that cannot work"] = ($"method: grid\n{Metric}parameters:\n  data: {{value: corpus}}\nconfigurations:\n- {{compressor: none}}\n- {{compressor: sign, clip: -1}}\n", ["trial ", "compressor=sign clip=-1", "--clip"]),
        ["a folder of its own"] = ($"method: grid\n{Metric}parameters:\n  out: {{value: here}}\n", ["line 4", "out", "remove it"]),
        ["a value out of range"] = ($"method: grid\n{Metric}parameters:\n  data: {{value: corpus}}\n  clip: {{values: [1, -1]}}\n", ["trial ", "clip=-1", "--clip", "nearest is 0"]),
        ["a compressor misspelt"] = ($"method: grid\n{Metric}parameters:\n  data: {{value: corpus}}\n  compressor: {{values: [topk, topkk]}}\n", ["trial ", "compressor=topkk", "nearest is topk"]),
        ["a combination that cannot work"] = (
            $"method: grid\n{Metric}parameters:\n  data: {{value: corpus}}\n  compressor: {{values: [none, sign]}}\n  exchange: {{values: [allreduce, allgather]}}\n",
            ["trial ", "compressor=sign exchange=allreduce", "--exchange"]),
        ["a batch that the corpus cannot fill"] = ($"method: grid\n{Metric}parameters:\n  data: {{value: corpus}}\n  batch_size: {{values: [4, 4000]}}\n", ["trial ", "batch_size=4000", "largest"]),
    };

    public static TheoryData<string> Names => [.. s_wrong.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void One_line_and_nothing_left_behind(string name)
    {
        var (text, says) = s_wrong[name];
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        File.WriteAllText(sandbox.At("grid.yaml"), text);
        Check(sandbox, "sweep run grid.yaml --out sweep", says);
    }

    [Theory]
    [InlineData("sweep run", "grid file")]
    [InlineData("sweep run nothing.yaml", "nothing.yaml", "grid file")]
    [InlineData("sweep run corpus", "no sweep there")]
    [InlineData("sweep resume", "folder")]
    [InlineData("sweep resume corpus", "no sweep there")]
    [InlineData("sweep status nowhere", "no sweep there")]
    [InlineData("sweep report corpus", "no sweep there")]
    [InlineData("sweep run grid.yaml --jobs 0", "--jobs", "nearest is 1")]
    [InlineData("sweep run grid.yaml --out corpus", "--out corpus", "no sweep", "another --out")]
    [InlineData("sweep run grid.yaml --out grid.yaml", "--out grid.yaml", "is a file")]
    public void A_command_that_cannot_work(string command, params string[] says)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        File.WriteAllText(sandbox.At("grid.yaml"), Grids.Text("  seed: {values: [1]}\n"));
        Check(sandbox, command, says);
    }

    [Fact]
    public void A_dry_run_shows_the_matrix_and_writes_nothing()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        File.WriteAllText(sandbox.At("grid.yaml"), Grids.Text("  compressor: {values: [none, topk]}\n  seed: {values: [1, 2]}\n  epochs: {value: 3}\n"));
        Directory.CreateDirectory(sandbox.At("repository"));
        var before = sandbox.Snapshot();
        var outcome = sandbox.Run("sweep run grid.yaml --dry_run --jobs 2");
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.Equal(4, outcome.Output.Split('\n').Count(line => line.Contains("pending", StringComparison.Ordinal)));
        Assert.Contains("compressor=topk seed=2", outcome.Output, StringComparison.Ordinal);
        // 60 lines of 9 words and their ends, 3 epochs, 4 trials.
        Assert.Contains("7200 tokens", outcome.Output, StringComparison.Ordinal);
        Assert.Equal(before, sandbox.Snapshot());
    }

    public static TheoryData<string> ReadyGrids => [.. Directory.GetFiles(GridsFolder(), "*.yaml").Select(path => Path.GetFileName(path)!)];

    [Theory]
    [MemberData(nameof(ReadyGrids))]
    public void Every_trial_of_a_ready_grid_passes_its_checks(string name)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus("repository/datasets/ptb", lines: 400);
        WriteManyWords(Directory.CreateDirectory(sandbox.At("repository", "datasets", "wikitext-2")).FullName);
        var outcome = sandbox.Run(["sweep", "run", Path.Combine(GridsFolder(), name), "--dry_run"]);
        Assert.True(outcome.Code == 0, outcome.Errors);
        // Knobs are tuned with one seed, and all else is told with three.
        Assert.Contains(name.StartsWith("tuning", StringComparison.Ordinal) ? "pending" : "seed=3", outcome.Output, StringComparison.Ordinal);
    }

    // Vocabularies are cut into clusters at word 12,000.
    private static void WriteManyWords(string folder)
    {
        string text = string.Concat(Enumerable.Range(0, 13_000).Select(word => $"w{word}{(word % 10 == 9 ? '\n' : ' ')}"));
        foreach (string split in (string[])["train", "valid", "test"])
        {
            File.WriteAllText(Path.Combine(folder, $"wiki.{split}.tokens"), text);
        }
    }

    private static void Check(Sandbox sandbox, string command, string[] says)
    {
        Directory.CreateDirectory(sandbox.At("repository"));
        var before = sandbox.Snapshot();
        var outcome = sandbox.Run(command);
        Assert.True(outcome.Code == 2, $"ended with {outcome.Code}: {outcome.Errors}");
        string line = Assert.Single(outcome.ErrorLines);
        Assert.All(says, word => Assert.Contains(word, line, StringComparison.Ordinal));
        Assert.Equal(before, sandbox.Snapshot());
    }

    private static string GridsFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Compression.sln")))
        {
            folder = folder.Parent!;
        }

        return Path.Combine(folder.FullName, "experiments", "grids");
    }
}
