using System.Diagnostics;
using Compression.Experiments.Cli;

namespace Compression.Experiments.Tests;

/// <summary>Streams that are closed or full, and a working folder that is gone, change nothing of what a command does, and leave no trace of a failure.</summary>
[Collection(Processes.Name)]
public sealed class StreamsTests
{
    private const string Train = $"train --data corpus {Sandbox.TinyModel} --max_steps 2";

    // How each verb ends by itself in a folder with a corpus and a run, and whether the screen is all that it writes.
    private static readonly Dictionary<string, (string Command, int Code, bool Shows)> s_commands = new()
    {
        ["train"] = (Train, 0, false),
        ["lm1b"] = ("lm1b --threads 1 --max_steps 1 --eval_n_per_epoch 0", 0, false),
        ["transformer-xl"] = ("transformer-xl --threads 1 --max_steps 1 --n_layer 1 --eval_batch_size 100", 0, false),
        ["model-parallel"] = ("model-parallel --data corpus --num_workers 1 --emb_size 4 --num_hid 4 --num_layers 2 --max_steps 1 --threads 1", 0, false),
        ["eval"] = ("eval run", 0, true),
        ["data sample"] = ("data sample --to sample", 0, true),
        ["checkpoint list"] = ("checkpoint list run", 0, true),
        ["checkpoint verify"] = ("checkpoint verify run", 0, true),
        ["list compressors"] = ("list compressors", 0, true),
        ["list memories"] = ("list memories", 0, true),
        ["list exchanges"] = ("list exchanges", 0, true),
        ["list presets"] = ("list presets", 0, true),
        ["version"] = ("version", 0, true),
        ["wandb sync"] = ("wandb sync run", 2, true),
        ["sweep status"] = ("sweep status run", 2, true),
        ["sweep resume"] = ("sweep resume run", 2, true),
        ["sweep report"] = ("sweep report run", 2, true),
        ["sweep run"] = ("sweep run nowhere.yaml", 2, true),
        ["data ptb"] = ("data ptb --from corpus --to ''", 2, true),
        ["data wikitext"] = ("data wikitext --from nowhere", 3, true),
        ["data lm1b"] = ("data lm1b --split 5 --generate", 2, true),
        ["bench compressors"] = ("bench compressors --only topq", 2, true),
    };

    // One of each sort: a run, one that shows figures, one that lists, one that is refused.
    private static readonly string[] s_sorts = ["train", "eval", "list compressors", "sweep status"];

    public static TheoryData<string> Verbs => [.. VerbList.All().Select(verb => verb.Name)];

    public static TheoryData<string> Sorts => [.. s_sorts];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void A_verb_ends_as_it_does_with_all_streams(string verb)
    {
        using var sandbox = new Sandbox();
        var (command, code, shows) = Prepare(sandbox, verb);
        Ends(sandbox, $"{command} >out 2>err", code);
        Assert.DoesNotContain("   at ", File.ReadAllText(sandbox.At("err")), StringComparison.Ordinal);
        Ends(sandbox, $"{command} <&- >&- 2>&-", code);
        Ends(sandbox, $"{command} >/dev/full 2>err", code == 0 && shows ? 1 : code);
        Assert.InRange(File.ReadAllLines(sandbox.At("err")).Count(line => line.StartsWith("error: ", StringComparison.Ordinal)), code == 0 && !shows ? 0 : 1, code == 0 && !shows ? 0 : 1);
        Assert.False(File.Exists(sandbox.At("core")));
    }

    [Theory]
    [MemberData(nameof(Sorts))]
    public void Each_stream_alone_may_be_closed_or_full_and_the_folder_gone(string verb)
    {
        using var sandbox = new Sandbox();
        var (command, code, _) = Prepare(sandbox, verb);
        Ends(sandbox, $"{command} >&- 2>err", code);
        Ends(sandbox, $"{command} >out 2>&-", code);
        Ends(sandbox, $"{command} >out 2>/dev/full", code);
        Ends(sandbox, $"{verb} --help >&- 2>err", 0);
        Ends(sandbox, $"{verb} --help >/dev/full 2>err", 1);
        Ends(sandbox, $"mkdir gone; cd gone; rmdir ../gone; PROGRAM {command} >/dev/null 2>{sandbox.At("err")}", 2, plain: true);
        Assert.False(File.Exists(sandbox.At("core")));
    }

    [Fact]
    public void A_reader_that_leaves_after_a_line_ends_no_run()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        Ends(sandbox, $"{{ PROGRAM {Train} --out run 2>err; echo $? > code; }} | head -n 1 > first", 0, plain: true);
        Assert.Equal("0", File.ReadAllText(sandbox.At("code")).Trim());
        Assert.Equal("completed", TrainingRunTests.Summary(sandbox, "run").GetProperty("status").GetString());
        Ends(sandbox, $"{{ PROGRAM list compressors 2>err; echo $? > code; }} | head -n 1 > first", 0, plain: true);
        Assert.Equal("0", File.ReadAllText(sandbox.At("code")).Trim());
        Assert.Empty(File.ReadAllText(sandbox.At("err")));
    }

    private static (string Command, int Code, bool Shows) Prepare(Sandbox sandbox, string verb)
    {
        sandbox.WriteCorpus();
        var (command, code, shows) = s_commands.GetValueOrDefault(verb, ($"{verb} --no_such_option", 2, true));
        if (command.Split(' ').Contains("run"))
        {
            Assert.Equal(0, Apphost.Run(sandbox, $"{Train} --checkpoint_every 2 --out run").Code);
        }

        return (command, code, shows);
    }

    private static void Ends(Sandbox sandbox, string command, int code, bool plain = false)
    {
        string script = plain ? command.Replace("PROGRAM", Apphost.Path, StringComparison.Ordinal) : $"{Apphost.Path} {command}";
        var start = new ProcessStartInfo("/bin/bash", ["-c", script]) { WorkingDirectory = sandbox.Folder, RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment.Remove(CommandEnvironment.DataVariable);
        start.Environment[CommandEnvironment.RootVariable] = Directory.CreateDirectory(sandbox.At("repository")).FullName;
        start.Environment["UCX_ERROR_SIGNALS"] = "";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        Assert.True(process.WaitForExit(Patience.Limit), "The program does not end.");
        Assert.True(process.ExitCode == code, $"{command}: ended with {process.ExitCode}: {output.Result}{errors.Result}");
        Assert.Empty(errors.Result);
    }
}
