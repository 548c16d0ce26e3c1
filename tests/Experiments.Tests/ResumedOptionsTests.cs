using System.Text.Json.Nodes;
using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Algorithms;

namespace Compression.Experiments.Tests;

/// <summary>
/// What decides a run's bits is in its checkpoints, under their checksums: no option of any trainer can be another in a resumed run, by the file that records it or by the
/// command line, without an error or a word of it in the log. Generated over the options: one that is added joins by itself.
/// </summary>
public sealed class ResumedOptionsTests(ResumableRuns runs) : IClassFixture<ResumableRuns>
{
    // Values of texts that mean something else than the runs' own.
    private static readonly Dictionary<string, string> s_texts = new()
    {
        ["compressor"] = "sign", ["memory"] = "none", ["exchange"] = "allgather", ["slot"] = "*=none", ["row_compressor"] = "float16", ["buckets"] = "60", ["placement"] = "0,0",
        ["devices"] = "cpu", ["cutoffs"] = "4", ["hpconfig"] = "vocab_size=12,batch_size=3,num_steps=4,emb_size=5,state_size=6,projected_size=4,num_sampled=5,num_shards=4",
    };

    public static TheoryData<string, string> Own => Pairs(option => option.Choices.Count != 1);

    public static TheoryData<string, string> OfResult => Pairs(option => option.Scope == OptionScope.Result && option.Choices.Count != 1);

