using Compression.Core.Reporting;
using Compression.Experiments.Cli;

namespace Compression.Experiments.Tests.Options;

/// <summary>A shell leaves the <c>~/</c> of <c>--out=~/x</c> as it is: every option that names a file or folder knows it.</summary>
public sealed class PathOptionsTests
{
    // These are texts that only speak of files.
    private static readonly string[] s_texts = ["mode"];

    public static TheoryData<string> Verbs => [.. VerbList.All().Select(verb => verb.Name)];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_option_that_names_a_file_or_folder_takes_the_home_folder(string name)
    {
        using var sandbox = new Sandbox();
        sandbox.Variables["HOME"] = "/people/me/";
        var surroundings = sandbox.Surroundings(TextWriter.Null, TextWriter.Null);
        var verb = VerbList.All().Single(candidate => candidate.Name == name);
        foreach (var option in verb.Options.Where(option => !option.IsSwitch))
        {
            bool speaksOfFiles = option.Range.Length == 0 && !s_texts.Contains(option.Name)
                && (option.Description.Contains("folder", StringComparison.Ordinal) || option.Description.Contains("file ", StringComparison.Ordinal) || option.Description.Contains("archive", StringComparison.Ordinal))
                && !option.Name.StartsWith("wandb", StringComparison.Ordinal);
            Assert.True(!speaksOfFiles || option.IsPath, $"--{option.Name}: {option.Description}");
            foreach (string written in option.Names)
            {
                string? Value(string text) => PathOptions.Resolve(CommandParser.Parse(verb, [$"--{written}={text}"]), verb, surroundings)[option.Name];
                Assert.Equal(option.IsPath ? "/people/me/x/y" : "~/x/y", Value("~/x/y"));
                Assert.Equal(option.IsPath ? "/people/me" : "~", Value("~"));
                Assert.Equal("./~/x", Value("./~/x"));
                if (option.IsPath)
                {
                    string message = Assert.Throws<UserErrorException>(() => Value("~you/x")).Message;
                    Assert.Contains($"--{written} ~you/x", message, StringComparison.Ordinal);

                    // A name of 256 bytes in 128 letters.
                    message = Assert.Throws<UserErrorException>(() => Value("x/" + new string('é', 128))).Message;
                    Assert.StartsWith($"--{written} '", message, StringComparison.Ordinal);
                    Assert.Contains("256 bytes", message, StringComparison.Ordinal);
                }
            }
        }
    }

    [Fact]
    public void Runs_sweeps_and_what_they_read_are_there()
    {
        using var sandbox = new Sandbox();
        sandbox.Variables["HOME"] = sandbox.Folder;
        sandbox.WriteCorpus();
        var outcome = sandbox.Run($"train --data=~/corpus {Sandbox.TinyModel} --max_steps 2 --out=~/run --save_weights=~/w.safetensors --checkpoint_every 2");
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.True(File.Exists(sandbox.At("run", "summary.json")) && File.Exists(sandbox.At("w.safetensors")));
        Assert.Equal(0, sandbox.Run("eval --weights=~/run").Code);
        Assert.Equal(0, sandbox.Run("checkpoint list --folder=~/run").Code);
        Assert.Equal(0, sandbox.Run("train --resume=~/run --max_steps 3").Code);
        File.WriteAllText(sandbox.At("grid.yaml"), "method: grid\nmetric: {name: test_perplexity}\nparameters:\n  data: {value: ~/corpus}\n  seed: {values: [1]}\n");
        outcome = sandbox.Run("sweep run --grid=~/grid.yaml --dry_run");
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.False(Directory.Exists(sandbox.At("~")));
        sandbox.Variables.Remove("HOME");
        Assert.Contains("HOME is not set", sandbox.Run("train --out=~/run").Errors, StringComparison.Ordinal);
    }
}
