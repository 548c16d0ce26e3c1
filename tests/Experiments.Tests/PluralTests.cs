using System.Text.RegularExpressions;
using Compression.Core.Reporting;

namespace Compression.Experiments.Tests;

/// <summary>One step is no steps: what is printed has its nouns in the number of their counts.</summary>
public sealed partial class PluralTests
{
    // Files whose messages are for programmers, and texts whose number is never one: seconds with fractions, constants.
    private static readonly string[] s_exempt = ["SweepEstimate.cs", "HeldoutSplit.cs", "StepAgreement.cs", "WandbSync.cs", "RunUploader.cs", "TransformerXlOptions.cs", "StepComparison.cs"];

    [Theory]
    [InlineData(0, "step", "steps")]
    [InlineData(1, "step", "step")]
    [InlineData(2, "memory", "memories")]
    [InlineData(0.5, "epoch", "epochs")]
    public void Of(double count, string noun, string expected) => Assert.Equal(expected, Plural.Of(count, noun));

    [Fact]
    public void No_text_of_the_program_has_a_count_before_a_noun_that_does_not_follow_it()
    {
        string root = Root();
        string[] files = [.. ((string[])["framework/Training", "framework/Tracking", "framework/Mpi/Launching", "experiments", "benchmarks"])
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories))];
        Assert.True(files.Length > 400, $"{files.Length} files");
        var wrong = files.Where(file => !s_exempt.Contains(Path.GetFileName(file))).SelectMany(file => File.ReadLines(file)
            .Where(line => !line.TrimStart().StartsWith('/') && CountAndPlural().IsMatch(line)).Select(line => $"{Path.GetFileName(file)}: {line.Trim()}"));
        Assert.Empty(wrong);
    }

    [Fact]
    public void Lists_and_runs_of_one_of_everything_read_well()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        string all = sandbox.Run("list memories").Output + sandbox.Run("list exchanges").Output + sandbox.Run("list compressors").Output;
        Assert.Contains("memories:\n", all, StringComparison.Ordinal);
        all += sandbox.Run($"train --data corpus {Sandbox.TinyModel} --max_steps 1 --checkpoint_every 1 --out run").Output;
        all += sandbox.Run("checkpoint list run").Output + sandbox.Run("eval run").Output;
        all += sandbox.Run("model-parallel --data corpus --emb_size 4 --num_hid 4 --num_layers 1 --stages 1 --num_workers 1 --max_steps 1 --threads 1 --out pipe").Output;
        File.WriteAllText(sandbox.At("grid.yaml"), "method: grid\nmetric: {name: test_perplexity}\nparameters:\n  data: {value: corpus}\n  max_steps: {value: 1}\n");
        all += sandbox.Run("sweep run grid.yaml --dry_run").Output;
        all += sandbox.Run("train --resume run --num_workers 2").Errors;
        Assert.Contains("1 step", all, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"(?<![\d.,/-])1 [a-z]+s\b(?<!1 (less|as|is|was|has|s))", all);
        Assert.DoesNotContain("memorys", all, StringComparison.Ordinal);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Compression.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"\$"".*[^{]\{[^{}""]+\} ((training|different|time|completed|generated) )?(steps|epochs|tokens|parameters|workers|rows|stages|replicas|layers|devices|shards|words|types|sentences|targets|trials|runs|pictures|threads|cores|ranks|servers|hosts|methods|lines|checkpoints|partitions|parts|groups|floats|records)\b(?!/)")]
    private static partial Regex CountAndPlural();
}