    public static TheoryData<string, string> Flags
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string trainer in ResumableRuns.Trainers.Keys)
            {
                foreach (string flag in Components.Catalog().Flags.Select(flag => flag.Key))
                {
                    data.Add(trainer, flag);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Own))]
    public void A_value_that_was_edited_in_the_recorded_configuration_is_refused_or_told_by_name(string trainer, string name)
    {
        using var sandbox = Copy(trainer);
        var option = Find(trainer, name);
        string before = File.ReadAllText(sandbox.At("run", "log.txt")), hash = TrainingRunTests.Hash(sandbox, "run");
        var (was, value) = Change(sandbox, option);
        var outcome = sandbox.Run($"{trainer} --resume run");
        if (option.Scope == OptionScope.Result)
        {
            Assert.Equal((int)ExitCode.Checkpoint, outcome.Code);
            string line = Assert.Single(outcome.ErrorLines);
            Assert.Contains($" {name} ", line, StringComparison.Ordinal);
            Assert.All([was, value], text => Assert.Contains(text.Length == 0 ? "not set" : text, line, StringComparison.Ordinal));
        }
        else if (option.Scope == OptionScope.Call)
        {
            Assert.True(outcome.Code == 0, outcome.Errors);
            Assert.Equal(hash, TrainingRunTests.Hash(sandbox, "run"));
        }
        else
        {
            string told = outcome.Code == 0 ? File.ReadAllText(sandbox.At("run", "log.txt"))[before.Length..] : Assert.Single(outcome.ErrorLines);
            Assert.Contains(outcome.Code == 0 ? $"goes on with --{name} " : name, told, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(OfResult))]
    public void Another_value_on_the_command_line_of_a_resumed_run_is_refused_by_name(string trainer, string name)
    {
        using var sandbox = Copy(trainer);
        var outcome = sandbox.Run([trainer, "--resume=run", $"--{name}={Another(Find(trainer, name), Options(sandbox)[name]!.ToString())}"]);
        Assert.True(outcome.Code is (int)ExitCode.Checkpoint or (int)ExitCode.Usage or (int)ExitCode.Environment, outcome.Output + outcome.Errors);
        Assert.Contains($"--{name}", Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Own))]
    public void A_key_that_is_gone_or_damaged_in_the_recorded_configuration_is_named(string trainer, string name)
    {
        var option = Find(trainer, name);
        if (option.Scope == OptionScope.Call)
        {
            return; // Never taken over.
        }

        foreach (string damage in (string[])["gone", "null", "renamed", .. option.Type == typeof(string) && option.Choices.Count == 0 ? Array.Empty<string>() : ["nonsense"]])
        {
            using var sandbox = Copy(trainer);
            Edit(sandbox, options =>
            {
                var value = options[name]!.DeepClone();
                options.Remove(name);
                if (damage != "gone")
                {
                    options[damage == "renamed" ? name + "x" : name] = damage switch { "null" => null, "renamed" => value, _ => JsonValue.Create("~") };
                }
            });
            var outcome = sandbox.Run($"{trainer} --resume run");
            Assert.Equal((int)ExitCode.Checkpoint, outcome.Code);
            Assert.Contains(damage == "renamed" ? $"{name}x" : $" {name} ", Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Flags))]
    public void A_flag_of_a_component_that_was_edited_in_the_recorded_configuration_is_refused_by_name(string trainer, string name)
    {
        foreach (bool given in (bool[])[true, false])
        {
            using var sandbox = Copy(trainer);
            Edit(sandbox, options => options[name] = JsonValue.Create(0.25), given ? name : null);
            var outcome = sandbox.Run($"{trainer} --resume run");
            Assert.Equal((int)ExitCode.Checkpoint, outcome.Code);
            string line = Assert.Single(outcome.ErrorLines);
            Assert.Contains($" {name} ", line, StringComparison.Ordinal);
            Assert.Contains("0.25", line, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_list_in_the_documentation_is_that_of_the_declarations()
    {
        string file = Path.Combine(RunScript.RepositoryRoot(), "docs", "checkpoints.md");
        string[] rows = [.. File.ReadLines(file).Where(line => line.StartsWith("| ", StringComparison.Ordinal))];
        foreach (string trainer in (string[])["all", .. ResumableRuns.Trainers.Keys])
        {
            string[] Declared(OptionScope scope) =>
            [
                .. ResumableRuns.OptionsOf(trainer == "all" ? "train" : trainer)
                    .Where(option => option.Scope == scope && option.IsInherited == (trainer == "all")).Select(option => option.Name).Order(StringComparer.Ordinal),
            ];
            string[][] cells = [.. rows.Where(row => row.StartsWith($"| {trainer} |", StringComparison.Ordinal)).SelectMany(row => row.Split('|')[2..^1]).Select(Names)];
            Assert.Equal([Declared(OptionScope.Run), Declared(OptionScope.Host)], cells[..2]);
            Assert.Equal(Declared(OptionScope.Call), cells.Length > 2 ? cells[2] : []);
        }

        static string[] Names(string cell) => [.. cell.Split('`').Where((_, i) => i % 2 == 1).Order(StringComparer.Ordinal)];
    }

    private static TheoryData<string, string> Pairs(Func<OptionDescriptor, bool> wanted)
    {
        var data = new TheoryData<string, string>();
        foreach (string trainer in ResumableRuns.Trainers.Keys)
        {
            foreach (var option in ResumableRuns.OptionsOf(trainer).Where(wanted))
            {
                data.Add(trainer, option.Name);
            }
        }

        return data;
    }

    private static OptionDescriptor Find(string trainer, string name) => ResumableRuns.OptionsOf(trainer).Single(option => option.Name == name);

    private Sandbox Copy(string trainer)
    {
        var sandbox = new Sandbox();
        sandbox.WriteCorpus("other");
        sandbox.WriteBillionWords(name: "other");
        runs.CopyTo(sandbox, trainer);
        return sandbox;
    }

    private static JsonObject Options(Sandbox sandbox) => JsonNode.Parse(File.ReadAllText(sandbox.At("run", "config.json")))!["options"]!.AsObject();

    // Gives an option another value in the recorded configuration, and returns the text before and after.
    private static (string Was, string Now) Change(Sandbox sandbox, OptionDescriptor option)
    {
        string was = option.Normalize(Options(sandbox)[option.Name]!.ToString(), option.Name), now = Another(option, was);
        Edit(sandbox, options => options[option.Name] = option.Type == typeof(string) || option.Type.IsEnum ? JsonValue.Create(now) : JsonNode.Parse(now));
        return (was, now);
    }

    private static void Edit(Sandbox sandbox, Action<JsonObject> edit, string? given = null)
    {
        string path = sandbox.At("run", "config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        edit(config["options"]!.AsObject());
        if (given is not null && config["from_command_line"]!.AsArray() is var names && names.All(name => name!.GetValue<string>() != given))
        {
            names.Add(given);
        }

        File.WriteAllText(path, config.ToJsonString());
    }

    // Another valid value, as near as may be.
    private static string Another(OptionDescriptor option, string now)
    {
        if (option.Type == typeof(bool))
        {
            return now == "true" ? "false" : "true";
        }

        if (option.Choices.Count > 0)
        {
            return option.Choices.First(choice => choice != now);
        }

        if (option.Type == typeof(string))
        {
            return s_texts.GetValueOrDefault(option.Name, "other");
        }

        double number = double.Parse(now, System.Globalization.CultureInfo.InvariantCulture);
        return new[] { number + 1, number + 0.25, number - 1, number / 2 }.Select(value => OptionText.Format(value)).First(text => text != now && IsValid(option, text));
    }

    private static bool IsValid(OptionDescriptor option, string text)
    {
        try
        {
            return option.Normalize(text, option.Name).Length > 0;
        }
        catch (UserErrorException)
        {
            return false;
        }
    }
}
