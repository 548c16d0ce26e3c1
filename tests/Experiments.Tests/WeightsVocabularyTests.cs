using System.Security.Cryptography;
using Compression.Core.Reporting;
using Compression.Training.Checkpoints;

namespace Compression.Experiments.Tests;

/// <summary>
/// A vocabulary's fingerprint travels with weights: the same words under other numbers fit by every shape, and would give a perplexity of nonsense. Whatever reads weights
/// refuses them, and warns where a file does not say.
/// </summary>
public sealed class WeightsVocabularyTests(ResumableRuns runs) : IClassFixture<ResumableRuns>
{
    private const string Model = "run/checkpoints/step-000002/model.safetensors";

    private static readonly string s_ptb = $"train --data corpus --max_steps 1 {Sandbox.TinyModel}";
    private static readonly string s_xl = ResumableRuns.Trainers["transformer-xl"].Arguments;

    /// <summary>Trainer of the run, command, exit code on another vocabulary, and the option that led to the weights.</summary>
    public static TheoryData<string, string, ExitCode, string> Readers => new()
    {
        { "train", "eval run --data corpus", ExitCode.Checkpoint, "--weights run" },
        { "train", $"eval {Model} --data corpus", ExitCode.Checkpoint, $"--weights {Model}" },
        { "train", $"{s_ptb} --init_weights {Model}", ExitCode.Usage, "--init_weights" },
        { "train", "train --resume run --data corpus --max_steps 3", ExitCode.Checkpoint, "--resume" },
        { "transformer-xl", "transformer-xl --eval_only true --resume run --data corpus", ExitCode.Checkpoint, "--resume" },
        { "transformer-xl", "transformer-xl --generate the --resume run --data corpus", ExitCode.Checkpoint, "--resume" },
        { "transformer-xl", $"{s_xl} --eval_only true --init_weights {Model}", ExitCode.Usage, "--init_weights" },
        { "transformer-xl", $"{s_xl} --init_weights {Model}", ExitCode.Usage, "--init_weights" },
        { "transformer-xl", "transformer-xl --resume run --data corpus --max_step 3", ExitCode.Checkpoint, "--resume" },
        { "lm1b", "lm1b --mode eval_test --eval_once --logdir run --datadir lm1b", ExitCode.Checkpoint, "run/checkpoints" },
        { "lm1b", "lm1b --mode eval_train --eval_once --logdir run --datadir lm1b", ExitCode.Checkpoint, "run/checkpoints" },
    };

    [Theory]
    [MemberData(nameof(Readers))]
    public void The_same_words_in_another_order_are_refused_with_the_cure(string trainer, string command, ExitCode code, string option)
    {
        using var sandbox = Copy(trainer, otherOrder: true);
        var outcome = sandbox.Run(command);
        Assert.True((int)code == outcome.Code, $"ended with {outcome.Code}: {outcome.Errors}{outcome.Output}");
        string line = Assert.Single(outcome.ErrorLines, text => !text.StartsWith("warning: ", StringComparison.Ordinal));
        Assert.All([option, "vocabulary", "--data"], word => Assert.Contains(word, line, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public void Weights_meet_their_own_vocabulary_without_a_word(string trainer, string command, ExitCode code, string option)
    {
        _ = (code, option);
        using var sandbox = Copy(trainer, otherOrder: false);
        var outcome = sandbox.Run(command);
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.DoesNotContain("vocabulary its weights", outcome.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public void A_file_that_does_not_say_gets_a_warning_that_names_it(string trainer, string command, ExitCode code, string option)
    {
        _ = code;
        using var sandbox = Copy(trainer, otherOrder: false);
        RemoveMark(sandbox);
        var outcome = sandbox.Run(command);
        Assert.True(outcome.Code == 0, outcome.Errors);
        string line = Assert.Single(outcome.ErrorLines, line => line.Contains("vocabulary its weights", StringComparison.Ordinal));
        Assert.StartsWith("warning: ", line, StringComparison.Ordinal);
        Assert.Contains(option, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lm1b", "lm1b --resume run --max_steps 3 --datadir lm1b")]
    [InlineData("model-parallel", "model-parallel --resume run --max_steps 3 --data corpus")]
    public void A_run_does_not_go_on_with_other_data(string trainer, string command)
    {
        using var sandbox = Copy(trainer, otherOrder: true);
        var outcome = sandbox.Run(command);
        Assert.True((int)ExitCode.Checkpoint == outcome.Code, $"ended with {outcome.Code}: {outcome.Errors}");
        Assert.Contains(trainer == "lm1b" ? "vocabulary" : "corpus", Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_file_of_weights_that_a_trainer_writes_says_which_vocabulary_it_belongs_to()
    {
        foreach (var (trainer, (arguments, _)) in ResumableRuns.Trainers)
        {
            using var sandbox = Copy(trainer, otherOrder: false);
            string kept = trainer switch { "train" => " --save_weights kept.safetensors", "transformer-xl" => " --save_weights kept.safetensors --eval_interval 1", _ => "" };
            Assert.Equal(0, sandbox.Run($"{arguments} --out again{kept}").Code);
            string[] files = Directory.GetFiles(sandbox.Folder, "*.safetensors", SearchOption.AllDirectories);
            files = [.. files.Where(file => !Path.GetFileName(file).StartsWith("rank-", StringComparison.Ordinal))];
            Assert.Equal(trainer switch { "train" => 3, "transformer-xl" => 4, _ => 2 }, files.Length);
            Assert.Single(files.Select(MarkOf).Distinct());
        }
    }

    private Sandbox Copy(string trainer, bool otherOrder)
    {
        var sandbox = new Sandbox();
        string corpus = sandbox.WriteCorpus(), words = Path.Combine(sandbox.WriteBillionWords(), "1b_word_vocab.txt");
        runs.CopyTo(sandbox, trainer);
        if (otherOrder)
        {
            foreach (string file in Directory.GetFiles(corpus))
            {
                File.WriteAllText(file, File.ReadAllText(file).Replace("the", "THE", StringComparison.Ordinal).Replace("cat", "the", StringComparison.Ordinal).Replace("THE", "cat", StringComparison.Ordinal));
            }

            string[] lines = File.ReadAllLines(words);
            (lines[4], lines[5]) = ($"{lines[5].Split(' ')[0]} {lines[4].Split(' ')[1]}", $"{lines[4].Split(' ')[0]} {lines[5].Split(' ')[1]}");
            File.WriteAllLines(words, lines);
        }

        return sandbox;
    }

    private static string MarkOf(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return file.Metadata[VocabularyMark.Name];
    }

    // As a version that knew no marks would have left it, checksums too.
    private static void RemoveMark(Sandbox sandbox)
    {
        string path = sandbox.At(Model.Split('/')), copy = sandbox.At("copy.safetensors");
        using (var file = SafetensorsFile.Open(path))
        {
            TensorEntry[] entries = [.. file.Tensors];
            SafetensorsWriter.Save(copy, entries, writer =>
            {
                foreach (var entry in entries)
                {
                    float[] values = new float[entry.Length];
                    file.Read(entry.Name, values);
                    writer.Write(entry.Name, values);
                }
            });
        }

        File.Move(copy, path, overwrite: true);
        string list = Path.Combine(Path.GetDirectoryName(path)!, "SHA256SUMS"), sha256 = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
        File.WriteAllText(list, string.Concat(File.ReadAllLines(list).Select(line => $"{(line.EndsWith("  model.safetensors", StringComparison.Ordinal) ? sha256 + line[64..] : line)}\n")));
    }
}
