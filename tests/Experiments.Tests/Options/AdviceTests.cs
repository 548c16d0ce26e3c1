using System.Text.RegularExpressions;
using Compression.Core.Reporting;
using Xunit.Abstractions;

namespace Compression.Experiments.Tests.Options;

/// <summary>What an error advises is not refused in its turn: every option with a value that the errors of the table name is followed.</summary>
public sealed partial class AdviceTests(ITestOutputHelper output)
{
    // Refusals of trainers' options with each other, beside those of BadInput.
    private static readonly string[] s_refused =
    [
        "model-parallel --overlap true", "model-parallel --overlap true --clip 0", "lm1b --overlap true", "lm1b --use_gpu true",
        "model-parallel --num_workers 1 --stages 20", "model-parallel --num_workers 1 --stage_memory 5", "model-parallel --devices cpu,cpu --num_workers 2",
        "train --overlap true", "train --overlap true --clip_scope aggregated --virtual_workers 2", "train --compressor topk --exchange allreduce",
        "train --on_nonfinite skip --virtual_workers 2", "train --compressor variance --memory residual",
        "transformer-xl --overlap true", "transformer-xl --attn_type 2 --mem_len 3", "transformer-xl --same_length true", "transformer-xl --div_val 2",
        "transformer-xl --fp16 true --virtual_workers 2", "transformer-xl --loss_scale 5", "transformer-xl --warmup_step 3 --max_tokens 100000",
        "transformer-xl --warmup_tokens 100", "transformer-xl --batch_chunk 100", "transformer-xl --eval_tgt_len 200", "transformer-xl --bpe true",
        "lm1b --sync false", "lm1b --run_option PS --exchange allgather", "lm1b --row_compressor variance", "lm1b --virtual_workers 20",
    ];

    [Fact]
    public void Advice_is_followed_without_another_refusal_of_it()
    {
        var failures = new List<string>();
        int advised = 0;
        foreach (string commandLine in s_refused.Select(Small).Concat(BadInput.Cases.Values.Where(input => input.Prepare is null && IsTraining(input.Arguments)).Select(input => input.Arguments)))
        {
            using var sandbox = new Sandbox();
            sandbox.WriteCorpus();
            var refusal = sandbox.Run($"{commandLine} --max_steps 1".Replace("--max_steps 1 --max_steps 1", "--max_steps 1", StringComparison.Ordinal));
            if (refusal.Code is 0 or 6)
            {
                continue;
            }

            string line = Assert.Single(refusal.ErrorLines);
            foreach (Match advice in Advised().Matches(line))
            {
                string option = advice.Groups["option"].Value, value = advice.Groups["value"].Value.Trim('\'').TrimEnd('.', ',', ';');
                if (value is "" or "above" or "in" || option is "help" || commandLine.Contains($"--{option} {value}", StringComparison.Ordinal) || int.TryParse(value, out int ranks) && option == "num_workers" && ranks > 1)
                {
                    continue;
                }

                advised++;
                // "Write" this in place of what the line begins with.
                string[] kept = advice.Value.StartsWith("write", StringComparison.Ordinal) ? [.. Without(Sandbox.Split(commandLine), line.Split([' ', ':'])[2])] : Sandbox.Split(commandLine);
                string[] words = [.. WithOption(kept, option, value)];
                sandbox.StopAtOnce = ExitCode.Interrupted;
                var outcome = sandbox.Run(words);
                sandbox.StopAtOnce = null;
                string after = outcome.Errors.Trim();
                output.WriteLine($"{commandLine}: --{option} {value}: {outcome.Code} {after}");
                if (outcome.Code == (int)ExitCode.Usage && ((after == line && Advised().Count(line) == 1) || after.StartsWith($"error: --{option} {value}:", StringComparison.Ordinal)))
                {
                    failures.Add($"{commandLine}: advises --{option} {value}, and then: {after}");
                }
            }
        }

        output.WriteLine($"{advised} advices followed");
        Assert.True(advised >= 20, $"{advised} advices");
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    // The followed advice builds the model.
    private static string Small(string commandLine) => commandLine.Split(' ')[0] switch
    {
        "transformer-xl" => $"{commandLine} --n_layer 2 --n_head 2 --d_head 4 --d_model 8 --d_inner 8",
        "lm1b" => $"{commandLine} --hpconfig emb_size=8,state_size=8,projected_size=8,num_sampled=16",
        "train" => $"{commandLine} --emb_size 8 --num_hid 8",
        "model-parallel" when !commandLine.Contains("--stage", StringComparison.Ordinal) => $"{commandLine} --emb_size 8 --num_hid 8",
        _ => commandLine,
    };

    private static bool IsTraining(string arguments) =>
        (arguments.StartsWith("--", StringComparison.Ordinal) || arguments.StartsWith("train", StringComparison.Ordinal)) && !arguments.Contains("--max_steps", StringComparison.Ordinal);

    private static IEnumerable<string> Without(string[] words, string option)
    {
        int at = Array.IndexOf(words, option);
        return at < 0 ? words : words.Where((_, i) => i != at && i != at + 1);
    }

    private static IEnumerable<string> WithOption(string[] words, string option, string value) =>
        Without(words, $"--{option}").Concat([$"--{option}", value, "--max_steps", "1"]);

    [GeneratedRegex(@"(?:use|add|set|give|needs|write|or) (?:both )?--(?<option>\w+) (?<value>'[^']*'|\w[\w.()=,+-]*)")]
    private static partial Regex Advised();
}
